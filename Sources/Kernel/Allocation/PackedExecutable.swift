public import Circuits
public import Hardware

/// Several compiled programs on disjoint sites of one machine, made one executable: shots run in step, and each program
/// gets its own bits back.
///
/// All programs end together, so that whoever is short starts late and keeps its qubits in their ground state. Programs
/// that share helper sites begin as early as these are free and follow each other on them, with a reset in between.
public struct PackedExecutable: Sendable {
    public let executable: Executable
    /// The bits of each program in the outcome.
    public let bits: [Range<Int>]

    /// - Parameter resetDuration: of a helper site between two programs, by site.
    /// - Throws: `PackingError` for programs that cannot run side by side.
    public init(
        _ programs: [Executable], siteCount: Int, sharing helpers: Set<Site> = [],
        resetDuration: (Site) -> Seconds = { _ in .zero }
    ) throws(PackingError) {
        guard let first = programs.first else { throw PackingError.empty }
        var circuit = Circuit(name: "packed", qubitCount: siteCount)
        var ranges: [Range<Int>] = []
        for (k, program) in programs.enumerated() {
            guard program.deviceID == first.deviceID, program.calibrationID == first.calibrationID else {
                throw .differentCalibrations
            }
            guard program.isPlain, program.schedule != nil || programs.allSatisfy({ $0.schedule == nil }) else {
                throw .dynamic(k)
            }
            ranges.append(circuit.bitCount..<circuit.bitCount + program.circuit.bitCount)
            if program.circuit.bitCount > 0 { circuit.addBitRegister("p\(k)", count: program.circuit.bitCount) }
        }
        var steps: [Step] = []
        // When each helper site is free of those who had it before.
        var freed: [Site: Double] = [:]
        var owner: [Int: Int] = [:]
        let longest = programs.compactMap { $0.schedule?.duration }.max() ?? 0
        for (k, program) in programs.enumerated() {
            let body = program.circuit.body
            for qubit in body.usedQubits.sorted(by: { $0.index < $1.index }) {
                if let other = owner[qubit.index], !helpers.contains(Site(qubit.index)) {
                    throw .overlap(Site(qubit.index), other, k)
                }
                owner[qubit.index] = k
            }
            // A program starts its helpers after the reset that follows their last owner.
            let shares = body.usedQubits.contains { helpers.contains(Site($0.index)) }
            var offset = shares ? 0 : longest - (program.schedule?.duration ?? 0)
            for (site, time) in freed {
                guard let schedule = program.schedule,
                    let use = body.indices.first(where: { body.qubits(at: $0).contains(Qubit(site.index)) })
                else { continue }
                let needed = time + resetDuration(site).value
                if schedule.starts[use] + offset < needed { offset = needed - schedule.starts[use] }
            }
            for position in body.indices {
                var instruction = body[position]
                if case .measure(let bit?) = instruction.operation {
                    instruction.operation = .measure(into: ClassicalBit(bit.index + ranges[k].lowerBound))
                }
                for qubit in instruction.qubits where freed[Site(qubit.index)] != nil {
                    let time = freed.removeValue(forKey: Site(qubit.index)) ?? 0
                    steps.append(
                        Step(
                            instruction: Instruction(.reset, [qubit]), start: time,
                            duration: resetDuration(Site(qubit.index)).value))
                }
                steps.append(
                    Step(
                        instruction: instruction, start: (program.schedule?.starts[position] ?? 0) + offset,
                        duration: program.schedule?.durations[position] ?? 0))
            }
            for site in helpers where body.usedQubits.contains(Qubit(site.index)) {
                freed[site] = steps.reduce(0) { latest, step in
                    step.instruction.qubits.contains(Qubit(site.index))
                        ? max(latest, step.start + step.duration) : latest
                }
            }
        }
        for step in steps { circuit.body.append(step.instruction) }
        var schedule: Schedule?
        if first.schedule != nil {
            schedule = Schedule(
                starts: steps.map(\.start), durations: steps.map(\.duration),
                duration: steps.reduce(0) { max($0, $1.start + $1.duration) }, nested: [])
        }
        bits = ranges
        // By their times, but never against the text of a program on one of its sites.
        executable =
            Executable(
                deviceID: first.deviceID, calibrationID: first.calibrationID, circuit: circuit, schedule: schedule,
                initialLayout: (0..<siteCount).map { Site($0) }, finalLayout: (0..<siteCount).map { Site($0) }
            ).inTimeOrder
    }

    private struct Step {
        var instruction: Instruction
        var start: Double
        var duration: Double
    }

    /// The outcomes of one program.
    public func outcomes(of program: Int, in result: RawResult) -> [BitString] {
        result.shots.map { $0[bits[program]] }
    }
}

extension Executable {
    /// Whether it can be part of a packed executable: its course does not depend on outcomes, it has times, and it gives
    /// bits alone.
    public var isPackable: Bool {
        isPlain && schedule != nil && !circuit.variables.contains { $0.role == .output }
    }

    fileprivate var isPlain: Bool {
        circuit.body.controlFlow.isEmpty && circuit.body.assignments.isEmpty && circuit.expressions.isEmpty
    }
}

/// Why programs cannot share a machine.
public enum PackingError: Error, Hashable, Sendable {
    case empty
    case differentCalibrations
    /// The program's course depends on outcomes, or it has no times while others do.
    case dynamic(Int)
    /// Two programs use a site that neither of them agreed to share.
    case overlap(Site, Int, Int)
}
