import Circuits

/// The generators that Clifford gates are written in for the tableau and for Pauli frames.
enum CliffordStep: Hashable, Sendable {
    case h(Int)
    case s(Int)
    case cx(Int, Int)
    case x(Int)
    case z(Int)

    func placed(on qubits: [Int]) -> CliffordStep {
        switch self {
        case .h(let a): .h(qubits[a])
        case .s(let a): .s(qubits[a])
        case .cx(let a, let b): .cx(qubits[a], qubits[b])
        case .x(let a): .x(qubits[a])
        case .z(let a): .z(qubits[a])
        }
    }
}

/// Recognises Clifford gates, parameterised ones included, and writes them in generators.
struct CliffordRecognizer {
    private struct Key: Hashable {
        var kernel: ElementaryGate.Kernel
        var controlValues: [Bool]
    }

    private var known: [Key: [CliffordStep]?] = [:]

    /// Steps on the qubits of the circuit, up to a global phase; nil where the gate is no Clifford gate within 1e-10.
    mutating func steps(for gate: ElementaryGate) -> [CliffordStep]? {
        if gate.controls.isEmpty, case .standard(let standard, _) = gate.kernel {
            let q = gate.targets.map(\.index)
            switch standard {
            case .gphase, .id: return []
            case .h: return [.h(q[0])]
            case .s: return [.s(q[0])]
            case .x: return [.x(q[0])]
            case .z: return [.z(q[0])]
            case .y: return [.z(q[0]), .x(q[0])]
            case .sdg: return [.s(q[0]), .z(q[0])]
            case .cx: return [.cx(q[0], q[1])]
            case .cz: return [.h(q[1]), .cx(q[0], q[1]), .h(q[1])]
            case .swap: return [.cx(q[0], q[1]), .cx(q[1], q[0]), .cx(q[0], q[1])]
            default: break
            }
        }
        let key = Key(kernel: gate.kernel, controlValues: gate.controlValues)
        let local: [CliffordStep]?
        if let found = known[key] {
            local = found
        } else {
            local = gate.qubits.count <= 5 ? CliffordImages(gate.matrix)?.steps() : nil
            if known.count < 1 << 16 { known[key] = .some(local) }
        }
        guard let local else { return nil }
        let qubits = gate.qubits.map(\.index)
        return local.map { $0.placed(on: qubits) }
    }
}

/// What a Clifford unitary makes of the Pauli generators: bits of X and Z and a sign for each.
private struct CliffordImages {
    struct Image {
        var x: Int
        var z: Int
        var isNegative: Bool
    }

    let qubitCount: Int
    /// Of X on qubit k at 2k, of Z on qubit k at 2k + 1.
    var images: [Image]

    /// Nil where some image is no Pauli operator within 1e-10.
    init?(_ unitary: Matrix) {
        qubitCount = unitary.dimension.trailingZeroBitCount
        images = []
        let dagger = unitary.adjoint
        for qubit in 0..<qubitCount {
            for pauli in [1, 3] {
                let generator = NoiseChannel.pauliMatrix(pauli << (2 * qubit), qubits: qubitCount)
                guard let image = Self.pauli(unitary * generator * dagger) else { return nil }
                images.append(image)
            }
        }
    }

    private static func pauli(_ matrix: Matrix) -> Image? {
        let n = matrix.dimension
        guard let x = (0..<n).first(where: { matrix[$0, 0].magnitude > 0.5 }) else { return nil }
        var z = 0
        for bit in 0..<n.trailingZeroBitCount {
            let ratio = matrix[x ^ 1 << bit, 1 << bit] / matrix[x, 0]
            if ratio.re < 0 { z |= 1 << bit }
        }
        // i^{number of Ys} times the sign.
        let power = (x & z).nonzeroBitCount & 3
        let unit: Complex = [.one, .i, Complex(-1), -.i][power]
        let isNegative = (matrix[x, 0] / unit).re < 0
        for row in 0..<n {
            for column in 0..<n {
                var expected = Complex.zero
                if row == column ^ x {
                    expected = ((column & z).nonzeroBitCount & 1 == 0) != isNegative ? unit : -unit
                }
                if (matrix[row, column] - expected).magnitude > 1e-10 { return nil }
            }
        }
        return Image(x: x, z: z, isNegative: isNegative)
    }

    /// Generators that give these images, by elimination (Aaronson and Gottesman, quant-ph/0406196, section VI): steps
    /// that undo the images one qubit after another, inverted and reversed.
    func steps() -> [CliffordStep] {
        var rows = images
        var undo: [CliffordStep] = []
        func apply(_ step: CliffordStep) {
            undo.append(step)
            for k in rows.indices { Self.conjugate(&rows[k], step) }
        }
        for qubit in 0..<qubitCount {
            let bit = 1 << qubit
            // The image of X: bring it to X on this qubit alone.
            if rows[2 * qubit].x >> qubit == 0 {
                let other = (qubit..<qubitCount).first { rows[2 * qubit].z >> $0 & 1 == 1 }!
                apply(.h(other))
            }
            if rows[2 * qubit].x & bit == 0 {
                let other = (qubit..<qubitCount).first { rows[2 * qubit].x >> $0 & 1 == 1 }!
                for step in [CliffordStep.cx(qubit, other), .cx(other, qubit), .cx(qubit, other)] { apply(step) }
            }
            for other in qubit + 1..<max(qubitCount, qubit + 1) where rows[2 * qubit].x >> other & 1 == 1 {
                apply(.cx(qubit, other))
            }
            // Only Zs are left beside X: turn them to X with the help of H, then take them away.
            for other in qubit + 1..<max(qubitCount, qubit + 1) where rows[2 * qubit].z >> other & 1 == 1 {
                apply(.h(other))
                apply(.cx(qubit, other))
            }
            if rows[2 * qubit].z & bit != 0 { apply(.s(qubit)) }
            // The image of Z anticommutes with X here: Z or Y on this qubit, anything on later ones.
            if rows[2 * qubit + 1].x & bit != 0 || rows[2 * qubit + 1].x >> (qubit + 1) != 0
                || rows[2 * qubit + 1].z >> (qubit + 1) != 0
            {
                // Exchange the roles: H makes X of Z; clear as above while X (now Z) on this qubit stays alone.
                apply(.h(qubit))
                for other in qubit + 1..<max(qubitCount, qubit + 1) {
                    if rows[2 * qubit + 1].z >> other & 1 == 1 && rows[2 * qubit + 1].x >> other & 1 == 0 {
                        apply(.h(other))
                    }
                    if rows[2 * qubit + 1].z >> other & 1 == 1 { apply(.s(other)) }
                    if rows[2 * qubit + 1].x >> other & 1 == 1 { apply(.cx(qubit, other)) }
                }
                if rows[2 * qubit + 1].z & bit != 0 { apply(.s(qubit)) }
                apply(.h(qubit))
            }
            if rows[2 * qubit].isNegative { apply(.z(qubit)) }
            if rows[2 * qubit + 1].isNegative { apply(.x(qubit)) }
        }
        // The inverse of S is S Z.
        return undo.reversed().flatMap { step -> [CliffordStep] in
            if case .s(let qubit) = step { return [.z(qubit), .s(qubit)] }
            return [step]
        }
    }

    private static func conjugate(_ row: inout Image, _ step: CliffordStep) {
        func bits(_ qubit: Int) -> (Bool, Bool) { (row.x >> qubit & 1 == 1, row.z >> qubit & 1 == 1) }
        switch step {
        case .h(let a):
            let (x, z) = bits(a)
            if x && z { row.isNegative.toggle() }
            if x != z {
                row.x ^= 1 << a
                row.z ^= 1 << a
            }
        case .s(let a):
            let (x, z) = bits(a)
            if x && z { row.isNegative.toggle() }
            if x { row.z ^= 1 << a }
        case .cx(let a, let b):
            let (xa, za) = bits(a), (xb, zb) = bits(b)
            if xa && zb && xb == za { row.isNegative.toggle() }
            if xa { row.x ^= 1 << b }
            if zb { row.z ^= 1 << a }
        case .x(let a): if bits(a).1 { row.isNegative.toggle() }
        case .z(let a): if bits(a).0 { row.isNegative.toggle() }
        }
    }
}
