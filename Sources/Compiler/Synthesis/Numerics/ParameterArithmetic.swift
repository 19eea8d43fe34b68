import Circuits

/// Arithmetic on gate parameters: numbers fold, expressions become new expressions of the circuit.
///
/// Sums are kept as linear forms Σ kᵢ·eᵢ + c, so that what cancels disappears and what is equal is stored once.
struct ParameterArithmetic {
    /// The circuit whose table receives the expressions.
    var circuit: Circuit
    private var known: [Expression: Parameter] = [:]

    init(_ circuit: Circuit) { self.circuit = circuit }

    /// Σ coefficient·atom + constant; atoms in order of appearance.
    struct LinearForm {
        var terms: [(atom: Expression, coefficient: Double)] = []
        var constant = 0.0

        mutating func add(_ other: LinearForm, times factor: Double) {
            constant += factor * other.constant
            for term in other.terms {
                if let place = terms.firstIndex(where: { $0.atom == term.atom }) {
                    terms[place].coefficient += factor * term.coefficient
                } else {
                    terms.append((term.atom, factor * term.coefficient))
                }
            }
        }
    }

    /// a·x + b·y + c.
    mutating func combine(_ a: Double, _ x: Parameter, _ b: Double = 0, _ y: Parameter = 0, plus c: Double = 0)
        -> Parameter
    {
        if let x = x.constant, let y = y.constant { return Parameter(a * x + b * y + c) }
        if a == 1, b == 0, c == 0 { return x }
        var form = LinearForm()
        form.constant = c
        form.add(linear(x), times: a)
        if b != 0 { form.add(linear(y), times: b) }
        return parameter(form)
    }

    mutating func add(_ x: Parameter, _ y: Parameter) -> Parameter { combine(1, x, 1, y) }
    mutating func negate(_ x: Parameter) -> Parameter { combine(-1, x) }
    mutating func scale(_ x: Parameter, by factor: Double) -> Parameter { combine(factor, x) }

    private func linear(_ x: Parameter) -> LinearForm {
        if let value = x.constant { return LinearForm(constant: value) }
        return Self.linear(circuit.expression(of: x))
    }

    static func linear(_ e: Expression) -> LinearForm {
        if let value = e.literal { return LinearForm(constant: value.real) }
        // Arithmetic of angles, integers and bits wraps round: only that of floats is linear.
        if e.type == .float(64) {
            switch e.node {
            case .unary(.negate, let x):
                var form = LinearForm()
                form.add(linear(x), times: -1)
                return form
            case .binary(.add, let x, let y), .binary(.subtract, let x, let y):
                guard x.type == .float(64), y.type == .float(64) else { break }
                var form = linear(x)
                if case .binary(.add, _, _) = e.node {
                    form.add(linear(y), times: 1)
                } else {
                    form.add(linear(y), times: -1)
                }
                return form
            case .binary(.multiply, let x, let y):
                guard x.type == .float(64), y.type == .float(64) else { break }
                var form = LinearForm()
                if let factor = x.literal?.real {
                    form.add(linear(y), times: factor)
                    return form
                }
                if let factor = y.literal?.real {
                    form.add(linear(x), times: factor)
                    return form
                }
            case .binary(.divide, let x, let y):
                guard x.type == .float(64), y.type == .float(64) else { break }
                if let divisor = y.literal?.real, divisor != 0 {
                    var form = LinearForm()
                    form.add(linear(x), times: 1 / divisor)
                    return form
                }
            default: break
            }
            return LinearForm(terms: [(e, 1)])
        }
        return LinearForm(terms: [(Expression(.cast(e), type: .float(64)), 1)])
    }

    private mutating func parameter(_ form: LinearForm) -> Parameter {
        var sum: Expression?
        for term in form.terms where abs(term.coefficient) > 1e-15 {
            var e = term.atom
            if term.coefficient == -1 {
                e = Expression(.unary(.negate, e), type: .float(64))
            } else if term.coefficient != 1 {
                e = Expression(.binary(.multiply, .float(term.coefficient), e), type: .float(64))
            }
            sum = sum.map { Expression(.binary(.add, $0, e), type: .float(64)) } ?? e
        }
        guard var result = sum else { return Parameter(form.constant) }
        if form.constant != 0 {
            result = Expression(.binary(.add, result, .float(form.constant)), type: .float(64))
        }
        return intern(result)
    }

    /// The parameter for an expression, each stored once.
    mutating func intern(_ e: Expression) -> Parameter {
        if let value = e.literal { return Parameter(value.real) }
        if let found = known[e] { return found }
        let result = circuit.addParameter(e)
        known[e] = result
        return result
    }
}
