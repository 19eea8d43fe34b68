/// A list that keeps up to four elements in place; what an instruction carries its operands in without allocating.
@frozen
public struct SmallList<Element: BitwiseCopyable & Sendable & Hashable>: Sendable, RandomAccessCollection {
    @usableFromInline var inline: (Element, Element, Element, Element)?
    @usableFromInline var overflow: [Element]
    @usableFromInline var length: Int32

    @inlinable
    public init() {
        inline = nil
        overflow = []
        length = 0
    }

    @inlinable
    public init(_ buffer: UnsafeBufferPointer<Element>) {
        length = Int32(buffer.count)
        overflow = []
        switch buffer.count {
        case 0: inline = nil
        case 1: inline = (buffer[0], buffer[0], buffer[0], buffer[0])
        case 2: inline = (buffer[0], buffer[1], buffer[0], buffer[0])
        case 3: inline = (buffer[0], buffer[1], buffer[2], buffer[0])
        case 4: inline = (buffer[0], buffer[1], buffer[2], buffer[3])
        default:
            inline = nil
            overflow = Array(buffer)
        }
    }

    @inlinable
    public init(_ elements: some Sequence<Element>) {
        let array = Array(elements)
        self = array.withUnsafeBufferPointer { SmallList($0) }
    }

    @inlinable public var startIndex: Int { 0 }
    @inlinable public var endIndex: Int { Int(length) }

    @inlinable
    public subscript(position: Int) -> Element {
        precondition(position >= 0 && position < Int(length), "index \(position) in a list of \(length)")
        guard let inline else { return overflow[position] }
        switch position {
        case 0: return inline.0
        case 1: return inline.1
        case 2: return inline.2
        default: return inline.3
        }
    }
}

extension SmallList {
    /// Appends the elements to an array, without the cost of a generic sequence.
    @inlinable
    func append(to array: inout [Element]) {
        guard let inline else {
            if length > 0 { array.append(contentsOf: overflow) }
            return
        }
        array.append(inline.0)
        if length > 1 { array.append(inline.1) }
        if length > 2 { array.append(inline.2) }
        if length > 3 { array.append(inline.3) }
    }
}

extension SmallList: ExpressibleByArrayLiteral {
    @inlinable
    public init(arrayLiteral elements: Element...) { self.init(elements) }
}

extension SmallList: Hashable {
    public static func == (a: SmallList, b: SmallList) -> Bool { a.elementsEqual(b) }
    public func hash(into hasher: inout Hasher) {
        hasher.combine(count)
        for element in self { hasher.combine(element) }
    }
}

public typealias Operands = SmallList<Qubit>
public typealias Parameters = SmallList<Parameter>

extension SmallList where Element == Qubit {
    /// Every qubit replaced by `transform` of it.
    public func mapped(_ transform: (Qubit) -> Qubit) -> Operands { Operands(lazy.map(transform)) }
}

extension SmallList where Element == Parameter {
    /// All values, or nil where one is an expression.
    public var constants: [Double]? {
        var values: [Double] = []
        values.reserveCapacity(count)
        for parameter in self {
            guard let value = parameter.constant else { return nil }
            values.append(value)
        }
        return values
    }
}
