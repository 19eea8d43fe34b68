import Circuits
import Hardware

/// Takes the verbatim boxes out of a program before any pass sees them, and puts them back untouched.
///
/// In their place stands a box with a barrier on their qubits: passes know nothing of what happens in it.
struct VerbatimBoxes {
    /// The program without the content of its verbatim boxes.
    private(set) var circuit: Circuit
    private var boxes: [ControlFlow] = []
    private let target: Target

    /// - Throws: `CompilerError` for a gate in a box that the machine does not have on those sites.
    init(_ program: Circuit, on target: Target) throws(CompilerError) {
        circuit = program
        self.target = target
        if program.body.hasVerbatim { circuit.body = try withoutContent(program.body) }
    }

    private mutating func withoutContent(_ block: Block) throws(CompilerError) -> Block {
        var result = Block()
        for position in block.indices {
            guard case .controlFlow(let place) = block.operation(at: position) else {
                result.append(from: block, at: position)
                continue
            }
            let statement = block.controlFlow[place]
            let location = block.location(at: position)
            guard block.isVerbatim(at: position) else {
                var mapped = statement
                if statement.blocks.contains(where: \.hasVerbatim) {
                    mapped = try statement.mapBlocks { (inner) throws(CompilerError) in try withoutContent(inner) }
                }
                result.append(mapped, location: location)
                for annotation in block.annotations(at: position) { result.annotateLast(annotation) }
                continue
            }
            for inner in statement.blocks { try check(inner) }
            var placeholder = Block()
            placeholder.append(Instruction(.barrier, block.qubits(at: position), location: location))
            result.append(.box(duration: nil, body: placeholder), location: location)
            result.annotateLast(Annotation(keyword: Annotation.verbatim.keyword, content: "\(boxes.count)"))
            boxes.append(statement)
        }
        return result
    }

    /// Every gate is the machine's own, on sites that have it.
    private func check(_ block: Block) throws(CompilerError) {
        let device = target.description.id
        for position in block.indices {
            guard case .gate(let gate) = block.operation(at: position) else { continue }
            let sites = block.qubits(at: position).map { Site($0.index) }
            let names = sites.map { "$\($0.index)" }.joined(separator: ", ")
            func fault(_ message: String, _ cure: String) -> CompilerError {
                CompilerError(.unsupportedGate, message, cure: cure, location: block.location(at: position))
            }
            guard let standard = gate.standard else {
                if target.takesEveryGate { continue }
                throw fault(
                    "a verbatim box calls '\(circuit.name(of: gate))', which is no native gate of \(device)",
                    "use native gates in verbatim boxes")
            }
            if standard == .gphase { continue }
            guard target.supports(standard, parameters: block.parameters(at: position)) else {
                let angles = target.supports(standard) ? " with these angles" : ""
                throw fault(
                    "a verbatim box calls '\(standard.name)', which is no native gate of \(device)\(angles)",
                    "its native gates are \(target.description.nativeGates.map(\.gate.name).joined(separator: ", "))")
            }
            guard target.isAvailable(standard, on: sites) else {
                throw fault(
                    "a verbatim box calls '\(standard.name)' on \(names), where \(device) does not have it",
                    "choose coupled sites in operation")
            }
        }
        for statement in block.controlFlow { for inner in statement.blocks { try check(inner) } }
    }

    /// The compiled body with each box's content as the program wrote it.
    func restored(in block: Block) -> Block {
        if boxes.isEmpty || !block.hasVerbatim { return block }
        var result = Block()
        for position in block.indices {
            guard case .controlFlow(let place) = block.operation(at: position) else {
                result.append(from: block, at: position)
                continue
            }
            let location = block.location(at: position)
            let annotations = block.annotations(at: position)
            let number = annotations.first { $0.keyword == Annotation.verbatim.keyword }.flatMap { Int($0.content) }
            if let number {
                result.append(boxes[number], location: location)
                result.annotateLast(.verbatim)
            } else {
                result.append(block.controlFlow[place].mapBlocks { restored(in: $0) }, location: location)
                for annotation in annotations { result.annotateLast(annotation) }
            }
        }
        return result
    }

    /// The program names its sites, and the compiler would have had to move a qubit.
    static func moved(_ layout: Layout) -> CompilerError {
        let place = layout.initial.indices.first { layout.initial[$0] != layout.final[$0] } ?? 0
        return CompilerError(
            .unsupportedInstruction,
            "a gate acts on sites that are not coupled: qubit $\(place) would have to move to site \(layout.final[place].index)",
            cure: "act on coupled sites, or declare qubits ('qubit[n] q;') and let the compiler place them")
    }
}

extension Block {
    fileprivate var hasVerbatim: Bool {
        annotations.contains { $0.annotation.keyword == Annotation.verbatim.keyword }
            || controlFlow.contains { $0.blocks.contains(where: \.hasVerbatim) }
    }
}
