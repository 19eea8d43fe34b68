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
        gather()
        corrections = executions.indices.map { place in
            guard let confusion = confusion(for: place) else {
                return Correction(bits: [], confusion: ReadoutConfusion(bits: [], calibrationShots: 0))
            }
            let source = segments[executions[place].segment].knownReadouts[readoutSites(place)]?.job
            return Correction(
                bits: program(place).correctableBits, confusion: confusion,
                measuredBy: source == context.id ? nil : source)
        }
        switch request.workload {
        case .sample(let pubs):
            blocks = pubs.indices.map { index in .samples(samples(of: index, pubs[index], request)) }
        case .estimate(let pubs):
            for (index, pub) in pubs.enumerated() { blocks.append(.estimates(try estimates(of: index, pub))) }
        }
    }

    /// The program that was executed.
    func program(_ place: Int) -> JobPlan.Program {
        guard let plan else { preconditionFailure("a job's errors are handled after it ran") }
        return plan.programs[executions[place].program]
    }

    func compilation(_ place: Int) -> Compilation {
        segments[executions[place].segment].compilations[executions[place].program]
    }

    private func calibration(_ place: Int) -> Calibration { segments[executions[place].segment].calibration }

    /// The sites whose readout matters to an execution.
    private func readoutSites(_ place: Int) -> [Site] {
        compilation(place).executable.distinctSites(of: program(place).correctableBits)
    }

    /// The measured confusion of an execution's bits; nil where none was measured or it says nothing, which is noted.
    private mutating func confusion(for place: Int) -> ReadoutConfusion? {
        let segment = segments[executions[place].segment], sites = readoutSites(place)
        let tallies: (zero: ReadoutTally, one: ReadoutTally)
        if let known = segment.knownReadouts[sites] {
            tallies = (known.preparedZero, known.preparedOne)
        } else if let run = segment.readoutRuns[sites], run.counts.count == 2 {
            tallies = (
                ReadoutTally(run.counts[0], bitCount: sites.count), ReadoutTally(run.counts[1], bitCount: sites.count)
            )
        } else {
            return nil
        }
        do {
            var confusion = try ReadoutConfusion(preparedZero: tallies.zero, preparedOne: tallies.one)
            confusion.bits = compilation(place).executable.sites(of: program(place).correctableBits).compactMap {
                site in
                sites.firstIndex(of: site).map { confusion.bits[$0] }
            }
            return confusion
        } catch {
            note("the readout was not corrected: \(error.message)")
            return nil
        }
    }

    private mutating func samples(of index: Int, _ pub: SamplerPUB, _ request: JobRequest) -> [SampleResult] {
        guard let plan else { return [] }
        var results: [SampleResult] = []
        for (number, program) in plan.programs.enumerated() where program.pub == index {
            let places = executions.indices.filter { executions[$0].program == number }
            guard let first = places.first else { continue }
            let report = ReportedBits(program.circuit)
            let shots = places.flatMap { executions[$0].raw.shots }
            let distributions = places.map { place in
                corrected(Counts(executions[place].raw.shots), place, request).map(report.selecting)
            }
            results.append(
                SampleResult(
                    program: first, parameters: pub.parameters.values(at: program.parameterSet),
                    registers: report.registers, counts: Counts(shots).selecting(report.bits),
                    corrected: Self.joined(distributions, weights: places.map { executions[$0].raw.shots.count }),
                    exact: executions[first].raw.exactProbabilities.map(report.selecting),
                    outputs: Self.outputs(program.circuit, places.flatMap { executions[$0].raw.outputs })))
        }
        return results
    }

    /// Several distributions, weighed by their shots; nil where one is missing.
    private static func joined(_ distributions: [QuasiDistribution?], weights: [Int]) -> QuasiDistribution? {
        if distributions.count == 1 { return distributions[0] }
        let total = Double(weights.reduce(0, +))
        var sums: [BitString: (probability: Double, variance: Double)] = [:]
        for (distribution, weight) in zip(distributions, weights) {
            guard let distribution else { return nil }
            let share = Double(weight) / total
            for entry in distribution.entries {
                let error = share * entry.standardError
                sums[entry.bits, default: (0, 0)].probability += share * entry.probability
                sums[entry.bits, default: (0, 0)].variance += error * error
            }
        }
        return QuasiDistribution(
            entries: sums.map {
                .init(bits: $0.key, probability: $0.value.probability, standardError: $0.value.variance.squareRoot())
            }.sorted { $0.bits < $1.bits })
    }

    /// The corrected distribution, or nil with a note why there is none; then the execution counts as uncorrected.
    private mutating func corrected(
        _ counts: Counts, _ place: Int, _ request: JobRequest
    ) -> QuasiDistribution? {
        let result = correction(of: counts, place, request)
        if result == nil { corrections[place].bits = [] }
        return result
    }

    private mutating func correction(
        of counts: Counts, _ place: Int, _ request: JobRequest
    ) -> QuasiDistribution? {
        let correction = corrections[place], circuit = program(place).circuit
        guard !correction.bits.isEmpty else {
            if request.mitigation == .readout, executions[place].raw.exactProbabilities == nil,
                circuit.terminalMeasurements == nil,
                calibration(place).sites.contains(where: { ($0.readout?.error ?? 0) > 0 })
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
                var bits = BitString(zeros: circuit.bitCount)
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
        _ circuit: Circuit, _ shots: [[ClassicalValue]]
    ) -> [(name: String, values: [(value: ClassicalValue, count: Int)])] {
        let variables = circuit.variables.filter { $0.role == .output }
        return variables.enumerated().map { place, variable in
            var tally: [ClassicalValue: Int] = [:]
            for shot in shots { tally[shot[place], default: 0] += 1 }
            let values = tally.map { (value: $0.key, count: $0.value) }
                .sorted { ($1.count, $0.value.real) < ($0.count, $1.value.real) }
            return (variable.name, values)
        }
    }

    private func estimates(of index: Int, _ pub: EstimatorPUB) throws(KernelError) -> EstimateResult {
        guard let plan else { preconditionFailure("a job's errors are handled after it ran") }
        let shape: Shape
        do { shape = try pub.resultShape() } catch { throw KernelError(error) }
        let numbers = plan.programs.indices.filter { plan.programs[$0].pub == index }
        let places = executions.indices.filter { plan.programs[executions[$0].program].pub == index }
        var corrected: [Estimate] = [], uncorrected: [Estimate] = []
        for element in 0..<shape.count {
            let set = pub.parameters.shape.element(at: element, of: shape)
            let observable = pub.observableShape.element(at: element, of: shape)
            var sums = (corrected: Sum(), uncorrected: Sum())
            for number in numbers where plan.programs[number].parameterSet == set {
                guard let slot = plan.programs[number].observables.firstIndex(of: observable),
                    let measurement = plan.programs[number].measurement
                else { continue }
                let runs = places.filter { executions[$0].program == number }
                let total = Double(runs.reduce(0) { $0 + executions[$1].raw.shots.count })
                for place in runs {
                    let share = Double(executions[place].raw.shots.count) / total
                    let values = estimate(measurement.observables[slot], measurement, place)
                    sums.corrected.add(values.corrected, weight: share)
                    sums.uncorrected.add(values.uncorrected, weight: share)
                }
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

        mutating func add(_ part: Estimate, weight: Double) {
            value += weight * part.value
            variance += weight * part.standardError * weight * part.standardError
        }

        var estimate: Estimate { Estimate(value: value, standardError: variance.squareRoot()) }
    }

    private func estimate(
        _ observable: DiagonalObservable, _ measurement: ObservableMeasurement, _ place: Int
    ) -> (corrected: Estimate, uncorrected: Estimate) {
        let bits = Array(measurement.bits)
        if let exact = executions[place].raw.exactProbabilities {
            let value = exact.reduce(0) { sum, entry in
                sum + entry.probability * observable.value(of: entry.bits.selecting(bits))
            }
            let known = Estimate(value: value, standardError: 0)
            return (known, known)
        }
        let counts = Counts(executions[place].raw.shots).selecting(bits)
        let plain = widened(observable.estimate(from: counts), place)
        guard !corrections[place].bits.isEmpty else { return (plain, plain) }
        return (widened(corrections[place].confusion.estimate(observable, from: counts), place), plain)
    }

    /// The factor on standard errors where shots share noise realisations: as if only the realisations counted, which
    /// is the most that correlated shots can cost.
    private func widening(_ place: Int) -> Double {
        guard let realisations = executions[place].raw.noiseRealisations,
            realisations < executions[place].raw.shots.count
        else { return 1 }
        return (Double(executions[place].raw.shots.count) / Double(max(1, realisations))).squareRoot()
    }

    private func widened(_ estimate: Estimate, _ place: Int) -> Estimate {
        Estimate(value: estimate.value, standardError: estimate.standardError * widening(place))
    }
}
