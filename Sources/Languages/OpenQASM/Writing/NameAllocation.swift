import Circuits

/// Names of a text: each once, none of them a word of the language or a gate that the text calls.
struct NameAllocation {
    private var used: Set<String>
    private let version: OpenQASMWriter.Version

    /// - Parameter gates: the names of standard gates that the text has.
    init(version: OpenQASMWriter.Version, gates: Set<String>) {
        self.version = version
        used = (version == .version2 ? Self.ofVersion2 : Self.ofVersion3).union(gates)
    }

    private static let ofVersion2 = Set(["pi", "U", "CX", "ln", "sin", "cos", "tan", "exp", "sqrt"])
        .union(Keyword.allCases.filter(\.isReservedInVersion2).map(\.text))

    private static let ofVersion3 = Set(["pi", "U", "tau", "euler", "π", "τ", "ℇ", "real", "imag", "sizeof"])
        .union(Keyword.allCases.map(\.text)).union(BuiltinFunction.allCases.map(\.rawValue))

    /// Keeps a name for what must be called so.
    mutating func reserve(_ name: String) { used.insert(name) }

    /// The wished name if the version can say it and nothing else has it, else one like it, which `spelled` gets.
    mutating func take(_ wish: String, fallback: String, _ spelled: inout [String: String]) -> String {
        let name = unused(spelling(of: wish, fallback: fallback))
        if name != wish { spelled[name] = wish }
        return name
    }

    /// The name with what the version does not allow replaced.
    private func spelling(of wish: String, fallback: String) -> String {
        var name = ""
        for scalar in wish.unicodeScalars {
            name.unicodeScalars.append(isAllowed(scalar) ? scalar : "_")
        }
        if name.isEmpty || name.allSatisfy({ $0 == "_" }) { name = fallback }
        guard let first = name.utf8.first else { return fallback }
        let starts =
            version == .version2 ? first &- UInt8(ascii: "a") < 26 : CharacterClass(first) == .letter
        return starts ? name : "\(fallback)_\(name)"
    }

    private func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return CharacterClass(UInt8(scalar.value)) != .other }
        return version == .version3 && Lexer.isLetter(scalar)
    }

    private mutating func unused(_ name: String) -> String {
        if used.insert(name).inserted { return name }
        var number = 1
        while !used.insert("\(name)_\(number)").inserted { number += 1 }
        return "\(name)_\(number)"
    }
}

extension Circuit {
    /// What the program, as opposed to the language, has given names to, as far as a text of the version has them:
    /// version 2 knows neither variables nor functions.
    func ownNames(in version: OpenQASMWriter.Version) -> Set<String> {
        var result = Set(qubitRegisters.map(\.name))
        result.formUnion(bitRegisters.map(\.name))
        if version != .version2 {
            result.formUnion(variables.map(\.name))
            result.formUnion(arrays.map(\.name))
            result.formUnion(externals.map(\.name))
        }
        for definition in gates {
            if case .modified = definition.implementation { continue }
            result.insert(definition.name)
        }
        return result
    }
}
