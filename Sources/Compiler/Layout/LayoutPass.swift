import Circuits
import Hardware

/// Chooses a site for each qubit of the program and renames the circuit's qubits to sites.
struct LayoutPass: Pass {
    let name = "layout"
    var stage: CompilationStage { .mapping }

    func run(_ unit: inout CompilationUnit, in context: CompilationContext) throws(CompilerError) {
        let sites = try choose(&unit, in: context)
        let table = sites.map { Qubit($0.index) }
        let register = [QubitRegister(name: "q", start: 0, count: context.target.siteCount)]
        let body = unit.circuit.body.relabelled { table[$0.index] }
        unit.circuit = unit.circuit.replacing(body: body, qubitRegisters: register)
        unit.layout = Layout(sites)
        unit.layout?.final = unit.permutation.map { sites[$0.index] }
    }

    private func choose(_ unit: inout CompilationUnit, in context: CompilationContext) throws(CompilerError) -> [Site] {
        let target = context.target
        let count = unit.circuit.qubitCount
        let live = (0..<target.siteCount).filter { target.isLive[$0] }
        guard count <= live.count else { throw Region.tooWide(count, target) }
        if let pinned = context.options.initialLayout { try Self.check(pinned, count, target) }
        if context.options.rewriting.keepsSites {
            guard let pinned = context.options.initialLayout else {
                throw CompilerError(
                    .invalidOption, "a program that is to be taken word for word needs a site for each qubit",
                    cure: "give an initial layout")
            }
            return pinned
        }
        if target.isAllToAll {
            return context.options.initialLayout ?? live.prefix(count).map { Site($0) }
        }
        let cost = EntanglingCost(target)
        let keepsGates = context.options.rewriting.keepsGates
        func weigh(_ instruction: Instruction) -> (alone: UInt8, withSwap: UInt8) {
            let (alone, withSwap) = cost(instruction)
            // A swap merges with nothing where gates are kept.
            return (alone, keepsGates ? alone + 3 : withSwap)
        }
        let program = InteractionGraph(unit.circuit.body, qubitCount: count, weigh: weigh)
        let graphs = [!keepsGates, false].map { commuting in
            RoutingGraph(flattening: unit.circuit.body, in: unit.circuit, commuting: commuting, weigh: weigh)
        }
        let region: Region
        var fixed: [[Int32]] = []
        if let pinned = context.options.initialLayout {
            region = try Region(program, on: target, pinned: pinned)
            fixed = [pinned.map { Int32($0.index) }]
        } else {
            region = try Region(program, on: target)
        }
        let search = LayoutSearch(
            StartLayouts(program, on: target, in: region), commuting: graphs[0], ordered: graphs[1], in: context)
        let outcome = search.best(
            trials: LayoutSearch.trials(for: graphs[1], effort: context.options.effort), fixed: fixed,
            pinned: context.options.initialLayout != nil)
        unit.routingPlan = outcome.plan
        return outcome.layout.map { Site(Int($0)) }
    }

    private static func check(_ pinned: [Site], _ count: Int, _ target: Target) throws(CompilerError) {
        guard pinned.count == count else {
            throw CompilerError(
                .invalidOption, "the initial layout names \(pinned.count) sites, the program has \(count) qubits",
                cure: "name one site for each qubit")
        }
        var seen = Array(repeating: false, count: target.siteCount)
        for site in pinned {
            guard site.index < target.siteCount, target.isLive[site.index] else {
                throw CompilerError(
                    .invalidOption,
                    "site \(site.index) of the initial layout "
                        + (site.index < target.siteCount
                            ? "is not in operation"
                            : "is not on \(target.description.id), which has \(target.siteCount)"),
                    cure: "choose a working site")
            }
            guard !seen[site.index] else {
                throw CompilerError(
                    .invalidOption, "the initial layout puts two qubits on site \(site.index)",
                    cure: "give each qubit a site of its own")
            }
            seen[site.index] = true
        }
    }
}
