public import Kernel

/// Which turns become durable together, and what became of those that did not.
public struct BatchBook: Sendable {
    /// What the turns that come now take part in.
    public private(set) var open = StorageBatch(number: 1)
    /// How often something was lost.
    public private(set) var losses = 0
    /// Why the last was.
    public private(set) var lastLoss: KernelError?
    /// Why, for those who took part and have not heard.
    private var lost: [UInt64: KernelError] = [:]

    private static let memory: UInt64 = 1_000

    public init() {}

    /// Why a batch was lost; nil where it was not, or is open.
    public func loss(of batch: StorageBatch?) -> KernelError? { batch.flatMap { lost[$0.number] } }

    /// The open batch is over.
    public mutating func end(_ loss: KernelError? = nil) {
        if let loss {
            lost[open.number] = loss
            lastLoss = loss
            losses += 1
        }
        if lost.count > 64 { lost = lost.filter { open.number - $0.key < Self.memory } }
        open.number += 1
    }

    /// A batch that had ended was lost after all, and with it everything since.
    public mutating func lose(from first: UInt64, _ loss: KernelError) {
        for number in first..<open.number { lost[number] = loss }
        end(loss)
    }
}
