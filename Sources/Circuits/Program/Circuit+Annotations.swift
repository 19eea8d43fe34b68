/// What a circuit's tables declare, as something that annotations can stand on.
public enum Declaration: Hashable, Sendable {
    /// By their places in `qubitRegisters`, `bitRegisters`, `variables`, `arrays`, `gates` and `externals`.
    case qubits(Int), bits(Int), variable(Int), array(Int), gate(Int), external(Int)
}

/// `@keyword content` in front of a declaration.
public struct DeclarationAnnotation: Hashable, Sendable {
    public var declaration: Declaration
    public var annotation: Annotation

    public init(_ annotation: Annotation, on declaration: Declaration) {
        self.annotation = annotation
        self.declaration = declaration
    }
}

extension Declaration {
    /// By kind, then by place.
    fileprivate var rank: (Int, Int) {
        switch self {
        case .qubits(let place): (0, place)
        case .bits(let place): (1, place)
        case .variable(let place): (2, place)
        case .array(let place): (3, place)
        case .gate(let place): (4, place)
        case .external(let place): (5, place)
        }
    }
}

extension Circuit {
    /// Brings annotations into the order of the tables; those of one declaration keep theirs.
    public mutating func sortDeclarationAnnotations() {
        let order = declarationAnnotations.enumerated().sorted {
            ($0.element.declaration.rank.0, $0.element.declaration.rank.1, $0.offset)
                < ($1.element.declaration.rank.0, $1.element.declaration.rank.1, $1.offset)
        }
        declarationAnnotations = order.map(\.element)
    }

    /// What stands on a declaration, in order.
    public func annotations(of declaration: Declaration) -> [Annotation] {
        if declarationAnnotations.isEmpty { return [] }
        return declarationAnnotations.filter { $0.declaration == declaration }.map(\.annotation)
    }
}
