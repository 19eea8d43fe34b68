import Circuits

/// Turns syntax into a circuit, statement by statement: names, types, constants, unrolling, inlining.
///
/// Top-level statements are read, lowered and forgotten one after the other, so that a program of millions of gates
/// needs no syntax tree of its size. It never stops at an error of one statement; what an erroneous declaration
/// declared is known as broken, and uses of it are silent.
struct Lowering: ~Copyable {
    private(set) var bytes: UnsafeBufferPointer<UInt8>
    var parser: Parser
    let dialect: Dialect
    var circuit: Circuit
    /// The block that instructions go to: the program's, or the innermost one being built.
    var block = Block()
    /// Structured statements around `block`; 0 for the program's own.
    var nesting = 0
    /// What constant phases add up to.
    var globalPhase = 0.0

    var symbols: [Symbol] = []
    /// By name: the symbol in sight, or −1.
    var visible: [Int32] = []
    /// By name: the symbol of the global scope, or −1.
    var global: [Int32] = []
    /// What each declaration in the scopes that are open has hidden, innermost last.
    var hidden: [(name: Int32, symbol: Int32)] = []
    /// Where the open scopes begin in `hidden`.
    var scopes: [Int] = []

    /// Names that some subroutine has or had: a call of them may take its arguments as indices.
    var subroutineNames: Set<Int32> = []
    /// Names that some array has or had: their indices may be computed while the program runs.
    var arrayNames: Set<Int32> = []

    /// What is known of the loops of the statement at the top level that is being lowered.
    var loopMemory = LoopScan.Memory()

    var aliases: [[Int32]] = []
    var views: [ArrayView] = []
    /// Items of all arrays.
    var itemCount = 0
    var constants: [ClassicalValue] = []
    var gates: [GateEntry] = []
    /// Modified gates by what they are made of.
    var modified: [ModifiedGate: Gate] = [:]
    var hasWarnedOfCalibrations = false
    /// Symbolic parameters by what they say.
    var expressionPlaces: [Expression: Parameter] = [:]
    /// Names of registers, variables and gates of the circuit, so that each is used once.
    var usedNames: Set<String> = []
    /// Standard gates that the program knows by name.
    var standardNames: Set<String> = []
    /// What the circuit is to call the next declaration of this name.
    var givenName: (declared: String, name: String)?
    /// By name: the number to try next where the name itself is taken.
    var nameNumbers: [String: Int] = [:]

    /// Inside a gate definition or a subroutine: symbols before this one are seen only if they are constant.
    var bodyBase: Int?
    var isInsideGate = false
    /// Gate parameters and qubits of the definition being lowered.
    var formalParameterCount = 0
    /// Subroutines being inlined, outermost first.
    var calls: [Call] = []
    var hasSubroutines = false
    /// Subroutines with errors in their bodies.
    var brokenSubroutines: Set<NodeID> = []
    /// The index that was no constant when it was last asked for one, so that nested indices are lowered once and not twice
    /// at each level.
    var pendingIndex: (id: NodeID, value: Expression)?
    /// Loops around the statement being lowered, innermost last.
    var loops: [Loop] = []
    /// Loops of the circuit around the statement being lowered, through all calls.
    var loopDepth = 0
    /// The bodies of loops around the statement being lowered, through all calls.
    var loopBodies: [LoopBody] = []
    /// Durations that are known before the program runs.
    var durations: [VariableID: KnownDuration] = [:]
    /// Whether a subroutine's body is looked through at its definition, with arguments that nobody knows.
    var isChecking = false
    /// Whether an index is into an array whose size the check does not know.
    var hidesIndexErrors = false
    /// Whether the body was looked through already, so that warnings would come twice.
    var isRepeating = false
    /// A pragma asked for the next statement to be a box that nobody touches.
    var isVerbatimNext = false
    /// Why subroutines cannot be called here; nil where they can.
    var callBan: String?

    /// The highest physical qubit, or −1.
    var highestHardwareQubit = -1
    var hasVirtualQubits = false
    /// Instructions and repeated statements so far.
    var work = 0
    /// Whether a statement that never runs is looked through.
    var isDead = false
    /// What looking through statements that never run has cost.
    var deadWork = 0
    /// A definition came after uses of the tables, so that they are not in the order of a program read top-down.
    var needsCanonicalOrder = false
    var usesTables = false
    var loopVariables: Set<Int> = []

    // Reused by gate calls, so that none of them allocates.
    var qubitScratch: [Qubit] = []
    var parameterScratch: [Parameter] = []

    /// Instructions and repeated statements that a program may come to.
    static let workLimit = 10_000_000

    struct Call {
        var node: NodeID
        /// The value, where a single 'return' gives it.
        var result: CallResult?
        /// Where the value goes, where several 'return's do.
        var target: Symbol?
        /// Set by a 'return' inside a loop, which the loops around it look at.
        var flag: VariableID?
        var hasReturned = false
        /// Whether a 'return' stands inside another statement, so that the body is a loop of one turn that it leaves.
        var returnsEarly = false
    }

    /// The value of a call.
    enum CallResult {
        case real(Expression)
        case complex(ComplexPair)
    }

    struct KnownDuration {
        var value: Expression
        /// What writing it out once more costs.
        var size: Int
    }

    /// The body of a loop around the statement being lowered.
    struct LoopBody {
        var node: NodeID
        /// The names that it assigns to, once they were asked for.
        var assigned: Set<Int32>?
    }

    enum Loop {
        /// Kept as a loop of the circuit.
        case kept
        /// Unrolled: jumps have no loop to refer to, unless the parts are wrapped in loops of one turn.
        ///
        /// - Parameter flag: set by 'break' where both kinds of jumps exist, each turn being such a loop too.
        case unrolled(flag: VariableID?)
    }

    /// How files are included; nil where only the standard ones are.
    var includes: IncludeReader?
    /// The program with the files it has included.
    var texts: IncludedTexts?
    var programName = ""
    /// Paths of the files being read, outermost first.
    var openFiles: [String] = []

    init(_ bytes: UnsafeBufferPointer<UInt8>, name: String, dialect: Dialect) {
        self.bytes = bytes
        parser = Parser(bytes)
        self.dialect = dialect
        circuit = Circuit(name: name)
    }

    var tree: SyntaxTree {
        @inline(__always) _read { yield parser.tree }
    }

    /// Reads and lowers everything.
    mutating func run() {
        startDialect()
        declareBuiltins()
        statements()
    }

    /// Reads and lowers statements to the end of the file.
    mutating func statements() {
        while let node = parser.next() {
            let keeps = keepsSyntax(node)
            lowerReporting(node)
            if !loopMemory.isWrittenOut.isEmpty { loopMemory = LoopScan.Memory() }
            if !keeps { parser.tree.cut(to: base) } else { base = parser.tree.mark }
        }
    }

    /// Where the syntax that is kept ends.
    var base = SyntaxTree.Mark(nodes: 0, lists: 0)

    /// Subroutines are lowered where they are called, externs are looked up.
    private func keepsSyntax(_ node: NodeID) -> Bool {
        switch tree[node].kind {
        case .definition, .external: true
        case .annotated: keepsSyntax(tree[node].a)
        default: false
        }
    }

    mutating func lowerReporting(_ node: NodeID) {
        do throws(SemanticFailure) { try lower(node) } catch {}
    }
}

// Diagnostics.
extension Lowering {
    func place(_ node: NodeID) -> Diagnostic.Place { .init(tree[node].range) }

    mutating func fail(
        _ code: Diagnostic.Code, _ message: String, at node: NodeID, related: [Diagnostic.Place] = [],
        cause: String? = nil, cure: String? = nil
    ) -> SemanticFailure {
        fail(code, message, at: place(node), related: related, cause: cause, cure: cure)
    }

    mutating func fail(
        _ code: Diagnostic.Code, _ message: String, at place: Diagnostic.Place, related: [Diagnostic.Place] = [],
        cause: String? = nil, cure: String? = nil
    ) -> SemanticFailure {
        if !isChecking || code.holdsForAllArguments {
            parser.report(Diagnostic(code, message, at: place, related: related, cause: cause, cure: cure))
        }
        return SemanticFailure()
    }

    mutating func warn(
        _ code: Diagnostic.Code, _ message: String, at place: Diagnostic.Place, related: [Diagnostic.Place] = [],
        cause: String? = nil, cure: String? = nil
    ) {
        if isRepeating { return }
        parser.report(
            Diagnostic(code, message, at: place, severity: .warning, related: related, cause: cause, cure: cure))
    }

    func location(_ node: NodeID) -> SourceLocation { SourceLocation(offset: tree[node].start) }

    /// Counts an instruction or a turn of an unrolled loop, and stops what grows without bound.
    @inline(__always)
    mutating func spend(_ amount: Int, at node: NodeID) throws(SemanticFailure) {
        work += amount
        if work > Self.workLimit { throw tooLarge(node) }
    }

    private mutating func tooLarge(_ node: NodeID) -> SemanticFailure {
        let failure = fail(
            .tooLarge, "the program unrolls to more than \(Self.workLimit) instructions", at: node,
            cause: "loops that index qubits and calls of subroutines are written out",
            cure: "shorten the ranges of the loops")
        parser.lexer.position = parser.lexer.count
        parser.token = Token(
            kind: .endOfFile, start: UInt32(parser.lexer.count), end: UInt32(parser.lexer.count))
        return failure
    }
}
