import Circuits

/// A run of gates and channels as a trajectory evolves through it.
///
/// Between events a trajectory is a product of gates and no-jump operators, whatever the number of channels in between,
/// and fuses into blocks as if there were no noise. Where an event falls is known before the evolution as far as its
/// probability is fixed; the rest follows from the norm at the end of a stretch.
struct TrajectorySegment: Sendable {
    enum Item: Sendable {
        case gate(ElementaryGate, StateVectorKernel)
        case channel(Branching, noJump: StateVectorKernel?)
    }

    let qubitCount: Int
    private(set) var items: [Item] = []
    /// For each item, the fixed factor of the survival probability; 1 for gates.
    private(set) var survivals: [Double] = []
    /// The number of no-jump operators before each item, and in all.
    private(set) var noJumpsBefore: [Int] = [0]
    private(set) var hasChannels = false
    /// Blocks of whole stretches, made once for states so small that fusion takes as long as evolution.
    private var stretches: [[StateVectorKernel]] = []

    /// Items after which the norm is read, at the latest.
    let stretch: Int
    static let fusionWidth = 3
    /// From this many qubits on, stretches that an event cuts are worth fusing anew.
    static let freshFusionWidth = 12
    /// From this many qubits on, fusion costs so little beside evolution that stretches end at events only.
    private static let uncutWidth = 16

    init(_ steps: [Program.QuantumStep], qubitCount: Int) {
        self.qubitCount = qubitCount
        stretch = qubitCount >= Self.uncutWidth ? 256 : 96
        var fusion = GateFusion(qubitCount: qubitCount, width: Self.fusionWidth)
        for step in steps {
            switch step {
            case .gate(let gate): fusion.append(gate)
            case .event: break
            case .channel(let channel, let qubits):
                if let unitary = channel.unitary {
                    fusion.append(ElementaryGate(.matrix(unitary), targets: qubits.map { Qubit($0) }))
                    continue
                }
                append(fusion.finish())
                fusion = GateFusion(qubitCount: qubitCount, width: Self.fusionWidth)
                append(Branching(channel, on: qubits))
            }
        }
        append(fusion.finish())
        guard hasChannels && qubitCount < Self.uncutWidth else { return }
        for start in Swift.stride(from: 0, to: items.count, by: stretch) {
            stretches.append(kernels(of: start..<min(start + stretch, items.count)))
        }
    }

    private mutating func append(_ gates: [ElementaryGate]) {
        for gate in gates {
            items.append(.gate(gate, StateVectorKernel(gate)))
            survivals.append(1)
            noJumpsBefore.append(noJumpsBefore[noJumpsBefore.count - 1])
        }
    }

    private mutating func append(_ channel: Branching) {
        hasChannels = true
        items.append(.channel(channel, noJump: channel.noJumpGate.map { StateVectorKernel($0) }))
        survivals.append(channel.survival)
        noJumpsBefore.append(noJumpsBefore[noJumpsBefore.count - 1] + (channel.noJump == nil ? 0 : 1))
    }

    /// How many no-jump operators stand among these items.
    func noJumps(in range: Range<Int>) -> Int { noJumpsBefore[range.upperBound] - noJumpsBefore[range.lowerBound] }

    /// Gates and no-jump operators of the items, fused.
    func kernels(of range: Range<Int>) -> [StateVectorKernel] {
        var fusion = GateFusion(qubitCount: qubitCount, width: Self.fusionWidth)
        for index in range {
            switch items[index] {
            case .gate(let gate, _): fusion.append(gate)
            case .channel(let channel, _): if let gate = channel.noJumpGate { fusion.append(gate) }
            }
        }
        return fusion.finish().map { StateVectorKernel($0) }
    }

    /// The blocks of just these items, if they were made beforehand.
    func preparedKernels(of range: Range<Int>) -> [StateVectorKernel]? {
        guard !stretches.isEmpty, range.lowerBound % stretch == 0,
            range.count == stretch || range.upperBound == items.count && range.count < stretch
        else { return nil }
        return stretches[range.lowerBound / stretch]
    }

    /// Where to go from an item without looking at the state: up to the first channel whose fixed factor takes `survival`
    /// to `threshold` or below, or to the end of the stretch.
    func reach(from start: Int, survival: Double, threshold: Double) -> (end: Int, survival: Double) {
        // Without cut stretches, one goes on until norms must be read.
        let limit =
            stretches.isEmpty
            ? items.count : min(items.count, (start / stretch + 1) * stretch)
        var result = survival
        var index = start
        let first = noJumpsBefore[start]
        while index < limit {
            if noJumpsBefore[index] > first && index >= start + stretch { break }
            let next = result * survivals[index]
            if next <= threshold && next < result { break }
            result = next
            index += 1
        }
        return (index, result)
    }
}
