import Circuits
import Hardware

/// Passes in order.
public struct Pipeline: Sendable {
    public var passes: [any Pass]

    public init(_ passes: [any Pass]) { self.passes = passes }

    /// Runs the passes one after the other and measures what each of them changed.
    public func run(
        _ unit: inout CompilationUnit, in context: CompilationContext
    ) throws(CompilerError) -> [PassReport] {
        var reports: [PassReport] = []
        let clock = ContinuousClock()
        var before = CircuitSize(unit.circuit)
        for pass in passes {
            let start = clock.now
            try pass.run(&unit, in: context)
            let time = start.duration(to: clock.now)
            let after = CircuitSize(unit.circuit)
            reports.append(
                PassReport(
                    name: pass.name, stage: pass.stage, before: before, after: after, seconds: time / .seconds(1)))
            before = after
        }
        return reports
    }
}

extension Pipeline {
    /// The pipeline of the compiler for one machine and one effort.
    ///
    /// - Parameter isPhysical: whether the program names the sites it runs on.
    static func standard(for context: CompilationContext, isPhysical: Bool = false) -> Pipeline {
        // A simulator that knows every gate takes programs as they are, definitions included.
        if context.target.takesEveryGate { return Pipeline([LayoutPass()]) }
        let rewriting = context.options.rewriting
        if rewriting != .free {
            let mapping: any Pass = rewriting.keepsSites ? CoupledPairsCheck() : RoutingPass()
            return Pipeline([
                UnrollPass(), LayoutPass(), mapping, TranslationPass(keepsGates: rewriting.keepsGates),
            ])
        }
        var passes: [any Pass] = [UnrollPass(), NegligibleRotationPass(), CancellationPass()]
        // A program that names its sites wants its swaps made there.
        if !isPhysical { passes.append(SwapElisionPass()) }
        return Pipeline(passes + [EarlyResynthesisPass(), LayoutPass(), RoutingPass(), ResynthesisPass()])
    }
}

extension Target {
    /// Whether any program runs here without translation.
    var takesEveryGate: Bool {
        isAllToAll
            && StandardGate.allCases.allSatisfy { gate in
                gate == .gphase || native[Int(gate.rawValue)]?.angleRanges.allSatisfy { $0 == nil } ?? false
            }
    }
}
