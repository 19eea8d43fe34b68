import Languages

/// Words, expressions and whole statements of OpenQASM.
struct OpenQASMGrammar: Grammar {
    var dialect = Dialect.openQASM

    let brackets = [
        (UInt8(ascii: "("), UInt8(ascii: ")")), (UInt8(ascii: "["), UInt8(ascii: "]")),
        (UInt8(ascii: "{"), UInt8(ascii: "}")),
    ]

    func piece(_ generator: inout SplitMix) -> [UInt8] {
        var text = ""
        if dialect == .braket && generator.below(3) == 0 { return Array((pragma(&generator) + "\n").utf8) }
        switch generator.below(6) {
        case 0: text = generator.pick(Self.words)
        case 1: text = generator.pick(Self.symbols)
        case 2: text = expression(&generator, 3)
        default: text = statement(&generator, 3)
        }
        return Array((text + (generator.below(3) == 0 ? "\n" : " ")).utf8)
    }

    private static let words = [
        "OPENQASM 3.0;", "OPENQASM 2.0;", "include \"stdgates.inc\";", "include \"qelib1.inc\";", "def", "cal",
        "defcal",
        "gate", "extern", "box", "let", "break", "continue", "if", "else", "end", "return", "for", "while", "in",
        "switch", "case", "default", "nop", "pragma", "#pragma", "input", "output", "const", "readonly", "mutable",
        "qreg", "qubit", "creg", "bool", "bit", "int", "uint", "float", "angle", "complex", "array", "void", "duration",
        "stretch", "gphase", "inv", "pow", "ctrl", "negctrl", "durationof", "delay", "reset", "measure", "barrier",
        "true", "false", "opaque", "defcalgrammar", "@note", "//", "/*", "*/", "π", "im", "dt", "ns",
    ]

    private static let symbols = [
        "+", "-", "*", "/", "%", "**", "++", "<<", ">>", "<", ">", "<=", ">=", "==", "!=", "&&", "||", "&", "|", "^",
        "~", "!", "=", "+=", "-=", "*=", "/=", "<<=", ">>=", "**=", "^=", "%=", "->", "@", "#", "$", ":", ";", ",", ".",
        "(", ")", "[", "]", "{", "}", "\"", "'", "$0", "$1",
    ]

    private func name(_ generator: inout SplitMix) -> String {
        generator.pick(["q", "r", "c", "d", "n", "k", "x", "a", "b", "f", "g", "t", "w", "i", "s"])
    }

    private func type(_ generator: inout SplitMix) -> String {
        let width = generator.pick(["1", "2", "3", "7", "8", "16", "31", "32", "33", "63", "64", "65", "128", "0", "n"])
        switch generator.below(9) {
        case 0: return "int[\(width)]"
        case 1: return "uint[\(width)]"
        case 2: return "angle[\(width)]"
        case 3: return "bit[\(width)]"
        case 4: return "array[int[\(width)], \(generator.below(4) + 1)]"
        default:
            return generator.pick([
                "int", "uint", "float", "float[32]", "float[64]", "angle", "bool", "bit", "duration", "stretch",
                "complex", "complex[float[32]]", "array[float[64], 2, 2]", "array[bool, 3]",
            ])
        }
    }

    private func number(_ generator: inout SplitMix) -> String {
        generator.pick([
            "0", "1", "2", "3", "4", "5", "7", "8", "63", "64", "65", "100", "-1", "-2", "0.5", "1.5", "pi", "tau",
            "1e9",
            "1e308", "1e-320", "9223372036854775807", "9223372036854775808", "18446744073709551615",
            "99999999999999999999999", "0x7fffffffffffffff", "0xFF", "0b101", "0o17", "1_000", "\"0101\"", "\"1\"",
            "100ns", "2 us", "5dt", "1.5ms", "3s", "2im", "1.5 im", "true", "false", "euler",
        ])
    }

    func expression(_ generator: inout SplitMix, _ depth: Int) -> String {
        if depth == 0 { return generator.below(2) == 0 ? name(&generator) : number(&generator) }
        func inner(_ generator: inout SplitMix) -> String { expression(&generator, depth - 1) }
        switch generator.below(12) {
        case 0, 1: return number(&generator)
        case 2: return name(&generator)
        case 3: return "(" + inner(&generator) + ")"
        case 4: return generator.pick(["-", "~", "!"]) + inner(&generator)
        case 5: return type(&generator) + "(" + inner(&generator) + ")"
        case 6:
            let function = generator.pick([
                "sin", "cos", "tan", "arcsin", "arccos", "arctan", "exp", "log", "sqrt", "floor", "ceiling", "mod",
                "pow",
                "popcount", "rotl", "rotr", "real", "imag", "sizeof", "f",
            ])
            return function + "(" + inner(&generator)
                + (generator.below(2) == 0 ? "" : ", " + inner(&generator)) + ")"
        case 7: return name(&generator) + "[" + inner(&generator) + "]"
        case 8: return name(&generator) + "[" + inner(&generator) + ":" + inner(&generator) + "]"
        case 9: return name(&generator) + "[{" + inner(&generator) + ", " + inner(&generator) + "}]"
        default:
            let operators = [
                "+", "-", "*", "/", "%", "**", "<<", ">>", "<", ">", "<=", ">=", "==", "!=", "&&", "||", "&", "|", "^",
                "++",
            ]
            return inner(&generator) + " " + generator.pick(operators) + " " + inner(&generator)
        }
    }

    private func operand(_ generator: inout SplitMix) -> String {
        switch generator.below(8) {
        case 0: "q"
        case 1: "$\(generator.below(3))"
        case 2: "q[\(expression(&generator, 1))]"
        case 3: name(&generator)
        default: "q[\(generator.below(3))]"
        }
    }

    private func body(_ generator: inout SplitMix, _ depth: Int) -> String {
        if depth <= 0 { return "{}" }
        let count = generator.below(4)
        return "{ " + (0..<count).map { _ in statement(&generator, depth - 1) }.joined(separator: " ") + " }"
    }

    private func gateCall(_ generator: inout SplitMix) -> String {
        var modifiers = ""
        while generator.below(3) == 0 {
            modifiers += generator.pick([
                "inv @ ", "ctrl @ ", "negctrl @ ", "ctrl(2) @ ", "pow(2) @ ", "pow(0.5) @ ", "pow(-1) @ ",
            ])
        }
        switch generator.below(6) {
        case 0: return modifiers + "gphase(\(expression(&generator, 1)));"
        case 1: return modifiers + "U(\(expression(&generator, 1)), \(number(&generator)), 0) \(operand(&generator));"
        case 2: return modifiers + "cx \(operand(&generator)), \(operand(&generator));"
        case 3: return modifiers + "rz(\(expression(&generator, 2))) \(operand(&generator));"
        case 4: return modifiers + "g(\(expression(&generator, 1))) \(operand(&generator)), \(operand(&generator));"
        default: return modifiers + generator.pick(["x", "h", "s", "t", "sx", "id"]) + " \(operand(&generator));"
        }
    }

    func statement(_ generator: inout SplitMix, _ depth: Int) -> String {
        func e(_ generator: inout SplitMix) -> String { expression(&generator, 2) }
        switch generator.below(28) {
        case 0: return "\(type(&generator)) \(name(&generator));"
        case 1, 2: return "\(type(&generator)) \(name(&generator)) = \(e(&generator));"
        case 3: return "const \(type(&generator)) \(name(&generator)) = \(e(&generator));"
        case 4: return "qubit[\(generator.below(5) + 1)] \(name(&generator));"
        case 5: return "bit[\(generator.below(5) + 1)] \(name(&generator));"
        case 6: return "\(generator.pick(["input", "output"])) \(type(&generator)) \(name(&generator));"
        case 7: return "let \(name(&generator)) = \(e(&generator));"
        case 8: return "\(name(&generator)) = measure \(operand(&generator));"
        case 9: return "measure \(operand(&generator)) -> \(name(&generator))[\(generator.below(3))];"
        case 10:
            let assignment = generator.pick(["=", "+=", "-=", "*=", "/=", "<<=", "^=", "|=", "%="])
            return "\(name(&generator)) \(assignment) \(e(&generator));"
        case 11:
            return "if (\(e(&generator))) \(body(&generator, depth))"
                + (generator.below(2) == 0 ? " else \(body(&generator, depth))" : "")
        case 12: return "while (\(e(&generator))) \(body(&generator, depth))"
        case 13:
            let start = generator.pick(["0", "-3", "1", "9223372036854775807", "n"])
            let step = generator.pick(["", "2:", "-1:", "0:"])
            return "for \(generator.pick(["int", "uint[8]", "int[4]"])) i in [\(start):\(step)\(number(&generator))] "
                + body(&generator, depth)
        case 14: return "for int i in {\(e(&generator)), \(number(&generator))} \(body(&generator, depth))"
        case 15:
            return
                "switch (\(e(&generator))) { case 0, 1 \(body(&generator, depth)) default \(body(&generator, depth)) }"
        case 16: return "gate g(a) x0, x1 \(body(&generator, depth))"
        case 17: return "def f(int a, qubit b) -> int { \(statement(&generator, depth - 1)) return \(e(&generator)); }"
        case 18: return "box[\(number(&generator))] \(body(&generator, depth))"
        case 19: return "delay[\(number(&generator))] \(operand(&generator));"
        case 20: return "\(generator.pick(["reset", "barrier", "nop"])) \(operand(&generator));"
        case 21: return generator.pick(["break;", "continue;", "end;", "return;", "return 1;", "f(1, q[0]);"])
        case 22:
            return generator.pick([
                "@note some words\n", "pragma keep this\n", "cal { play {} }", "defcal x $0 { shift }",
                "defcalgrammar \"openpulse\";", "extern f(int) -> int;", "/* c */", "// c\n",
            ])
        case 23:
            let dimensions = generator.pick([
                "4", "2, 2", "-1, 2", "0", "#dim = 1", "#dim = 8", "1, 1, 1, 1, 1, 1, 1, 1",
            ])
            let access = generator.pick(["readonly", "mutable"])
            return "def f(\(access) array[\(type(&generator)), \(dimensions)] a) \(body(&generator, depth))"
        case 24:
            return generator.pick([
                "@mark declared\nint[8] d;", "@mark\nqubit[2] w;", "@mark x y\ngate g a { U(0, 0, 1) a; }",
                "cal { barrier; }", "let s = q[0:1] ++ q[2];", "extern f(readonly array[int, 3]) -> bit;",
            ])
        default: return gateCall(&generator)
        }
    }

    /// `#pragma braket …`
    private func pragma(_ generator: inout SplitMix) -> String {
        func target(_ generator: inout SplitMix) -> String {
            generator.pick([
                "q", "q[0]", "q[-1]", "q[0:1]", "q[2:-1:0]", "q[{0, 2, 1}]", "q[{}]", "q[:]", "q[9]", "$0", "all", "n",
                "q[0:0:1]", "q[99999999999]", "q[-99]",
            ])
        }
        let (first, second) = (target(&generator), target(&generator))
        let matrix = generator.pick([
            "[[1, 0], [0, 1]]", "[[0, -1im], [1im, 0]]", "[[1]]", "[[1, 2], [3]]", "[[0.5 - 2im, 1e400], [0, 1]]", "[]",
        ])
        let words = [
            "verbatim\nbox { x $0; }", "unitary(\(matrix)) \(first), \(second)", "result state_vector",
            "result probability \(first), \(second)", "result density_matrix \(first)",
            "result amplitude \"00\", \"1\"", "result expectation x(\(first)) @ z(\(second))",
            "result variance hermitian(\(matrix)) \(first)", "result sample z all", "noise bit_flip(0.1) \(first)",
            "noise two_qubit_depolarizing(0.5) \(first), \(second)", "noise pauli_channel(.1, .2, .8) \(first)",
            "noise kraus(\(matrix), \(matrix)) \(first)",
        ]
        return "#pragma braket " + generator.pick(words)
    }
}
