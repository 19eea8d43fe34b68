import Circuits
import Compiler
import Hardware
import Mitigation

// Handling errors: from outcomes to answers.
extension JobWork {
    /// Distinct outcomes beyond which a distribution is left as it was read: its correction would be a guess.
    private static let correctableOutcomes = 4096

    mutating func mitigate(_ request: JobRequest, in context: JobContext) throws(KernelError) {
        context.report("handling errors", nil)
        guard let plan else { preconditionFailure("a job's errors are handled after it ran") }
        var confusions: [ReadoutConfusion?] = []
        for (part, compilation) in zip(plan.parts, compilations) {
            confusions.append(confusion(for: part, compilation.executable))
        }
        corrections = zip(plan.parts, confusions).map { part, confusion in
            Correction(
                bits: confusion == nil ? [] : part.correctableBits,
                confusion: confusion ?? ReadoutConfusion(bits: [], calibrationShots: 0))
        }
        switch request.workload {
        case .sample(let pubs):
            blocks = pubs.indices.map { index in .samples(samples(of: index, pubs[index], request)) }
        case .estimate(let pubs):
            for (index, pub) in pubs.enumerated() { blocks.append(.estimates(try estimates(of: index, pub))) }
        }
    }

    /// The measured confusion of a part's bits; nil where none was measured or it says nothing, which is noted.
    private mutating func confusion(for part: JobPlan.Part, _ executable: Executable) -> ReadoutConfusion? {
        let bits = part.correctableBits
        let sites = executable.distinctSites(of: bits)
        guard let run = readoutRuns[sites], run.counts.count == 2 else { return nil }
        do {
            var confusion = try ReadoutConfusion(
                preparedZero: run.counts[0], preparedOne: run.counts[1], bitCount: sites.count)
            confusion.bits = executable.sites(of: bits).compactMap { site in
                sites.firstIndex(of: site).map { confusion.bits[$0] }
            }
            return confusion
        } catch {
            note("the readout was not corrected: \(error.message)")
            return nil
        }
    }

    private mutating func note(_ text: String) { if !notes.contains(text) { notes.append(text) } }

    private mutating func samples(of index: Int, _ pub: SamplerPUB, _ request: JobRequest) -> [SampleResult] {
        guard let plan else { return [] }
        var results: [SampleResult] = []
        for (place, part) in plan.parts.enumerated() where part.pub == index {
            let counts = Counts(raw[place].shots)
            let report = ReportedBits(part.circuit)
            results.append(
                SampleResult(
                    program: place, parameters: pub.parameters.values(at: part.parameterSet),
                    registers: report.registers, counts: counts.selecting(report.bits),
                    corrected: corrected(counts, place, part, request).map(report.selecting),
                    exact: raw[place].exactProbabilities.map(report.selecting),
                    outputs: Self.outputs(part.circuit, raw[place])))
        }
        return results
    }

    /// The corrected distribution, or nil with a note why there is none; then the part counts as uncorrected.
    private mutating func corrected(
        _ counts: Counts, _ place: Int, _ part: JobPlan.Part, _ request: JobRequest
    ) -> QuasiDistribution? {
        let result = correction(of: counts, place, part, request)
        if result == nil { corrections[place].bits = [] }
        return result
    }

    private mutating func correction(
        of counts: Counts, _ place: Int, _ part: JobPlan.Part, _ request: JobRequest
    ) -> QuasiDistribution? {
        let correction = corrections[place]
        guard !correction.bits.isEmpty else {
            if request.mitigation == .readout, raw[place].exactProbabilities == nil,
                part.circuit.terminalMeasurements == nil,
                calibration?.sites.contains(where: { ($0.readout?.error ?? 0) > 0 }) == true
            {
                note("the readout was not corrected: outcomes steer the program, or qubits go on after being measured")
            }
            return nil
        }
        let measured = counts.selecting(correction.bits)
        guard measured.entries.count <= Self.correctableOutcomes else {
            note(
                "the readout was not corrected: \(measured.entries.count) different outcomes in \(counts.total) shots; "
                    + "ask for observables, which can be corrected at any width")
            return nil
        }
        do {
            var result = try correction.confusion.mitigate(measured)
            for entry in result.entries.indices {
                var bits = BitString(zeros: part.circuit.bitCount)
                for (k, bit) in correction.bits.enumerated() where result.entries[entry].bits[k] { bits[bit] = true }
                result.entries[entry].bits = bits
            }
            let factor = widening(place)
            for entry in result.entries.indices { result.entries[entry].standardError *= factor }
            result.entries.sort { $0.bits < $1.bits }
            return result
        } catch {
            note("the readout was not corrected: \(error.message)")
            return nil
        }
    }

    private static func outputs(
        _ circuit: Circuit, _ raw: RawResult
    ) -> [(name: String, values: [(value: ClassicalValue, count: Int)])] {
        let variables = circuit.variables.filter { $0.role == .output }
        return variables.enumerated().map { place, variable in
            var tally: [ClassicalValue: Int] = [:]
            for shot in raw.outputs { tally[shot[place], default: 0] += 1 }
            let values = tally.map { (value: $0.key, count: $0.value) }
                .sorted { ($1.count, $0.value.real) < ($0.count, $1.value.real) }
            return (variable.name, values)
        }
    }

    private func estimates(of index: Int, _ pub: EstimatorPUB) throws(KernelError) -> EstimateResult {
        guard let plan else { preconditionFailure("a job's errors are handled after it ran") }
        let shape: Shape
        do { shape = try pub.resultShape() } catch { throw KernelError(error) }
        let places = plan.parts.indices.filter { plan.parts[$0].pub == index }
        var corrected: [Estimate] = [], uncorrected: [Estimate] = []
        for element in 0..<shape.count {
            let set = pub.parameters.shape.element(at: element, of: shape)
            let observable = pub.observableShape.element(at: element, of: shape)
            var sums = (corrected: Sum(), uncorrected: Sum())
            for place in places where plan.parts[place].parameterSet == set {
                guard let slot = plan.parts[place].observables.firstIndex(of: observable),
                    let measurement = plan.parts[place].measurement
                else { continue }
                let values = estimate(measurement.observables[slot], measurement, place)
                sums.corrected.add(values.corrected)
                sums.uncorrected.add(values.uncorrected)
            }
            corrected.append(sums.corrected.estimate)
            uncorrected.append(sums.uncorrected.estimate)
        }
        return EstimateResult(
            programs: places, shape: shape, estimates: corrected, uncorrected: uncorrected,
            observables: (0..<shape.count).map { pub.observables[pub.observableShape.element(at: $0, of: shape)] },
            parameters: (0..<shape.count).map {
                pub.parameters.values(at: pub.parameters.shape.element(at: $0, of: shape))
            })
    }

    /// Groups are measured in separate shots, so their variances add.
    private struct Sum {
        var value = 0.0
        var variance = 0.0

        mutating func add(_ part: Estimate) {
            value += part.value
            variance += part.standardError * part.standardError
        }

        var estimate: Estimate { Estimate(value: value, standardError: variance.squareRoot()) }
    }

    private func estimate(
        _ observable: DiagonalObservable, _ measurement: ObservableMeasurement, _ place: Int
    ) -> (corrected: Estimate, uncorrected: Estimate) {
        let bits = Array(measurement.bits)
        if let exact = raw[place].exactProbabilities {
            let value = exact.reduce(0) { sum, entry in
                sum + entry.probability * observable.value(of: entry.bits.selecting(bits))
            }
            let known = Estimate(value: value, standardError: 0)
            return (known, known)
        }
        let counts = Counts(raw[place].shots).selecting(bits)
        let plain = widened(observable.estimate(from: counts), place)
        guard !corrections[place].bits.isEmpty else { return (plain, plain) }
        return (widened(corrections[place].confusion.estimate(observable, from: counts), place), plain)
    }

    /// The factor on standard errors where shots share noise realisations: as if only the realisations counted, which
    /// is the most that correlated shots can cost.
    private func widening(_ place: Int) -> Double {
        guard let realisations = raw[place].noiseRealisations, realisations < raw[place].shots.count else { return 1 }
        return (Double(raw[place].shots.count) / Double(max(1, realisations))).squareRoot()
    }

    private func widened(_ estimate: Estimate, _ place: Int) -> Estimate {
        Estimate(value: estimate.value, standardError: estimate.standardError * widening(place))
    }
}
