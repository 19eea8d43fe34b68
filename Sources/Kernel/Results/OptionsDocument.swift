import Compiler

/// The options of a request as a result repeats them.
public struct OptionsDocument: Codable, Hashable, Sendable {
    /// Of programs that do not say their own.
    public var shots: Int
    /// Of the compiler.
    public var effort: String
    /// Whether the program ran as it was written, compiled elsewhere.
    public var isCompiled: Bool
    /// Whether each of its gates was translated by itself; nil where not.
    public var keepsGates: Bool?
    /// The longest batch.
    public var batchShots: Int
    /// What was to happen when the machine was calibrated meanwhile: `split`, `flag` or `rerun`.
    public var onRecalibration: String

    init(_ request: JobRequest) {
        shots = request.shots
        effort = request.compilerOptions.effort.rawValue
        isCompiled = request.compilerOptions.rewriting == .verbatim
        keepsGates = request.compilerOptions.rewriting == .gateByGate ? true : nil
        batchShots = request.batchShots
        onRecalibration = request.onRecalibration.name
    }
}
