public import Circuits
import Compiler
import Hardware
import Languages
import Mitigation

extension ResultDocument {
    /// - Parameter includesTiming: false for a document that is the same, byte for byte, for the same seed.
    public init(_ result: JobResult, includesTiming: Bool = true) {
        format = Self.format
        kelvin = result.kelvinVersion
        name = result.name
        device = DeviceDocument(
            id: result.device.id, name: result.device.name, emulated: result.device.isEmulated,
            source: result.device.source, calibration: result.calibration.id,
            calibrationTime: result.calibration.timestampText, calibrationWarnings: result.calibration.warnings)
        seed = result.seed
        mitigation = result.mitigation
        options = result.options
        results = result.blocks.map(BlockDocument.init)
        programs = result.programs.map { ProgramDocument($0, isEmulated: result.device.isEmulated) }
        trust = TrustDocument(
            grade: result.trust.grade, likelyNoise: result.trust.isLikelyNoise,
            successProbability: result.trust.successProbability,
            coherence: result.trust.coherence.map {
                CoherenceDocument(site: $0.site, activeSeconds: $0.active, used: $0.used)
            }, sentences: result.trust.sentences)
        notes = result.notes
        source = result.source.map { SourceDocument(file: $0.fileName, text: $0.text) }
        isolation = result.isolation
        timing = includesTiming ? TimingDocument(result) : nil
    }
}

extension ResultDocument.TimingDocument {
    fileprivate init(_ result: JobResult) {
        let end = result.steps.map(\.end).max() ?? result.calibration.timestamp
        calibrationAgeSeconds = end - result.calibration.timestamp
        steps = result.steps.map {
            ResultDocument.StepDocument(
                step: $0.step, start: Self.text($0.start), end: Self.text($0.end), busySeconds: $0.busy,
                detail: $0.detail)
        }
    }

    /// `2026-01-31T12:34:56.789012Z`.
    private static func text(_ seconds: Double) -> String {
        let whole = seconds.rounded(.down)
        let micro = String(Int(((seconds - whole) * 1e6).rounded(.down)))
        return Timestamp.text(from: whole).dropLast() + "." + String(repeating: "0", count: max(0, 6 - micro.count))
            + micro + "Z"
    }
}

extension ProgramDocument {
    fileprivate init(_ program: RanProgram, isEmulated: Bool) {
        shots = program.shots
        emulated = isEmulated
        method = program.method
        notes = program.notes
        deviceSeconds = program.deviceTime.value
        lostShots = program.lostShots > 0 ? program.lostShots : nil
        initialLayout = program.executable.initialLayout.map(\.index)
        finalLayout = program.executable.finalLayout.map(\.index)
        gates = program.report.after.gates
        twoQubitGates = program.report.after.twoQubitGates
        depth = program.report.after.depth
        durationSeconds = program.report.estimateAfter.duration
        successProbability = program.report.estimateAfter.success
        compiled = program.executable.text
        readout = program.readout.map { readout in
            let sites = program.executable.sites(of: readout.bits)
            return readout.bits.indices.map { k in
                ReadoutDocument(
                    bit: readout.bits[k], site: sites[k].index, falseOne: readout.confusion.bits[k].falseOne,
                    falseZero: readout.confusion.bits[k].falseZero)
            }
        }
        readoutMeasuredBy = program.readoutMeasuredBy
    }
}

extension BlockDocument {
    fileprivate init(_ block: BlockResult) {
        switch block {
        case .samples(let samples):
            self.init(kind: "samples", samples: samples.map(SampleDocument.init), estimates: nil, shape: nil)
        case .estimates(let result):
            let documents = result.estimates.indices.map { k in
                EstimateDocument(
                    observable: result.observables[k].description, inputs: inputDocuments(result.parameters[k]),
                    value: result.estimates[k].value, standardError: result.estimates[k].standardError,
                    uncorrectedValue: result.uncorrected[k].value,
                    uncorrectedStandardError: result.uncorrected[k].standardError)
            }
            self.init(kind: "estimates", samples: nil, estimates: documents, shape: result.shape.dimensions)
        }
    }
}

private func inputDocuments(_ values: [(name: String, value: InputValue)]) -> [InputDocument] {
    values.map { InputDocument(name: $0.name, value: $0.value.description) }
}

extension SampleDocument {
    fileprivate init(_ sample: SampleResult) {
        program = sample.program
        inputs = inputDocuments(sample.parameters)
        shots = sample.counts.total
        registers = sample.registers.map { register in
            let counts = sample.counts.selecting(Array(register.start..<register.start + register.count))
            return RegisterDocument(
                name: register.name, size: register.count,
                counts: Dictionary(uniqueKeysWithValues: counts.entries.map { ($0.bits.description, $0.count) }))
        }
        counts = Dictionary(uniqueKeysWithValues: sample.counts.entries.map { (sample.text(of: $0.bits), $0.count) })
        corrected = sample.corrected.map { distribution in
            Dictionary(
                uniqueKeysWithValues: distribution.entries.map {
                    (
                        sample.text(of: $0.bits),
                        CorrectedDocument(probability: $0.probability, standardError: $0.standardError)
                    )
                })
        }
        exact = sample.exact.map { exact in
            Dictionary(uniqueKeysWithValues: exact.map { (sample.text(of: $0.bits), $0.probability) })
        }
        outputs = sample.outputs.map { output in
            OutputDocument(
                name: output.name,
                values: output.values.map { OutputDocument.Value(value: $0.value.text, count: $0.count) })
        }
    }
}

extension ClassicalValue {
    /// The value as people write it.
    public var text: String {
        switch self {
        case .bool(let value): "\(value)"
        case .bits(let bits): bits.description
        case .int(let value, _): "\(value)"
        case .uint(let value, _): "\(value)"
        case .wide(let number): "\(number)"
        case .float, .angle, .duration: "\(real)"
        }
    }
}
