/// Rewrites every gate in native gates of the machine: on the pair's own entangler, direction and angle ranges; runs of
/// one-qubit gates in their shortest form, or each gate by itself.
public struct TranslationPass: Pass {
    public let name = "translation to native gates"

    /// Whether each gate is written by itself, whatever stands beside it.
    public let keepsGates: Bool

    public init(keepsGates: Bool = false) { self.keepsGates = keepsGates }

    public func run(_ unit: inout CompilationUnit, in context: CompilationContext) throws(CompilerError) {
        unit.circuit = try unit.circuit.unrolled()
        var translator = NativeTranslator(
            unit.circuit, for: context.target, isPlaced: unit.isPlaced, collectsRuns: false, dropsUnobservable: false,
            keepsGates: keepsGates)
        unit.circuit = try translator.translated(unit.circuit)
    }
}
