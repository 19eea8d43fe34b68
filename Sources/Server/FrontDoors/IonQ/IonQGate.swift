import Circuits

/// One line of a circuit as IonQ's interface writes it: a gate of the gate set `qis` or a native one.
struct IonQGate: Decodable, Hashable, Sendable {
    var gate: String
    var targets: [Int]
    var controls: [Int]
    /// Radians.
    var rotation: Double?
    /// Turns.
    var phase: Double?
    /// Turns, one for each ion of `ms`.
    var phases: [Double]?
    /// Turns, of `ms` and `zz`.
    var angle: Double?
    /// Of `pauliexp`: e^{-i·time·Σ coefficient·term}; the rightmost letter of a term acts on the first target.
    var terms: [String]?
    var coefficients: [Double]?
    var time: Double?

    private static let fields = [
        "gate", "target", "targets", "control", "controls", "rotation", "phase", "phases", "angle", "terms",
        "coefficients", "time",
    ]

    init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, known: Self.fields)
        func qubits(_ one: String, _ several: String) throws -> [Int] {
            guard let single: Int = try fields.optional(one) else { return try fields.optional(several) ?? [] }
            guard !fields.has(several) else { throw fields.wrong(several, "there is a '\(one)' already") }
            return [single]
        }
        gate = try fields.required("gate")
        targets = try qubits("target", "targets")
        controls = try qubits("control", "controls")
        rotation = try fields.optional("rotation")
        phase = try fields.optional("phase")
        phases = try fields.optional("phases")
        angle = try fields.optional("angle")
        terms = try fields.optional("terms")
        coefficients = try fields.optional("coefficients")
        time = try fields.optional("time")
    }
}

/// What is wrong with a circuit, and in which line.
struct IonQCircuitError: Error {
    var message: String

    init(_ message: String) { self.message = message }
}

extension Circuit {
    /// Adds a gate of the gate set `qis`.
    mutating func append(qis line: IonQGate) throws(IonQCircuitError) {
        try check(line)
        if line.gate == "pauliexp" { return try append(pauliExponential: line) }
        guard line.terms == nil, line.coefficients == nil, line.time == nil, line.phase == nil, line.phases == nil,
            line.angle == nil
        else { throw IonQCircuitError("'\(line.gate)' of the gate set qis takes a rotation and nothing else") }
        var name = line.gate
        // A z with a rotation is a phase: how IonQ's own Qiskit provider writes p, cp and mcphase.
        if name == "z", line.rotation != nil { name = "p" }
        guard let (gate, isControlled) = Self.qis[name] else {
            throw IonQCircuitError(
                "'\(line.gate.clipped)' is no gate of the gate set qis; known: "
                    + "\((Self.qis.keys + ["pauliexp"]).sorted().joined(separator: ", "))")
        }
        if isControlled, line.controls.isEmpty { throw IonQCircuitError("'\(name)' has no control") }
        guard (gate.parameterCount == 1) == (line.rotation != nil) else {
            throw IonQCircuitError(
                gate.parameterCount == 1 ? "'\(name)' has no rotation" : "'\(name)' takes no rotation")
        }
        let angles = line.rotation.map { [$0] } ?? []
        if gate.qubitCount == 2 {
            guard line.targets.count == 2 else {
                throw IonQCircuitError("'\(name)' acts on 2 targets, \(line.targets.count) are named")
            }
            append(gate, controls: line.controls, line.targets, angles)
        } else {
            guard !line.targets.isEmpty else { throw IonQCircuitError("'\(name)' has no target") }
            for target in line.targets { append(gate, controls: line.controls, [target], angles) }
        }
    }

    /// Adds a native gate: the matrices of IonQ's guide to native gates, angles in turns.
    mutating func append(native line: IonQGate) throws(IonQCircuitError) {
        try check(line)
        guard line.controls.isEmpty, line.rotation == nil, line.terms == nil, line.coefficients == nil, line.time == nil
        else { throw IonQCircuitError("the native '\(line.gate.clipped)' has no controls and no rotation") }
        let turn = 2 * Double.pi
        func operands(_ count: Int) throws(IonQCircuitError) {
            guard line.targets.count == count else {
                throw IonQCircuitError("'\(line.gate)' acts on \(count) targets, \(line.targets.count) are named")
            }
        }
        switch line.gate {
        case "gpi", "gpi2":
            try operands(1)
            guard let phase = line.phase, line.phases == nil, line.angle == nil else {
                throw IonQCircuitError("'\(line.gate)' takes a phase and nothing else")
            }
            append(.r, line.targets, [line.gate == "gpi" ? .pi : .pi / 2, Self.principal(turn * phase)])
        case "ms":
            try operands(2)
            guard let phases = line.phases, phases.count == 2, line.phase == nil else {
                throw IonQCircuitError("'ms' takes two phases and an angle")
            }
            let (a, b) = (line.targets[0], line.targets[1])
            // The axis of each ion lies in the equator, turned by its phase.
            if phases[0] != 0 { append(.rz, [a], [Self.principal(-turn * phases[0])]) }
            if phases[1] != 0 { append(.rz, [b], [Self.principal(-turn * phases[1])]) }
            append(.rxx, [a, b], [turn * (line.angle ?? 0.25)])
            if phases[0] != 0 { append(.rz, [a], [Self.principal(turn * phases[0])]) }
            if phases[1] != 0 { append(.rz, [b], [Self.principal(turn * phases[1])]) }
        case "zz":
            try operands(2)
            // cirq-ionq writes 'phase' for what qiskit-ionq calls 'angle'.
            guard let angle = line.angle ?? line.phase, line.phases == nil, line.angle == nil || line.phase == nil
            else {
                throw IonQCircuitError("'zz' takes an angle and nothing else")
            }
            append(.rzz, line.targets, [turn * angle])
        default:
            throw IonQCircuitError("'\(line.gate.clipped)' is no native gate; known: gpi, gpi2, ms, zz")
        }
    }

    /// The same angle in (-π, π].
    private static func principal(_ angle: Double) -> Double { angle.remainder(dividingBy: 2 * .pi) }

    private static let qis: [String: (StandardGate, isControlled: Bool)] = [
        "x": (.x, false), "not": (.x, false), "y": (.y, false), "z": (.z, false), "h": (.h, false), "s": (.s, false),
        "si": (.sdg, false), "t": (.t, false), "ti": (.tdg, false), "v": (.sx, false), "vi": (.sxdg, false),
        "id": (.id, false), "rx": (.rx, false), "ry": (.ry, false), "rz": (.rz, false), "p": (.p, false),
        "cnot": (.x, true), "cx": (.x, true), "swap": (.swap, false), "xx": (.rxx, false), "yy": (.ryy, false),
        "zz": (.rzz, false),
    ]

    private func check(_ line: IonQGate) throws(IonQCircuitError) {
        let qubits = line.controls + line.targets
        if let stranger = qubits.first(where: { $0 < 0 || $0 >= qubitCount }) {
            throw IonQCircuitError("qubit \(stranger) of '\(line.gate.clipped)' is none of the \(qubitCount)")
        }
        guard Set(qubits).count == qubits.count else {
            throw IonQCircuitError("'\(line.gate.clipped)' names a qubit twice")
        }
        let numbers = [line.rotation, line.phase, line.angle, line.time].compactMap { $0 } + (line.phases ?? [])
        guard numbers.allSatisfy({ $0.isFinite && abs($0) <= 1e9 }) else {
            throw IonQCircuitError("an angle of '\(line.gate.clipped)' is out of range")
        }
    }

    private static let controlled: [StandardGate: [StandardGate]] = [
        .x: [.cx, .ccx], .y: [.cy], .z: [.cz, .ccz], .h: [.ch], .s: [.cs], .sdg: [.csdg], .sx: [.csx], .p: [.cp],
        .rx: [.crx], .ry: [.cry], .rz: [.crz], .swap: [.cswap],
    ]

    private mutating func append(_ gate: StandardGate, controls: [Int], _ targets: [Int], _ angles: [Double]) {
        if controls.isEmpty { return append(gate, targets, angles) }
        if let known = Self.controlled[gate], controls.count <= known.count {
            return append(known[controls.count - 1], controls + targets, angles)
        }
        let name = "controlled\(controls.count)_\(gate.name)"
        let place = gates.firstIndex { $0.name == name }
        let defined =
            place.map { Circuits.Gate.defined(GateDefinitionID($0)) }
            ?? addGate(
                GateDefinition(
                    name: name, qubitCount: controls.count + targets.count,
                    parameterNames: (0..<gate.parameterCount).map { "a\($0)" },
                    implementation: .modified(
                        base: .standard(gate), modifiers: [.control(controls.map { _ in true })])))
        append(defined, controls + targets, angles.map { Parameter($0) })
    }

    /// Terms that commute with each other, one after the other, each as a rotation about z in turned axes.
    private mutating func append(pauliExponential line: IonQGate) throws(IonQCircuitError) {
        guard let terms = line.terms, let coefficients = line.coefficients, terms.count == coefficients.count,
            let time = line.time, line.controls.isEmpty, line.rotation == nil, line.phase == nil, line.phases == nil,
            line.angle == nil
        else { throw IonQCircuitError("'pauliexp' takes targets, terms, as many coefficients, and a time") }
        let letters = terms.map { Array($0.utf8) }
        for (term, word) in zip(terms, letters) {
            guard word.count == line.targets.count, word.allSatisfy({ "IXYZ".utf8.contains($0) }) else {
                throw IonQCircuitError("the term '\(term.clipped)' is not a letter of IXYZ for each target")
            }
        }
        guard letters.count * letters.count * line.targets.count <= 1 << 24 else {
            throw IonQCircuitError("'pauliexp' has \(letters.count) terms, which are too many")
        }
        let identity = UInt8(ascii: "I")
        for (k, a) in letters.enumerated() {
            for (j, b) in letters[..<k].enumerated() {
                let differing = zip(a, b).count { $0 != $1 && $0 != identity && $1 != identity }
                guard differing % 2 == 0 else {
                    throw IonQCircuitError(
                        "the terms \(terms[j].clipped) and \(terms[k].clipped) of 'pauliexp' do not commute; "
                            + "Kelvin splits no exponential into steps")
                }
            }
        }
        for (word, coefficient) in zip(letters, coefficients) {
            let angle = 2 * time * coefficient
            guard angle.isFinite else { throw IonQCircuitError("a coefficient of 'pauliexp' is out of range") }
            let places = word.reversed().enumerated().filter { $0.element != identity }
            guard let last = places.last, angle != 0 else { continue }
            func turn(_ circuit: inout Circuit, isBack: Bool) {
                for (place, letter) in places {
                    switch letter {
                    case UInt8(ascii: "X"): circuit.append(.h, [line.targets[place]])
                    case UInt8(ascii: "Y"): circuit.append(.rx, [line.targets[place]], [isBack ? -.pi / 2 : .pi / 2])
                    default: break
                    }
                }
            }
            let chain = places.map { line.targets[$0.offset] }
            turn(&self, isBack: false)
            for (a, b) in zip(chain, chain.dropFirst()) { append(.cx, [a, b]) }
            append(.rz, [line.targets[last.offset]], [angle])
            for (a, b) in zip(chain, chain.dropFirst()).reversed() { append(.cx, [a, b]) }
            turn(&self, isBack: true)
        }
    }
}
