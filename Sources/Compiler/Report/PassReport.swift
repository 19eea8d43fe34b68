/// What one pass changed, and how long it took.
public struct PassReport: Codable, Hashable, Sendable {
    public var name: String
    public var stage: CompilationStage
    public var before: CircuitSize
    public var after: CircuitSize
    public var seconds: Double
}
