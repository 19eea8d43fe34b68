import Circuits

extension Unroller {
    /// Terms that one call may flatten to.
    static let limit = Circuit.expansionLimit

    /// A gate call as terms in time order.
    ///
    /// Numeric calls take the expansion that simulators use; symbolic ones the same rules over expressions.
    mutating func terms(
        _ gate: Gate, _ parameters: [Parameter], _ qubits: [Qubit]
    ) throws(CompilerError) -> [GateTerm] {
        guard case .defined(let id) = gate else {
            guard case .standard(let standard) = gate else { return [] }
            return [GateTerm(standard, parameters, qubits)]
        }
        if let numbers = Parameters(parameters).constants {
            do throws(GateExpansionError) {
                return try circuit.expand(gate, numbers, on: qubits).map { GateTerm($0) }
            } catch {
                throw failure(error.message)
            }
        }
        let definition = circuit.gates[id.index]
        switch definition.implementation {
        case .opaque:
            throw failure(
                "gate '\(definition.name)' is declared without a definition, so it cannot be compiled",
                cure: "define its body")
        case .matrix(let matrix):
            return [GateTerm(ElementaryGate(.matrix(matrix), targets: qubits))]
        case .body(let body):
            var result: [GateTerm] = []
            for position in body.indices {
                guard case .gate(let inner) = body.operation(at: position) else { continue }
                var values: [Parameter] = []
                for parameter in body.parameters(at: position) {
                    values.append(try substitute(parameters, into: parameter, gate: definition.name))
                }
                result += try terms(inner, values, body.qubits(at: position).map { qubits[$0.index] })
                guard result.count <= Self.limit else {
                    throw failure("gate '\(definition.name)' stands for more than \(Self.limit) elementary gates")
                }
            }
            return result
        case .modified(let base, let modifiers):
            return try terms(base, parameters, modifiers[...], qubits[...], name: definition.name)
        }
    }

    private mutating func terms(
        _ base: Gate, _ parameters: [Parameter], _ modifiers: ArraySlice<GateModifier>, _ qubits: ArraySlice<Qubit>,
        name: String
    ) throws(CompilerError) -> [GateTerm] {
        guard let outer = modifiers.first else { return try terms(base, parameters, Array(qubits)) }
        let rest = modifiers.dropFirst()
        switch outer {
        case .control(let values):
            let controls = Array(qubits.prefix(values.count))
            var result = try terms(base, parameters, rest, qubits.dropFirst(values.count), name: name)
            for k in result.indices {
                result[k].controls += controls
                result[k].values += values
            }
            return result
        case .inverse:
            return try inverted(terms(base, parameters, rest, qubits, name: name))
        case .power(let exponent):
            let inner = try terms(base, parameters, rest, qubits, name: name)
            return try power(of: inner, exponent, name: name)
        }
    }

    private mutating func inverted(_ terms: [GateTerm]) throws(CompilerError) -> [GateTerm] {
        var result: [GateTerm] = []
        for term in terms.reversed() {
            if let elementary = term.elementary {
                result.append(GateTerm(elementary.inverted))
                continue
            }
            guard case .standard(let gate, let parameters) = term.kernel, let (inverse, map) = gate.inverse else {
                preconditionFailure("every gate with parameters has a standard inverse")
            }
            var copy = term
            copy.kernel = .standard(
                inverse, map.map { arithmetic.combine($0.scale, parameters[$0.index], plus: $0.offset) })
            result.append(copy)
        }
        return result
    }

    private mutating func power(
        of terms: [GateTerm], _ exponent: Double, name: String
    ) throws(CompilerError) -> [GateTerm] {
        if exponent == 0 || terms.isEmpty { return [] }
        if exponent == 1 { return terms }
        if terms.count == 1, case .standard(let gate, let parameters) = terms[0].kernel, let period = gate.period {
            // The principal power: the angle in (−period/2, period/2], times the exponent.
            var term = terms[0]
            let isWhole = exponent == exponent.rounded()
            let angle = isWhole ? parameters[0] : principal(parameters[0], period: period)
            var scaled = parameters
            scaled[0] = arithmetic.scale(angle, by: exponent)
            term.kernel = .standard(gate, scaled)
            return [term]
        }
        guard exponent == exponent.rounded() else {
            throw failure(
                "the power \(exponent) of a gate in '\(name)' whose angles are not known before the run",
                cure: "set the inputs at compile time, or write the gate out")
        }
        guard abs(exponent) * Double(terms.count) <= Double(Self.limit) else {
            throw failure("gate '\(name)' stands for more than \(Self.limit) elementary gates")
        }
        let base = exponent < 0 ? try inverted(terms) : terms
        return Array(repeatElement(base, count: Int(abs(exponent))).joined())
    }

    /// x − period·⌈x/period − 1/2⌉.
    private mutating func principal(_ x: Parameter, period: Double) -> Parameter {
        let ratio = arithmetic.combine(1 / period, x, plus: -0.5)
        let turns = Expression(.call(.ceiling, [arithmetic.circuit.expression(of: ratio)]), type: .float(64))
        let whole = arithmetic.intern(turns)
        return arithmetic.combine(1, x, -period, whole)
    }

    private mutating func substitute(
        _ values: [Parameter], into parameter: Parameter, gate: String
    ) throws(CompilerError) -> Parameter {
        guard parameter.expression != nil else { return parameter }
        let circuit = arithmetic.circuit
        let environment = Environment()
        var fault: String?
        let result = circuit.expression(of: parameter).rewritten { part in
            if case .formal(let place) = part.node {
                let value = circuit.expression(of: values[place])
                return value.type == .float(64) ? value : Expression(.cast(value), type: .float(64))
            }
            guard part.literal == nil, part.operandsAreLiteral else { return part }
            do throws(EvaluationError) {
                return .literal(try part.evaluate(in: environment))
            } catch {
                fault = error.message
                return part
            }
        }
        if let fault { throw failure("a parameter of '\(gate)': \(fault)") }
        if let value = result.literal?.real, !value.isFinite {
            throw failure("a parameter of '\(gate)' has the value \(value)")
        }
        return arithmetic.intern(result)
    }

    func failure(_ message: String, cure: String? = nil) -> CompilerError {
        CompilerError(.unsupportedGate, message, cure: cure, location: location)
    }
}

extension StandardGate {
    /// For a gate exp(−i·angle·G) in its first parameter: after which angle it is the identity again; nil for others.
    fileprivate var period: Double? {
        switch self {
        case .gphase, .p, .cp: 2 * .pi
        case .rx, .ry, .rz, .r, .crx, .cry, .crz, .rxx, .ryy, .rzz, .rzx, .xxPlusYY, .xxMinusYY: 4 * .pi
        default: nil
        }
    }
}
