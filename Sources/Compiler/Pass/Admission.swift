import Circuits
import Hardware

/// What a program must not ask of a machine; checked before any pass runs, so that the message names the source.
struct Admission {
    let target: Target
    private var opaque: [Bool] = []

    init(_ target: Target) { self.target = target }

    mutating func check(_ circuit: Circuit) throws(CompilerError) {
        let live = target.isLive.count { $0 }
        guard circuit.qubitCount <= live else { throw Region.tooWide(circuit.qubitCount, target) }
        var measured = Array(repeating: false, count: circuit.qubitCount)
        opaque = Self.opaqueGates(of: circuit)
        try check(circuit.body, circuit, &measured, isNested: false)
    }

    /// The gates of a circuit that cannot be executed: opaque ones, and those that use them.
    private static func opaqueGates(of circuit: Circuit) -> [Bool] {
        var result: [Bool] = []
        func isOpaque(_ gate: Gate) -> Bool {
            if case .defined(let id) = gate { result[id.index] } else { false }
        }
        for definition in circuit.gates {
            switch definition.implementation {
            case .opaque: result.append(true)
            case .matrix: result.append(false)
            case .modified(let base, _): result.append(isOpaque(base))
            case .body(let body):
                result.append(
                    body.contains { if case .gate(let gate) = $0.operation { isOpaque(gate) } else { false } })
            }
        }
        return result
    }

    private func check(
        _ block: Block, _ circuit: Circuit, _ measured: inout [Bool], isNested: Bool
    ) throws(CompilerError) {
        let abilities = target.description.abilities
        let device = target.description.id
        for position in block.indices {
            let location = block.location(at: position)
            let qubits = block.qubits(at: position)
            switch block.operation(at: position) {
            case .gate(let gate):
                if case .defined(let id) = gate, opaque[id.index] {
                    throw CompilerError(
                        .unsupportedGate,
                        "no gate of \(device) can make '\(circuit.gates[id.index].name)': it is declared without a definition",
                        cure: "define the gate's body", location: location)
                }
                for qubit in qubits where measured[qubit.index] && !abilities.midCircuitMeasurement {
                    throw CompilerError(
                        .unsupportedInstruction, "\(device) cannot go on with a qubit after measuring it",
                        cure: "move the measurements to the end, or use a device with mid-circuit measurement",
                        location: location)
                }
            case .measure: measured[qubits[0].index] = true
            case .reset:
                guard abilities.reset else {
                    throw CompilerError(
                        .unsupportedInstruction, "\(device) cannot reset a qubit",
                        cure: "use fresh qubits, or a device with reset", location: location)
                }
                measured[qubits[0].index] = false
            case .delay:
                try checkLength(block.parameters(at: position).first, of: "a delay", circuit, location)
            case .controlFlow(let place):
                let statement = block.controlFlow[place]
                let access = ClassicalAccess.of(block, at: position, in: circuit)
                var needsFeedForward = false
                switch statement {
                case .box(let length, _): try checkLength(length?.value, of: "a box", circuit, location)
                case .for: needsFeedForward = !access.reads.isEmpty && !statement.qubits.isEmpty
                case .branch, .switch, .while: needsFeedForward = !access.reads.isEmpty
                }
                guard abilities.feedForward || !needsFeedForward else {
                    throw CompilerError(
                        .unsupportedInstruction,
                        "\(device) has no feed-forward: classical values cannot decide what happens next",
                        cure: "use a device with feed-forward", location: location)
                }
                for nested in statement.blocks { try check(nested, circuit, &measured, isNested: true) }
            case .barrier:
                if let channel = block.noise(at: position), !target.takesEveryGate {
                    throw CompilerError(
                        .unsupportedInstruction, "the noise channel \(channel) cannot be made on \(device)",
                        cure: "noise of a program's own is simulated on the ideal device only: choose --device ideal",
                        location: location)
                }
            case .assign, .break, .continue, .end: break
            }
        }
    }

    /// Lengths of time must be known where a schedule is made: numbers, or what the machine knows.
    private func checkLength(
        _ length: Parameter?, of what: String, _ circuit: Circuit, _ location: SourceLocation
    ) throws(CompilerError) {
        guard target.keepsTime, let id = length?.expression else { return }
        var (isKnown, isStretchy) = (true, false)
        circuit.expressions[id.index].forEach { part in
            switch part.node {
            case .literal, .unary, .binary, .cast, .call, .durationOf: break
            case .variable(let id) where circuit.variables[id.index].role == .stretch: isStretchy = true
            default: isKnown = false
            }
        }
        guard isKnown else {
            throw CompilerError(
                .unsupportedInstruction, "\(what) whose length is computed at run time cannot be scheduled",
                cure: "give it a constant length", location: location)
        }
        if isStretchy && StretchyLength(circuit.expressions[id.index].withoutBlocks, in: circuit) == nil {
            throw CompilerError(
                .unsupportedInstruction, "\(what) whose length is no sum of multiples of stretches",
                cure: "add stretches, subtract them, and multiply or divide them by numbers", location: location)
        }
    }

    func checkCompiled(_ circuit: Circuit) throws(CompilerError) {
        guard let limit = target.description.abilities.maxInstructions else { return }
        let count = Self.instructions(in: circuit.body)
        guard count <= limit else {
            throw CompilerError(
                .tooLong, "the compiled program has \(count) instructions, \(target.description.id) takes \(limit)",
                cure: "shorten the program or cut it into several")
        }
    }

    private static func instructions(in block: Block) -> Int {
        block.controlFlow.reduce(block.count) { $0 + $1.blocks.reduce(0) { $0 + instructions(in: $1) } }
    }
}

extension Expression {
    /// With some time in the place of those that the machine will tell.
    fileprivate var withoutBlocks: Expression {
        rewritten { part in if case .durationOf = part.node { .literal(.duration(1)) } else { part } }
    }
}
