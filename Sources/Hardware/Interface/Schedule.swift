/// When each instruction of a block starts; seconds from the start of the block.
///
/// Nested blocks have schedules of their own, relative to the moment they are entered.
public struct Schedule: Hashable, Sendable {
    /// Start of instruction k.
    public var starts: [Double]
    /// Duration of instruction k; for control flow, the duration of its longest alternative taken once.
    public var durations: [Double]
    /// From the block's start to the end of its last instruction.
    public var duration: Double
    /// For each place of the block's `controlFlow`, the schedules of its blocks in `ControlFlow.blocks` order.
    public var nested: [[Schedule]]

    public init(starts: [Double], durations: [Double], duration: Double, nested: [[Schedule]]) {
        self.starts = starts
        self.durations = durations
        self.duration = duration
        self.nested = nested
    }
}
