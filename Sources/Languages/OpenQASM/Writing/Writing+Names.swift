import Circuits

// Names that the text cannot use as they are: words of the version, and what OpenQASM does not count as a name at all.
extension Writing {
    /// Says in front of a declaration what the circuit calls it, where the text calls it something else.
    mutating func spelling(of name: String) {
        guard let wish = spelled[name] else { return }
        line("@\(Annotation.nameKeyword) \(QuotedName.text(wish))")
    }

    /// Version 2 has no annotations that could tell what something is really called.
    func refuseNames() throws(OpenQASMWriterError) {
        guard let (name, wish) = spelled.min(by: { $0.value < $1.value }) else { return }
        throw refusal("the name \(QuotedName.text(wish)); '\(name)' would do")
    }
}

/// Any text in quotes on one line.
enum QuotedName {
    static func text(_ name: String) -> String {
        var result = "\""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F || scalar.properties.generalCategory == .format:
                result += "\\u{\(String(scalar.value, radix: 16))}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// The name of a quoted text; nil for what is none.
    static func name(_ text: String) -> String? {
        var scalars = text.unicodeScalars[...]
        guard scalars.popFirst() == "\"", scalars.popLast() == "\"" else { return nil }
        var result = String.UnicodeScalarView()
        while let scalar = scalars.popFirst() {
            guard scalar != "\"" else { return nil }
            guard scalar == "\\" else {
                result.append(scalar)
                continue
            }
            switch scalars.popFirst() {
            case let quoted? where quoted == "\"" || quoted == "\\": result.append(quoted)
            case "u":
                guard let end = scalars.firstIndex(of: "}"), scalars.popFirst() == "{",
                    let value = UInt32(String(scalars[..<end]), radix: 16), let scalar = Unicode.Scalar(value)
                else { return nil }
                result.append(scalar)
                scalars = scalars[scalars.index(after: end)...]
            default: return nil
            }
        }
        return String(result)
    }
}
