import Circuits

/// What a gate that the language or a standard include brings along does, for people.
public struct GateDocumentation: Sendable {
    public var name: String
    /// As a definition would begin: `rx(θ) q`.
    public var signature: String
    public var summary: String
    /// The matrix in rows, where it is small enough to read; the first operand is the least significant bit.
    public var matrix: [[String]]?
    /// The include file that declares it; nil for a gate that is built in.
    public var file: String?

    /// - Parameters:
    ///   - name: The gate's name in programs.
    ///   - version: 2 or 3.
    ///   - files: Included files, without quotes.
    /// - Returns: nil for a name that none of them declares.
    public init?(_ name: String, version: Int, files: [String]) {
        if name == "gphase", version == 3 {
            self.init(name, GateEntry(.gphase), file: nil)
            return
        }
        if let entry = StandardLibrary.builtins(version: version).first(where: { $0.name == name })?.entry {
            self.init(name, entry, file: nil)
            return
        }
        for file in files {
            if let entry = StandardLibrary.gates(include: file)?.first(where: { $0.name == name })?.entry {
                self.init(name, entry, file: file)
                return
            }
        }
        return nil
    }

    /// The gates that are built in or declared by included files.
    public static func all(version: Int, files: [String]) -> [GateDocumentation] {
        var names = StandardLibrary.builtins(version: version).map(\.name)
        if version == 3 { names.append("gphase") }
        for file in files { names += (StandardLibrary.gates(include: file) ?? []).map(\.name) }
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }.compactMap { .init($0, version: version, files: files) }
    }

    private init(_ name: String, _ entry: GateEntry, file: String?) {
        self.name = name
        self.file = file
        guard let gate = entry.gate.standard else { preconditionFailure("the library holds standard gates") }
        let parameters = Self.parameters(gate, entry)
        let qubits = Self.operands(gate)
        signature =
            name + (parameters.isEmpty ? "" : "(\(parameters.joined(separator: ", ")))")
            + (qubits.isEmpty ? "" : " \(qubits.joined(separator: ", "))")
        summary = Self.summary(gate) + Self.remark(entry.rule)
        matrix = entry.rule == .idle ? nil : Self.matrix(gate, entry.rule)
    }

    private static func parameters(_ gate: StandardGate, _ entry: GateEntry) -> [String] {
        switch (gate, entry.rule) {
        case (_, .idle): ["γ"]
        case (_, .controlledU3), (.u, _): ["θ", "φ", "λ"]
        case (.cu, _): ["θ", "φ", "λ", "γ"]
        case (.u2, _): ["φ", "λ"]
        case (.r, _): ["θ", "φ"]
        case (.xxPlusYY, _), (.xxMinusYY, _): ["θ", "β"]
        case (.p, _), (.cp, _): ["λ"]
        case (.gphase, _): ["γ"]
        default: entry.parameterCount == 1 ? ["θ"] : []
        }
    }

    private static func operands(_ gate: StandardGate) -> [String] {
        switch gate {
        case .cx, .cy, .cz, .ch, .cs, .csdg, .csx, .cp, .crx, .cry, .crz, .cu: ["control", "target"]
        case .ccx, .ccz, .rccx: ["control0", "control1", "target"]
        case .cswap: ["control", "a", "b"]
        case .c3x, .c3sx, .rc3x, .c4x: (0..<gate.qubitCount - 1).map { "control\($0)" } + ["target"]
        default: gate.qubitCount == 0 ? [] : gate.qubitCount == 1 ? ["q"] : ["a", "b"]
        }
    }

    private static func remark(_ rule: GateEntry.Rule) -> String {
        switch rule {
        case .plain, .controlledU3, .byDefinition: ""
        case .halfTheta: " OpenQASM 3 gives it a phase of θ/2 more than `u` of `qelib1.inc`."
        case .minusHalfPhiLambda: " `stdgates.inc` gives it a phase of −(φ+λ)/2 more than `qelib1.inc`."
        case .idle: " It waits for γ cycles that nothing defines any more."
        }
    }

    private static func summary(_ gate: StandardGate) -> String {
        switch gate {
        case .gphase: "Global phase e^(iγ)."
        case .id: "Identity."
        case .x: "Pauli X: bit flip."
        case .y: "Pauli Y."
        case .z: "Pauli Z: phase flip."
        case .h: "Hadamard: exchanges the bases of X and Z."
        case .s: "Phase of π/2, the square root of Z."
        case .sdg: "Phase of −π/2, the inverse of `s`."
        case .t: "Phase of π/4, the square root of S."
        case .tdg: "Phase of −π/4, the inverse of `t`."
        case .sx: "Square root of X."
        case .sxdg: "The inverse of `sx`."
        case .rx: "Rotation about X by θ: exp(−iθ/2 X)."
        case .ry: "Rotation about Y by θ: exp(−iθ/2 Y)."
        case .rz: "Rotation about Z by θ: exp(−iθ/2 Z)."
        case .p: "Phase λ on |1⟩."
        case .r: "Rotation by θ about the axis cos φ X + sin φ Y."
        case .u2: "Rotation by π/2 with phases: u(π/2, φ, λ)."
        case .u: "Any unitary of one qubit, by Euler angles."
        case .cx: "Controlled X (CNOT)."
        case .cy: "Controlled Y."
        case .cz: "Controlled Z."
        case .ch: "Controlled Hadamard."
        case .cs: "Controlled S."
        case .csdg: "Controlled inverse of S."
        case .csx: "Controlled square root of X."
        case .cp: "Phase λ on |11⟩."
        case .crx: "Controlled rotation about X by θ."
        case .cry: "Controlled rotation about Y by θ."
        case .crz: "Controlled rotation about Z by θ."
        case .cu: "Controlled e^(iγ) u(θ, φ, λ)."
        case .swap: "Exchanges two qubits."
        case .iswap: "Exchanges two qubits, with a phase i where they differ."
        case .ecr: "Echoed cross resonance."
        case .dcx: "Two CNOTs, the second one reversed."
        case .rxx: "exp(−iθ/2 XX)."
        case .ryy: "exp(−iθ/2 YY)."
        case .rzz: "exp(−iθ/2 ZZ)."
        case .rzx: "exp(−iθ/2 XZ), Z on the first qubit."
        case .xxPlusYY: "exp(−iθ/4 (XX + YY)) with a phase β."
        case .xxMinusYY: "exp(−iθ/4 (XX − YY)) with a phase β."
        case .ccx: "Toffoli: X with two controls."
        case .ccz: "Z with two controls."
        case .cswap: "Fredkin: a controlled exchange."
        case .rccx: "Toffoli up to relative phases."
        case .c3x: "X with three controls."
        case .c3sx: "Square root of X with three controls."
        case .rc3x: "X with three controls up to relative phases."
        case .c4x: "X with four controls."
        }
    }
}

// Matrices in words.
extension GateDocumentation {
    private static func matrix(_ gate: StandardGate, _ rule: GateEntry.Rule) -> [[String]]? {
        switch (gate, rule) {
        case (.gphase, _): return [["e^(iγ)"]]
        case (.rx, _): return [["cos θ/2", "−i sin θ/2"], ["−i sin θ/2", "cos θ/2"]]
        case (.ry, _): return [["cos θ/2", "−sin θ/2"], ["sin θ/2", "cos θ/2"]]
        case (.rz, _): return [["e^(−iθ/2)", "0"], ["0", "e^(iθ/2)"]]
        case (.p, _): return [["1", "0"], ["0", "e^(iλ)"]]
        case (.u, .plain):
            return [["cos θ/2", "−e^(iλ) sin θ/2"], ["e^(iφ) sin θ/2", "e^(i(φ+λ)) cos θ/2"]]
        case (.u, .halfTheta):
            return [
                ["(1 + e^(iθ))/2", "−i e^(iλ) (1 − e^(iθ))/2"],
                ["i e^(iφ) (1 − e^(iθ))/2", "e^(i(φ+λ)) (1 + e^(iθ))/2"],
            ]
        case (.cp, _):
            return [["1", "0", "0", "0"], ["0", "1", "0", "0"], ["0", "0", "1", "0"], ["0", "0", "0", "e^(iλ)"]]
        case (.rzz, _):
            return [
                ["e^(−iθ/2)", "0", "0", "0"], ["0", "e^(iθ/2)", "0", "0"], ["0", "0", "e^(iθ/2)", "0"],
                ["0", "0", "0", "e^(−iθ/2)"],
            ]
        default: break
        }
        guard gate.parameterCount == 0, gate.qubitCount <= 2, rule == .plain else { return nil }
        let matrix = gate.matrix()
        return (0..<matrix.dimension).map { row in
            (0..<matrix.dimension).map { column in entry(matrix[row, column]) }
        }
    }

    private static func entry(_ value: Complex) -> String {
        let names: [(Double, String)] = [(0, ""), (1, "1"), (0.5, "1/2"), (0.5.squareRoot(), "1/√2")]
        func part(_ value: Double) -> (sign: String, size: String)? {
            guard let name = names.first(where: { abs($0.0 - abs(value)) < 1e-12 })?.1 else { return nil }
            return (value < 0 ? "−" : "", name)
        }
        guard let real = part(value.re), let imaginary = part(value.im) else { return "\(value)" }
        func imaginaryText(_ size: String) -> String { size == "1" ? "i" : "i" + size.dropFirst() }
        switch (real.size.isEmpty, imaginary.size.isEmpty) {
        case (true, true): return "0"
        case (false, true): return real.sign + real.size
        case (true, false): return imaginary.sign + imaginaryText(imaginary.size)
        case (false, false):
            return real.sign + real.size + (imaginary.sign.isEmpty ? " + " : " − ") + imaginaryText(imaginary.size)
        }
    }
}
