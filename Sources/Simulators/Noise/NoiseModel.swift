public import Circuits

/// Where a block stands in a program: from the body down through control flow.
public struct BlockPath: Hashable, Sendable {
    /// For each level, the place in the outer block's `controlFlow` and the block among `ControlFlow.blocks`.
    public var steps: [Step]

    public struct Step: Hashable, Sendable {
        public var controlFlow: Int
        public var block: Int

        public init(controlFlow: Int, block: Int) {
            self.controlFlow = controlFlow
            self.block = block
        }
    }

    public init(_ steps: [Step] = []) { self.steps = steps }

    public static let body = BlockPath()

    public func entering(_ block: Int, of controlFlow: Int) -> BlockPath {
        BlockPath(steps + [Step(controlFlow: controlFlow, block: block)])
    }
}

/// What a device's physics adds to a program, said once for each place in the text, before anything runs.
///
/// Each engine treats the channels as it can: the density matrix applies them, trajectories sample them, the stabilizer
/// engine takes their Pauli twirl.
public protocol NoiseModel: Sendable {
    /// What happens before the instruction: relaxation over the gap since its qubits were last busy.
    func channels(before position: Int, of block: Block, at path: BlockPath) -> [LocatedChannel]
    /// What happens with and after the instruction: gate error, relaxation while it lasts.
    func channels(after position: Int, of block: Block, at path: BlockPath) -> [LocatedChannel]
    /// What happens between the last instruction on each qubit and the end of the block.
    func channels(atEndOf block: Block, at path: BlockPath) -> [LocatedChannel]
    /// What may leave the machine before the instruction, after its channels.
    func departures(before position: Int, of block: Block, at path: BlockPath) -> [Departure]
    /// What may leave the machine with the instruction, after its channels.
    func departures(after position: Int, of block: Block, at path: BlockPath) -> [Departure]
    /// How the readout of a measurement errs; nil if it does not.
    func readout(of qubit: Qubit) -> ReadoutConfusion?
}

extension NoiseModel {
    public func channels(before position: Int, of block: Block, at path: BlockPath) -> [LocatedChannel] { [] }
    public func channels(atEndOf block: Block, at path: BlockPath) -> [LocatedChannel] { [] }
    public func departures(before position: Int, of block: Block, at path: BlockPath) -> [Departure] { [] }
    public func departures(after position: Int, of block: Block, at path: BlockPath) -> [Departure] { [] }
    public func readout(of qubit: Qubit) -> ReadoutConfusion? { nil }
}
