/// What the compiler did to a program, for people (`description`) and for machines (JSON by `Codable`).
public struct CompilationReport: Codable, Hashable, Sendable {
    public var program: String
    public var device: String
    public var calibration: String
    public var seed: UInt64
    public var effort: String
    /// The program as it came.
    public var before: CircuitSize
    /// The program on the device.
    public var after: CircuitSize
    /// The estimate for the program as written, at the machine's median figures, as if any two sites were joined and
    /// nothing idled; nil where the program holds what only this machine's simulator takes.
    public var estimateBefore: SuccessEstimate?
    public var estimateAfter: SuccessEstimate
    /// Site of program qubit k at the start and at the end.
    public var initialLayout: [Int]
    public var finalLayout: [Int]
    public var passes: [PassReport]
    /// Wall time of the whole compilation, seconds.
    public var seconds: Double
}
