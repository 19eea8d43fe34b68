/// What every gate call comes down to: a standard gate or a small matrix on some qubits, applied where the control
/// qubits hold given values.
public struct ElementaryGate: Hashable, Sendable {
    public enum Kernel: Hashable, Sendable {
        case standard(StandardGate, [Double])
        /// `2^targets.count` squared, target 0 least significant.
        case matrix(Matrix)
    }

    public var kernel: Kernel
    /// In operand order of the kernel; empty for a global phase.
    public var targets: [Qubit]
    public var controls: [Qubit]
    /// The value that each control must hold.
    public var controlValues: [Bool]

    public init(_ kernel: Kernel, targets: [Qubit], controls: [Qubit] = [], controlValues: [Bool] = []) {
        precondition(controls.count == controlValues.count, "a value for each control")
        self.kernel = kernel
        self.targets = targets
        self.controls = controls
        self.controlValues = controlValues
    }

    public init(_ gate: StandardGate, _ parameters: [Double] = [], targets: [Qubit]) {
        self.init(.standard(gate, parameters), targets: targets)
    }
}

extension ElementaryGate {
    /// The unitary of the kernel on the targets alone.
    public var targetMatrix: Matrix {
        switch kernel {
        case .standard(let gate, let parameters): gate.matrix(parameters)
        case .matrix(let matrix): matrix
        }
    }

    /// The unitary on targets and controls; the targets are the less significant qubits, in order.
    public var matrix: Matrix { controls.isEmpty ? targetMatrix : targetMatrix.controlled(values: controlValues) }

    /// All qubits, in the order of `matrix`.
    public var qubits: [Qubit] { targets + controls }

    public var inverted: ElementaryGate {
        var result = self
        switch kernel {
        case .matrix(let matrix): result.kernel = .matrix(matrix.adjoint)
        case .standard(let gate, let parameters):
            if let (inverse, map) = gate.inverse {
                result.kernel = .standard(inverse, map.map { $0(parameters) })
            } else {
                result.kernel = .matrix(gate.matrix(parameters).adjoint)
            }
        }
        return result
    }

    /// With more controls. A global phase under control turns into a phase on one of the controls.
    public func controlled(by qubits: [Qubit], values: [Bool]) -> ElementaryGate {
        if qubits.isEmpty { return self }
        var result = self
        result.controls += qubits
        result.controlValues += values
        guard targets.isEmpty else { return result }
        let phase = targetMatrix[0, 0]
        let place = result.controlValues.firstIndex(of: true) ?? 0
        result.targets = [result.controls.remove(at: place)]
        if result.controlValues.remove(at: place) {
            if case .standard(.gphase, let angle) = kernel {
                result.kernel = .standard(.p, angle)
            } else {
                result.kernel = .matrix(Matrix(diagonal: [.one, phase]))
            }
        } else {
            result.kernel = .matrix(Matrix(diagonal: [phase, .one]))
        }
        return result
    }
}

extension Matrix {
    /// `self ← gate · self`, where qubit k of the gate is bit k of the row index.
    public mutating func apply(_ gate: ElementaryGate) {
        let kernel = gate.targetMatrix
        let targets = gate.targets.map(\.index)
        let n = dimension
        var controlMask = 0, controlPattern = 0, targetMask = 0
        for (qubit, value) in zip(gate.controls, gate.controlValues) {
            controlMask |= 1 << qubit.index
            if value { controlPattern |= 1 << qubit.index }
        }
        for target in targets { targetMask |= 1 << target }
        let size = kernel.dimension
        let offsets = (0..<size).map { row in
            targets.enumerated().reduce(0) { $0 | (row >> $1.offset & 1) << $1.element }
        }
        // Row by row, so that the inner loop runs along memory; channels and permutations are mostly zeros.
        var scratch = [Complex](repeating: .zero, count: size * n)
        elements.withUnsafeMutableBufferPointer { rows in
            scratch.withUnsafeMutableBufferPointer { old in
                kernel.elements.withUnsafeBufferPointer { kernel in
                    for base in 0..<n where base & targetMask == 0 && base & controlMask == controlPattern {
                        for k in 0..<size {
                            for c in 0..<n { old[k * n + c] = rows[(base | offsets[k]) * n + c] }
                        }
                        for r in 0..<size {
                            let row = (base | offsets[r]) * n
                            for c in 0..<n { rows[row + c] = .zero }
                            for k in 0..<size {
                                let factor = kernel[r * size + k]
                                if factor == .zero { continue }
                                for c in 0..<n { rows[row + c] += factor * old[k * n + c] }
                            }
                        }
                    }
                }
            }
        }
    }
}
