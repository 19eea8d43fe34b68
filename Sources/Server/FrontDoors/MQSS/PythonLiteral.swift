/// Texts as Python's `repr` writes a list of them: how MQSS clients send programs.
enum PythonLiteral {
    /// The texts of a list such as `['a\\n', "b"]`; nil for anything else.
    static func texts(_ literal: String) -> [String]? {
        var scanner = Scanner(Array(literal.unicodeScalars))
        return scanner.list()
    }

    private struct Scanner {
        let scalars: [Unicode.Scalar]
        var place = 0

        init(_ scalars: [Unicode.Scalar]) { self.scalars = scalars }

        mutating func list() -> [String]? {
            skipSpace()
            guard take("[") else { return nil }
            var result: [String] = []
            skipSpace()
            while !take("]") {
                guard let text = text() else { return nil }
                result.append(text)
                skipSpace()
                if take(",") {
                    skipSpace()
                } else if place >= scalars.count || scalars[place] != "]" {
                    return nil
                }
            }
            skipSpace()
            return place == scalars.count ? result : nil
        }

        private mutating func skipSpace() {
            while place < scalars.count, scalars[place].properties.isWhitespace { place += 1 }
        }

        private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
            guard place < scalars.count, scalars[place] == scalar else { return false }
            place += 1
            return true
        }

        private mutating func text() -> String? {
            guard place < scalars.count, scalars[place] == "'" || scalars[place] == "\"" else { return nil }
            let quote = scalars[place]
            place += 1
            var result = String.UnicodeScalarView()
            while place < scalars.count {
                let scalar = scalars[place]
                place += 1
                if scalar == quote { return String(result) }
                guard scalar == "\\" else {
                    result.append(scalar)
                    continue
                }
                guard let escaped = escape() else { return nil }
                result.append(escaped)
            }
            return nil
        }

        private mutating func escape() -> Unicode.Scalar? {
            guard place < scalars.count else { return nil }
            let scalar = scalars[place]
            place += 1
            switch scalar {
            case "n": return "\n"
            case "t": return "\t"
            case "r": return "\r"
            case "\\", "'", "\"": return scalar
            case "x": return hexadecimal(2)
            case "u": return hexadecimal(4)
            case "U": return hexadecimal(8)
            default: return nil
            }
        }

        private mutating func hexadecimal(_ count: Int) -> Unicode.Scalar? {
            guard place + count <= scalars.count else { return nil }
            var digits = String.UnicodeScalarView()
            digits.append(contentsOf: scalars[place..<place + count])
            place += count
            return UInt32(String(digits), radix: 16).flatMap(Unicode.Scalar.init)
        }
    }
}
