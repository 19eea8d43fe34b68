import Circuits
import Hardware

/// Inserts swaps so that every two-qubit gate acts on coupled sites, in nested blocks too.
///
/// A nested block starts from the layout at its place and restores it at its end, so that alternatives agree and loops
/// may turn; before `break` and `continue` the layout at the begin of the loop's body is restored.
struct RoutingPass: Pass {
    let name = "routing"
    var stage: CompilationStage { .mapping }

    func run(_ unit: inout CompilationUnit, in context: CompilationContext) throws(CompilerError) {
        guard !context.target.isAllToAll else { return }
        guard let layout = unit.layout else { preconditionFailure("routing needs a layout") }
        let map = context.target.routingMap
        var emitter = RoutedEmitter(
            circuit: unit.circuit, map: map, cost: EntanglingCost(context.target), plan: unit.routingPlan,
            programSites: layout.final, defersMeasurements: unit.circuit.endsInMeasurements,
            keepsOrder: context.options.rewriting.keepsGates)
        let start = Array(0..<Int32(map.siteCount))
        let (block, end, _) = emitter.emit(unit.circuit.body, from: start, in: LoopPath(entry: start))
        unit.circuit.body = block
        unit.layout?.final = layout.final.map { Site(Int(end[$0.index])) }
    }
}

/// How the final routing runs; the layout search fills it in with the trial that won.
public struct RoutingPlan: Hashable, Sendable {
    var tuning = RouterTuning()
    var seed: UInt64 = 0

    init() {}
}

/// Writes routed blocks. Qubits of the source are labels: the sites where they start.
private struct RoutedEmitter {
    let circuit: Circuit
    let map: RoutingMap
    let cost: EntanglingCost
    let plan: RoutingPlan
    let isProgram: [Bool]
    /// Whether measurements wait for the last gate. Written where the program has them, swaps would go through sites
    /// already measured, and every gate there would wait for a readout.
    let defersMeasurements: Bool
    /// Whether gates that commute stay in their order too.
    let keepsOrder: Bool
    let router: SwapRouter

    init(
        circuit: Circuit, map: RoutingMap, cost: EntanglingCost, plan: RoutingPlan, programSites: [Site],
        defersMeasurements: Bool, keepsOrder: Bool
    ) {
        self.defersMeasurements = defersMeasurements
        self.keepsOrder = keepsOrder
        self.circuit = circuit
        self.map = map
        self.cost = cost
        self.plan = plan
        var isProgram = Array(repeating: false, count: map.siteCount)
        for site in programSites { isProgram[site.index] = true }
        self.isProgram = isProgram
        router = SwapRouter(map)
    }

    /// Writes one block.
    ///
    /// - Parameters:
    ///   - entry: where label k is when the block starts.
    ///   - loop: the way from the begin of the innermost loop's body to this block.
    /// - Returns: the block on sites, where label k is at its end, and the swaps that brought it there.
    mutating func emit(
        _ source: Block, from entry: [Int32], in loop: LoopPath
    ) -> (block: Block, exit: [Int32], swaps: [(Int, Int)]) {
        let graph = RoutingGraph(
            source, in: circuit, commuting: plan.tuning.commuting && !keepsOrder, weigh: { cost($0) })
        router.place(entry)
        var generator = SeededGenerator(seed: plan.seed)
        router.route(graph, plan.tuning, &generator)
        let events = router.events

        var place = entry
        var made: [(Int, Int)] = []
        var labelOn = Array(repeating: Int32(0), count: map.siteCount)
        for (label, site) in entry.enumerated() { labelOn[Int(site)] = Int32(label) }
        var result = Block()
        result.reserve(
            instructions: source.count + events.count - graph.nodeCount,
            operands: 2 * (source.count + events.count - graph.nodeCount), parameters: source.count)
        for position in graph.leading { emit(source, Int(position), place, loop, made, into: &result) }
        for event in events {
            if event >= 0 {
                for k in graph.instructionStarts[Int(event)]..<graph.instructionStarts[Int(event) + 1] {
                    emit(source, Int(graph.instructions[Int(k)]), place, loop, made, into: &result)
                }
            } else {
                let code = Int(-1 - event)
                let (a, b) = (code / map.siteCount, code % map.siteCount)
                result.append(.swap, [Qubit(a), Qubit(b)])
                made.append((a, b))
                labelOn.swapAt(a, b)
                place[Int(labelOn[a])] = Int32(a)
                place[Int(labelOn[b])] = Int32(b)
            }
        }
        if defersMeasurements {
            for position in source.indices where source.isMeasurement(at: position) {
                result.append(from: source, at: position, relabelling: { Qubit(Int(place[$0.index])) })
            }
        }
        return (result, place, made)
    }

    private mutating func emit(
        _ source: Block, _ position: Int, _ place: [Int32], _ loop: LoopPath, _ made: [(Int, Int)],
        into result: inout Block
    ) {
        switch source.operation(at: position) {
        case .measure where defersMeasurements: break
        case .controlFlow(let index):
            let statement = source.controlFlow[index]
            let inner: LoopPath
            switch statement {
            case .for, .while: inner = LoopPath(entry: place)
            default: inner = LoopPath(entry: loop.entry, swaps: loop.swaps + made)
            }
            var blocks: [Block] = []
            for nested in statement.blocks {
                var (block, exit, swaps) = emit(nested, from: place, in: inner)
                restore(from: exit, to: place, undoing: swaps, into: &block)
                blocks.append(block)
            }
            var next = 0
            let mapped = statement.mapBlocks { _ in
                next += 1
                return blocks[next - 1]
            }
            result.append(mapped, location: source.location(at: position))
            for annotation in source.annotations(at: position) { result.annotateLast(annotation) }
        case .break, .continue:
            restore(from: place, to: loop.entry, undoing: loop.swaps + made, into: &result)
            result.append(source[position])
        default:
            result.append(from: source, at: position, relabelling: { Qubit(Int(place[$0.index])) })
        }
    }

    /// Appends swaps that bring the program's qubits from one layout back to another: few, found greedily, or those that
    /// made the difference taken back.
    private func restore(from: [Int32], to: [Int32], undoing made: [(Int, Int)], into result: inout Block) {
        var position = from
        for label in position.indices where !isProgram[label] { position[label] = -1 }
        guard position.indices.contains(where: { position[$0] >= 0 && position[$0] != to[$0] }) else { return }
        let undone = Array(made.reversed())
        let greedy = map.swaps(bringing: position, to: to)
        for (a, b) in greedy.map({ $0.count <= undone.count ? $0 : undone }) ?? undone {
            result.append(.swap, [Qubit(a), Qubit(b)])
        }
    }
}

/// The way from the begin of a loop's body to a block inside it.
private struct LoopPath {
    /// Where label k is when the body starts.
    var entry: [Int32]
    /// The swaps since.
    var swaps: [(Int, Int)] = []
}

extension Circuit {
    /// Whether the program's measurements may all move to its end: nothing depends on them, and no wait comes after.
    fileprivate var endsInMeasurements: Bool {
        guard terminalMeasurements != nil else { return false }
        var measured: Set<Qubit> = []
        for position in body.indices {
            switch body.operation(at: position) {
            case .measure: measured.formUnion(body.qubits(at: position))
            case .delay: if body.qubits(at: position).contains(where: measured.contains) { return false }
            default: break
            }
        }
        return true
    }
}

extension Block {
    fileprivate func isMeasurement(at position: Int) -> Bool {
        if case .measure = operation(at: position) { true } else { false }
    }
}
