/// Takes maximal runs of gates on one pair together and makes them anew from native gates where that is cheaper by the
/// calibration; everything else is translated on the way, so that the result is native.
///
/// After routing this absorbs swaps: a swap after a CX takes two entanglers instead of four.
public struct ResynthesisPass: Pass {
    public let name = "two-qubit resynthesis"

    public init() {}

    public func run(_ unit: inout CompilationUnit, in context: CompilationContext) throws(CompilerError) {
        unit.circuit = try unit.circuit.unrolled()
        var translator = NativeTranslator(
            unit.circuit, for: context.target, isPlaced: unit.isPlaced, collectsRuns: true, dropsUnobservable: true)
        unit.circuit = try translator.translated(unit.circuit)
    }
}
