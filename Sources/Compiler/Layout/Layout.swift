import Circuits
public import Hardware

/// Where the qubits of a program are on a device, when it starts and when it ends.
public struct Layout: Hashable, Sendable {
    /// Site of program qubit k at the start.
    public var initial: [Site]
    /// Site of program qubit k at the end, after routing moved it.
    public var final: [Site]

    /// A layout in which nothing moves.
    public init(_ initial: [Site]) {
        self.initial = initial
        final = initial
    }

    /// Program qubit k on site k.
    public init(trivial qubitCount: Int) { self.init((0..<qubitCount).map { Site($0) }) }
}
