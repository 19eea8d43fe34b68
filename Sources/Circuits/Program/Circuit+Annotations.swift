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

extension Circuit {
    /// What stands on a declaration, in order.
    public func annotations(of declaration: Declaration) -> [Annotation] {
        if declarationAnnotations.isEmpty { return [] }
        return declarationAnnotations.filter { $0.declaration == declaration }.map(\.annotation)
    }
}
