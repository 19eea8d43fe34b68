/// Why a gate cannot be taken apart.
public struct GateExpansionError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Code: String, Hashable, Sendable {
        /// Declared without a definition.
        case opaque = "opaque-gate"
        /// A fractional power of a gate on more qubits than a matrix is made for.
        case powerTooWide = "power-too-wide"
        /// More elementary gates than a program can sensibly mean.
        case tooLarge = "expansion-too-large"
        /// A parameter without a value.
        case parameter = "parameter"
        /// No unitary: measurement, reset, control flow.
        case notUnitary = "not-unitary"
    }

    public var code: Code
    public var gate: String
    public var message: String
    public var description: String { message }

    init(_ code: Code, gate: String, _ message: String) {
        self.code = code
        self.gate = gate
        self.message = message
    }
}

extension Circuit {
    /// Elementary gates that one call may expand to.
    public static let expansionLimit = 1 << 20
    /// Qubits up to which a fractional power is taken, through the spectrum of the gate's matrix.
    public static let powerQubitLimit = 6

    /// A gate call as elementary gates in order of application; exact, phases included.
    ///
    /// `ctrl` distributes over a body, `inv` reverses it, an integer power repeats it, a fractional one is the principal
    /// power of its matrix.
    ///
    /// - Parameters:
    ///   - parameters: the values of the gate's parameters, radians.
    ///   - qubits: the operands.
    /// - Throws: `GateExpansionError` for opaque gates, fractional powers of wide gates, bodies that multiply without
    ///   bound, and parameters without a value.
    public func expand(
        _ gate: Gate, _ parameters: [Double], on qubits: [Qubit]
    ) throws(GateExpansionError) -> [ElementaryGate] {
        var result: [ElementaryGate] = []
        try expand(gate, parameters, on: qubits, into: &result)
        return result
    }

    /// The unitary of a gate; operand 0 is the least significant qubit.
    ///
    /// - Throws: as `expand`; and code `.tooLarge` beyond 12 qubits.
    public func matrix(of gate: Gate, _ parameters: [Double] = []) throws(GateExpansionError) -> Matrix {
        if case .standard(let gate) = gate { return gate.matrix(parameters) }
        let count = qubitCount(of: gate)
        guard count <= 12 else {
            throw GateExpansionError(
                .tooLarge, gate: name(of: gate), "the matrix of a gate on \(count) qubits; at most 12 are possible")
        }
        var result = Matrix(identity: 1 << count)
        for step in try expand(gate, parameters, on: (0..<count).map { Qubit($0) }) { result.apply(step) }
        return result
    }

    private func expand(
        _ gate: Gate, _ parameters: [Double], on qubits: [Qubit], into result: inout [ElementaryGate]
    ) throws(GateExpansionError) {
        guard case .defined(let id) = gate else {
            if case .standard(let gate) = gate { result.append(ElementaryGate(gate, parameters, targets: qubits)) }
            return
        }
        let definition = gates[id.index]
        switch definition.implementation {
        case .matrix(let matrix): result.append(ElementaryGate(.matrix(matrix), targets: qubits))
        case .opaque:
            throw GateExpansionError(
                .opaque, gate: definition.name,
                "gate '\(definition.name)' is declared without a definition, so it cannot be executed; define its body")
        case .body(let body):
            let environment = Environment(formals: parameters)
            for position in body.indices {
                let instruction = body[position]
                guard case .gate(let inner) = instruction.operation else { continue }
                let values = try self.values(of: instruction.parameters, in: environment, gate: definition.name)
                try expand(inner, values, on: instruction.qubits.map { qubits[$0.index] }, into: &result)
                guard result.count <= Self.expansionLimit else { throw tooLarge(definition.name) }
            }
        case .modified(let base, let modifiers):
            try expand(
                base, parameters, modifiers[...], on: qubits[...], name: definition.name, into: &result)
        }
    }

    private func expand(
        _ base: Gate, _ parameters: [Double], _ modifiers: ArraySlice<GateModifier>, on qubits: ArraySlice<Qubit>,
        name: String, into result: inout [ElementaryGate]
    ) throws(GateExpansionError) {
        guard let outer = modifiers.first else { return try expand(base, parameters, on: Array(qubits), into: &result) }
        var inner: [ElementaryGate] = []
        func expandInner(on operands: ArraySlice<Qubit>) throws(GateExpansionError) {
            try expand(base, parameters, modifiers.dropFirst(), on: operands, name: name, into: &inner)
        }
        switch outer {
        case .control(let values):
            try expandInner(on: qubits.dropFirst(values.count))
            let controls = Array(qubits.prefix(values.count))
            result += inner.map { $0.controlled(by: controls, values: values) }
        case .inverse:
            try expandInner(on: qubits)
            result += inner.reversed().map(\.inverted)
        case .power(let exponent):
            try expandInner(on: qubits)
            result += try power(of: inner, exponent, name: name)
        }
        guard result.count <= Self.expansionLimit else { throw tooLarge(name) }
    }

    private func power(
        of steps: [ElementaryGate], _ exponent: Double, name: String
    ) throws(GateExpansionError) -> [ElementaryGate] {
        if exponent == 0 || steps.isEmpty { return [] }
        if exponent == 1 { return steps }
        guard exponent.isFinite else {
            throw GateExpansionError(.parameter, gate: name, "the power \(exponent) of a gate in '\(name)'")
        }
        let base = exponent < 0 ? steps.reversed().map(\.inverted) : steps
        let isWhole = exponent == exponent.rounded()
        if isWhole && abs(exponent) * Double(steps.count) <= 64 {
            return Array(repeatElement(base, count: Int(abs(exponent))).joined())
        }
        if steps.count == 1 {
            var step = steps[0]
            let matrix = step.targetMatrix
            step.kernel = .matrix(isWhole ? matrix.power(Int(exponent)) : matrix.unitaryPower(exponent))
            return [step]
        }
        var qubits: [Qubit] = []
        for step in steps { for qubit in step.qubits where !qubits.contains(qubit) { qubits.append(qubit) } }
        if qubits.count > Self.powerQubitLimit {
            let total = abs(exponent) * Double(steps.count)
            guard isWhole else {
                throw GateExpansionError(
                    .powerTooWide, gate: name,
                    "the power \(exponent) of a gate on \(qubits.count) qubits in '\(name)'; fractional powers are "
                        + "possible up to \(Self.powerQubitLimit) qubits")
            }
            guard total <= Double(Self.expansionLimit) else { throw tooLarge(name) }
            return Array(repeatElement(base, count: Int(abs(exponent))).joined())
        }
        var matrix = Matrix(identity: 1 << qubits.count)
        for step in steps {
            var local = step
            local.targets = step.targets.map { Qubit(qubits.firstIndex(of: $0)!) }
            local.controls = step.controls.map { Qubit(qubits.firstIndex(of: $0)!) }
            matrix.apply(local)
        }
        let powered = isWhole ? matrix.power(Int(exponent)) : matrix.unitaryPower(exponent)
        return [ElementaryGate(.matrix(powered), targets: qubits)]
    }

    /// The values of an instruction's parameters.
    ///
    /// - Throws: code `.parameter` where an expression has no finite value.
    public func values(
        of parameters: Parameters, in environment: Environment, gate: @autoclosure () -> String = "gate"
    ) throws(GateExpansionError) -> [Double] {
        var values: [Double] = []
        values.reserveCapacity(parameters.count)
        for parameter in parameters {
            if let constant = parameter.constant {
                values.append(constant)
                continue
            }
            do {
                values.append(try expression(of: parameter).parameter(in: environment))
            } catch {
                throw GateExpansionError(.parameter, gate: gate(), "a parameter of '\(gate())': \(error.message)")
            }
        }
        return values
    }

    private func tooLarge(_ name: String) -> GateExpansionError {
        GateExpansionError(
            .tooLarge, gate: name, "gate '\(name)' stands for more than \(Self.expansionLimit) elementary gates")
    }
}
