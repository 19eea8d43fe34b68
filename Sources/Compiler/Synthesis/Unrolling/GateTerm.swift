import Circuits

/// A standard gate or matrix under controls, with parameters that may be expressions; what definitions flatten to.
struct GateTerm {
    enum Kernel {
        case standard(StandardGate, [Parameter])
        case matrix(Matrix)
    }

    var kernel: Kernel
    var targets: [Qubit]
    var controls: [Qubit] = []
    var values: [Bool] = []

    init(_ gate: StandardGate, _ parameters: [Parameter] = [], _ targets: [Qubit]) {
        kernel = .standard(gate, parameters)
        self.targets = targets
    }

    init(_ elementary: ElementaryGate) {
        switch elementary.kernel {
        case .standard(let gate, let parameters): kernel = .standard(gate, parameters.map { Parameter($0) })
        case .matrix(let matrix): kernel = .matrix(matrix)
        }
        targets = elementary.targets
        controls = elementary.controls
        values = elementary.controlValues
    }

    /// All parameters as numbers, or nil.
    var elementary: ElementaryGate? {
        let kernel: ElementaryGate.Kernel
        switch self.kernel {
        case .matrix(let matrix): kernel = .matrix(matrix)
        case .standard(let gate, let parameters):
            guard let numbers = Parameters(parameters).constants else { return nil }
            kernel = .standard(gate, numbers)
        }
        return ElementaryGate(kernel, targets: targets, controls: controls, controlValues: values)
    }

    /// Counts the controls that a standard gate has of its own among the controls, where there are some already or the
    /// gate has more than one; a bare CX stays.
    mutating func absorbControls() {
        guard case .standard(let gate, let parameters) = kernel, let (own, base) = gate.controlled else { return }
        if controls.isEmpty && gate.qubitCount <= 2 { return }
        controls += targets.prefix(own)
        values += Array(repeating: true, count: own)
        targets.removeFirst(own)
        kernel = .standard(base, parameters)
    }
}

extension StandardGate {
    /// For a gate with controls of its own: how many, and the gate they control, with the same parameters.
    var controlled: (count: Int, base: StandardGate)? {
        switch self {
        case .cx: (1, .x)
        case .cy: (1, .y)
        case .cz: (1, .z)
        case .ch: (1, .h)
        case .cs: (1, .s)
        case .csdg: (1, .sdg)
        case .csx: (1, .sx)
        case .cp: (1, .p)
        case .crx: (1, .rx)
        case .cry: (1, .ry)
        case .crz: (1, .rz)
        case .ccx: (2, .x)
        case .ccz: (2, .z)
        case .cswap: (1, .swap)
        case .c3x: (3, .x)
        case .c3sx: (3, .sx)
        case .c4x: (4, .x)
        default: nil
        }
    }
}
