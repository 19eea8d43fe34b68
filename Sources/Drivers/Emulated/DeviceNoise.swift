import Circuits
import Hardware
import Simulators

/// The noise of one executable on one device under one calibration, said place by place.
///
/// A gate's channel is a depolarizing part, chosen so that together with the relaxation of its operands over its duration
/// it has exactly the published average infidelity. Relaxation is not applied gate by gate: it accumulates on each site
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
    }

    private(set) var blocks: [BlockPath: BlockChannels]
    private let confusion: [ReadoutConfusion?]
    /// Gates of the program that relaxation alone makes worse than published, each as `sx on 3`, sorted.
    let relaxationLimited: [String]

    init(_ executable: Executable, description: DeviceDescription, truth: MachineTruth) {
        var builder = NoiseBuilder(executable.circuit, description, truth)
        builder.build(
            executable.circuit.body, executable.schedule, at: .body, operands: [], end: nil, isLoop: false)
        blocks = builder.blocks
        relaxationLimited = builder.gateNoise.relaxationLimited
        confusion = truth.figures.sites.map { site in
            site.readout.map { ReadoutConfusion(oneGivenZero: $0.falseOne, zeroGivenOne: $0.falseZero) }
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

    func readout(of qubit: Qubit) -> ReadoutConfusion? { confusion[qubit.index] }
}
