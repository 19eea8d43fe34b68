/// A structured statement with its nested blocks.
public indirect enum ControlFlow: Hashable, Sendable {
    case branch(condition: Expression, then: Block, otherwise: Block?)
    /// The first case with a label equal to `subject` runs, else `otherwise`.
    case `switch`(subject: Expression, cases: [SwitchCase], otherwise: Block?)
    /// `variable` takes each of the values in turn; they are computed once, before the first turn.
    case `for`(variable: VariableID, values: LoopValues, body: Block)
    case `while`(condition: Expression, body: Block)
    /// A unit that passes keep together, with a duration in seconds or dt if one was asked for.
    case box(duration: (value: Parameter, unit: DelayUnit)?, body: Block)

    public struct SwitchCase: Hashable, Sendable {
        public var labels: [Int64]
        public var body: Block

        public init(labels: [Int64], body: Block) {
            self.labels = labels
            self.body = body
        }
    }

    public enum LoopValues: Hashable, Sendable {
        /// `start`, `start + step`, … up to and including `stop`.
        case range(start: Expression, step: Expression, stop: Expression)
        case list([Expression])
    }
}

extension ControlFlow {
    /// The nested blocks in source order.
    public var blocks: [Block] {
        switch self {
        case .branch(_, let then, let otherwise): [then] + (otherwise.map { [$0] } ?? [])
        case .switch(_, let cases, let otherwise): cases.map(\.body) + (otherwise.map { [$0] } ?? [])
        case .for(_, _, let body), .while(_, let body), .box(_, let body): [body]
        }
    }

    /// The statement with each nested block replaced, in source order.
    public func mapBlocks<E: Error>(_ transform: (Block) throws(E) -> Block) throws(E) -> ControlFlow {
        switch self {
        case .branch(let condition, let then, let otherwise):
            let first = try transform(then)
            var second: Block?
            if let otherwise { second = try transform(otherwise) }
            return .branch(condition: condition, then: first, otherwise: second)
        case .switch(let subject, let cases, let otherwise):
            var mapped: [SwitchCase] = []
            for item in cases { mapped.append(SwitchCase(labels: item.labels, body: try transform(item.body))) }
            var last: Block?
            if let otherwise { last = try transform(otherwise) }
            return .switch(subject: subject, cases: mapped, otherwise: last)
        case .for(let variable, let values, let body):
            return .for(variable: variable, values: values, body: try transform(body))
        case .while(let condition, let body): return .while(condition: condition, body: try transform(body))
        case .box(let duration, let body): return .box(duration: duration, body: try transform(body))
        }
    }

    /// All qubits that some nested instruction touches.
    public var qubits: Set<Qubit> { blocks.reduce(into: []) { $0.formUnion($1.usedQubits) } }

    public static func == (a: ControlFlow, b: ControlFlow) -> Bool {
        switch (a, b) {
        case (.branch(let c, let t, let o), .branch(let d, let u, let p)): c == d && t == u && o == p
        case (.switch(let c, let t, let o), .switch(let d, let u, let p)): c == d && t == u && o == p
        case (.for(let c, let t, let o), .for(let d, let u, let p)): c == d && t == u && o == p
        case (.while(let c, let t), .while(let d, let u)): c == d && t == u
        case (.box(let c, let t), .box(let d, let u)): c?.value == d?.value && c?.unit == d?.unit && t == u
        default: false
        }
    }

    public func hash(into hasher: inout Hasher) { for block in blocks { hasher.combine(block) } }
}

/// `target = value`, the value converted to the target's type.
public struct Assignment: Hashable, Sendable {
    public enum Target: Hashable, Sendable {
        case variable(VariableID)
        case register(RegisterID)
        case bit(ClassicalBit)
        /// The bit of a register at an index computed at run time.
        case element(RegisterID, index: Expression)
        /// The item of an array at indices computed at run time, one a dimension.
        case item(ArrayID, [Expression])
        /// The value is computed for what computing it does, and forgotten.
        case discard
    }

    public var target: Target
    public var value: Expression

    public init(target: Target, value: Expression) {
        self.target = target
        self.value = value
    }
}

/// `@keyword content` on an instruction.
public struct Annotation: Hashable, Sendable {
    public var keyword: String
    public var content: String

    public init(keyword: String, content: String) {
        self.keyword = keyword
        self.content = content
    }
}
