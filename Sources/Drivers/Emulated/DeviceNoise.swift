import Circuits
import Hardware
import Simulators

/// The noise of one executable on one device under one calibration, said place by place.
///
/// A gate's channel is a part that is depolarizing, or falls on the Pauli errors that the calibration names, chosen so that
/// together with the relaxation of its operands over its duration, their leakage and loss it has exactly the published
/// average infidelity. Beside it stands what belongs to no gate alone: moves, heat, and neighbours (`Motion`, `Crosstalk`). Relaxation is not applied gate by gate: it accumulates on each site
/// from its first instruction on, through gates and gaps alike, and is applied before the next instruction there. That
/// is one channel instead of two, and the entanglement fidelity of depolarizing and relaxation does not depend on their
/// order. During its own readout a site does not relax, because the published confusion includes that; during other
/// sites' readout and the latency of feedback it does.
struct DeviceNoise: NoiseModel {
    /// The channels of one block in one list: those before and after instruction k, then those at the end.
    struct BlockChannels {
        var channels: [LocatedChannel] = []
        /// For instruction k, the ends of its two runs in `channels`.
        var ends: [(before: Int32, after: Int32)] = []
        /// By instruction, where something may leave the machine.
        var departuresBefore: [Int: [Departure]] = [:]
        var departuresAfter: [Int: [Departure]] = [:]
    }

    private(set) var blocks: [BlockPath: BlockChannels]
    /// Whether carriers may leave.
    var mayLose: Bool { blocks.values.contains { !$0.departuresAfter.isEmpty || !$0.departuresBefore.isEmpty } }
    private let confusion: [ReadoutConfusion?]
    /// Gates of the program that relaxation alone makes worse than published, each as `sx on 3`, sorted.
    let relaxationLimited: [String]

    init(_ executable: Executable, description: DeviceDescription, truth: MachineTruth) {
        var builder = NoiseBuilder(executable.circuit, description, truth)
        builder.build(
            executable.circuit.body, executable.schedule, at: .body, operands: [], end: nil, isLoop: false)
        blocks = builder.blocks
        relaxationLimited = builder.gateNoise.relaxationLimited
        let absence = truth.figures.environment.absence
        confusion = truth.figures.sites.map { site in
            site.readout.map {
                ReadoutConfusion(
                    oneGivenZero: $0.falseOne, zeroGivenOne: $0.falseZero, detection: Detection($0, absence))
            }
        }
    }

    func channels(before position: Int, of block: Block, at path: BlockPath) -> [LocatedChannel] {
        guard let own = blocks[path] else { return [] }
        let start = position == 0 ? 0 : Int(own.ends[position - 1].after), end = Int(own.ends[position].before)
        return start == end ? [] : Array(own.channels[start..<end])
    }

    func channels(after position: Int, of block: Block, at path: BlockPath) -> [LocatedChannel] {
        guard let own = blocks[path] else { return [] }
        let start = Int(own.ends[position].before), end = Int(own.ends[position].after)
        return start == end ? [] : Array(own.channels[start..<end])
    }

    func channels(atEndOf block: Block, at path: BlockPath) -> [LocatedChannel] {
        guard let own = blocks[path] else { return [] }
        return Array(own.channels[(own.ends.last.map { Int($0.after) } ?? 0)...])
    }

    func departures(before position: Int, of block: Block, at path: BlockPath) -> [Departure] {
        blocks[path]?.departuresBefore[position] ?? []
    }

    func departures(after position: Int, of block: Block, at path: BlockPath) -> [Departure] {
        blocks[path]?.departuresAfter[position] ?? []
    }

    func readout(of qubit: Qubit) -> ReadoutConfusion? { confusion[qubit.index] }
}

extension Detection {
    /// Nil where nothing can leave and no photons are counted.
    fileprivate init?(_ readout: ReadoutCalibration, _ absence: AbsenceFigures?) {
        if absence == nil && readout.efficiency == 1 && readout.darkCounts == 0 { return nil }
        let absence = absence ?? AbsenceFigures(isHeralded: true)
        self.init(
            leakedReadsOne: absence.leakedReadsOne, lostReadsOne: absence.lostReadsOne,
            isHeralded: absence.isHeralded, efficiency: readout.efficiency, darkCounts: readout.darkCounts)
    }
}
