// What a program counts: its qubits, its classical bits, its places in the source. Device sites are another type, in
// another room, so that a layout can never be forgotten.

/// A qubit of the program, numbered across all registers in declaration order.
@frozen
public struct Qubit: Hashable, Sendable, BitwiseCopyable, Comparable {
    public var rawValue: UInt32

    @inlinable public init(_ index: Int) { rawValue = UInt32(truncatingIfNeeded: index) }
    @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }
    @inlinable public var index: Int { Int(rawValue) }
    @inlinable public static func < (a: Qubit, b: Qubit) -> Bool { a.rawValue < b.rawValue }
}

/// A classical bit of the program, numbered across all registers in declaration order.
@frozen
public struct ClassicalBit: Hashable, Sendable, BitwiseCopyable, Comparable {
    public var rawValue: UInt32

    @inlinable public init(_ index: Int) { rawValue = UInt32(truncatingIfNeeded: index) }
    @inlinable public var index: Int { Int(rawValue) }
    @inlinable public static func < (a: ClassicalBit, b: ClassicalBit) -> Bool { a.rawValue < b.rawValue }
}

/// A place in `Circuit.variables`.
public struct VariableID: Hashable, Sendable, BitwiseCopyable {
    public let index: Int
    @inlinable public init(_ index: Int) { self.index = index }
}

/// A place in `Circuit.bitRegisters`.
public struct RegisterID: Hashable, Sendable, BitwiseCopyable {
    public let index: Int
    @inlinable public init(_ index: Int) { self.index = index }
}

/// A place in `Circuit.arrays`.
public struct ArrayID: Hashable, Sendable, BitwiseCopyable {
    public let index: Int
    @inlinable public init(_ index: Int) { self.index = index }
}

/// A place in `Circuit.externals`.
public struct ExternalID: Hashable, Sendable, BitwiseCopyable {
    public let index: Int
    @inlinable public init(_ index: Int) { self.index = index }
}

/// A place in `Circuit.expressions`.
public struct ExpressionID: Hashable, Sendable, BitwiseCopyable {
    public let index: Int
    @inlinable public init(_ index: Int) { self.index = index }
}

/// Where in the source text an instruction came from: a byte offset, which the language's source map turns into file,
/// line and column.
@frozen
public struct SourceLocation: Hashable, Sendable, BitwiseCopyable {
    public var offset: UInt32

    @inlinable public init(offset: UInt32) { self.offset = offset }
    /// Made by a pass or by hand.
    @inlinable public static var none: SourceLocation { SourceLocation(offset: .max) }
}

/// A named run of qubits.
public struct QubitRegister: Hashable, Sendable {
    public var name: String
    public var start: Int
    public var count: Int

    public init(name: String, start: Int, count: Int) {
        self.name = name
        self.start = start
        self.count = count
    }

    public var qubits: [Qubit] { (start..<start + count).map { Qubit($0) } }
}

/// A named run of classical bits. A register declared without a size (`bit b;`) is a scalar of one bit.
public struct BitRegister: Sendable {
    public var name: String
    public var start: Int
    public var count: Int
    /// Whether the program sets it and results report it; an `input` register comes from outside.
    public var isInput: Bool
    /// Local to a block or a subroutine of the source: results do not show it. A hint for readers, no part of what is
    /// executed, so that it does not count in comparisons.
    public var isTemporary: Bool

    public init(name: String, start: Int, count: Int, isInput: Bool = false, isTemporary: Bool = false) {
        self.name = name
        self.start = start
        self.count = count
        self.isInput = isInput
        self.isTemporary = isTemporary
    }

    public var bits: [ClassicalBit] { (start..<start + count).map { ClassicalBit($0) } }
}

extension BitRegister: Hashable {
    public static func == (a: BitRegister, b: BitRegister) -> Bool {
        a.name == b.name && a.start == b.start && a.count == b.count && a.isInput == b.isInput
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(start)
        hasher.combine(count)
    }
}
