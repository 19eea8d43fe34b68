/// A place in `SyntaxTree.nodes`; −1 is none.
typealias NodeID = Int32
/// A place in `SyntaxTree.lists`: a count, followed by so many entries; −1 is none.
typealias ListID = Int32

/// The syntax of a program, or of the statement being worked on, in two flat columns.
///
/// Nodes are 28 bytes without references: a statement costs no allocation and is forgotten by cutting the columns back
/// to a mark.
struct SyntaxTree {
    struct Node: BitwiseCopyable {
        var kind: SyntaxKind
        /// A `SyntaxOperator`, `TypeKind`, `TimeUnit` or flag, as the kind says.
        var detail: UInt8 = 0
        /// Levels of expression below and including this one.
        var height: UInt16 = 1
        var start: UInt32
        var end: UInt32
        var a: Int32 = -1
        var b: Int32 = -1
        var c: Int32 = -1
        var d: Int32 = -1

        var range: Range<Int> { Int(start)..<Int(max(start, end)) }
        /// `a` and `b` as the 64 bits of a literal.
        var value: UInt64 {
            get { UInt64(UInt32(bitPattern: a)) | UInt64(UInt32(bitPattern: b)) << 32 }
            set {
                a = Int32(truncatingIfNeeded: newValue)
                b = Int32(truncatingIfNeeded: newValue >> 32)
            }
        }
        var number: Double { Double(bitPattern: value) }
    }

    private(set) var nodes: [Node] = []
    private(set) var lists: [Int32] = []

    @inline(__always)
    subscript(node: NodeID) -> Node {
        get { nodes[Int(node)] }
        set { nodes[Int(node)] = newValue }
    }

    @inline(__always)
    mutating func add(_ node: Node) -> NodeID {
        nodes.append(node)
        return NodeID(truncatingIfNeeded: nodes.count - 1)
    }

    @inline(__always)
    mutating func add(list: ArraySlice<Int32>) -> ListID {
        lists.append(Int32(list.count))
        lists.append(contentsOf: list)
        return ListID(truncatingIfNeeded: lists.count - list.count - 1)
    }

    @inline(__always)
    func count(_ list: ListID) -> Int { list < 0 ? 0 : Int(lists[Int(list)]) }

    @inline(__always)
    func item(_ list: ListID, _ index: Int) -> Int32 { lists[Int(list) + 1 + index] }

    /// The entries of a list, none for −1.
    func items(_ list: ListID) -> ArraySlice<Int32> {
        list < 0 ? [] : lists[Int(list) + 1..<Int(list) + 1 + count(list)]
    }

    struct Mark {
        var nodes: Int
        var lists: Int
    }

    var mark: Mark { Mark(nodes: nodes.count, lists: lists.count) }

    mutating func cut(to mark: Mark) {
        nodes.removeLast(nodes.count - mark.nodes)
        lists.removeLast(lists.count - mark.lists)
    }
}

/// The kinds of nodes, with what `a`, `b`, `c`, `d` hold; "list" is a `ListID`, a missing part −1.
enum SyntaxKind: UInt8 {
    // Expressions.
    /// a: name.
    case identifier
    /// a: number.
    case hardwareQubit
    /// value; detail 1: beyond 64 bits.
    case integer
    /// value: bits of the double.
    case float, imaginary
    /// value: bits of the double; detail: `TimeUnit`.
    case timing
    /// a: 0 or 1.
    case boolean
    /// The quotes are part of the range.
    case bitString
    /// detail: operator; a: operand.
    case unary
    /// detail: operator; a, b: operands.
    case binary
    /// a: base; b: list of expressions and ranges; detail 1: the list is a set in braces.
    case index
    /// a: name; b: list of arguments.
    case call
    /// a: type; b: operand.
    case cast
    /// a: scope.
    case durationOf
    /// a, b, c: start, step, stop.
    case range
    /// b: list.
    case set
    /// b: list of expressions and array literals.
    case arrayLiteral
    /// a, b: the parts of `a ++ b`.
    case concatenation
    /// a: operand.
    case measure
    /// a: name; b: list of parameters; c: list of operands.
    case quantumCall

    // Types; detail: `TypeKind`.
    /// a: designator, or the component type of `complex`.
    case scalarType
    /// a: scalar type; b: list of dimensions.
    case arrayType
    /// detail 1: mutable; a: scalar type; b: list of dimensions; c: number of dimensions after `#dim =`.
    case arrayReferenceType
    /// a: designator.
    case qubitType
    /// a: designator. `creg` in a parameter list.
    case registerType

    // Statements.
    /// c, d: range of the content.
    case pragma
    /// a: statement; b: list of annotations.
    case annotated
    /// a: name with its path as text range in start…end; c, d: range of the content.
    case annotation
    /// b: list of statements.
    case scope
    /// a: name; b: value.
    case alias
    /// a: target; b: value; detail: operator + 1 of a compound assignment.
    case assignment
    /// b: list of operands, −1 for all qubits.
    case barrier, nop
    /// a: designator; b: scope.
    case box
    case `break`, `continue`, end
    /// c, d: range of the content.
    case calibration
    /// c, d: range of the text with its quotes.
    case calibrationGrammar, include
    /// a: type; b: name; c: value.
    case declaration, constant
    /// a: type; b: name; detail 1: output.
    case inputOutput
    /// a: name; b: list of parameters; c: type; d: scope.
    case definition
    /// a: name, or a keyword's raw value; b: list of arguments; c: list of operands; d: list [type, start, end].
    case calibrationDefinition
    /// a: designator; b: list of operands.
    case delay
    /// a: expression.
    case expression
    /// a: name; b: list of types; c: type.
    case external
    /// a: type; b: name; c: set, range, or expression; d: body.
    case `for`
    /// a: name; b: list of parameters; c: list of operands; d: list [list of modifiers, designator].
    case gateCall
    /// a: name; b: list of parameter identifiers; c: list of qubit identifiers; d: scope.
    case gate
    /// Of OpenQASM 2. a, b, c as `gate`.
    case opaque
    /// a: condition; b: body; c: other body.
    case `if`
    /// a: measure or quantum call; b: target.
    case measureInto
    /// detail 1: qubits; a: name; b: designator.
    case oldDeclaration
    /// a: type; b: name.
    case qubits
    /// a: operand.
    case reset
    /// a: value.
    case `return`
    /// a: subject; b: list of cases.
    case `switch`
    /// b: list of labels, −1 for `default`; a: scope.
    case switchCase
    /// a: condition; b: body.
    case `while`
    /// a: type; b: name.
    case parameter
    /// detail: `ModifierKind`; a: argument.
    case modifier
    /// A statement that was reported already.
    case broken
}

enum TypeKind: UInt8 {
    case bool, bit, int, uint, float, angle, complex, duration, stretch
}

enum ModifierKind: UInt8 {
    case inverse, power, control, negativeControl
}
