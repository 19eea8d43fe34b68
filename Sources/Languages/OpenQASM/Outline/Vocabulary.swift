import Circuits

// What the language itself knows, for editors.
extension OpenQASM {
    /// The reserved words of a version.
    public static func keywords(version: Int) -> [String] {
        Keyword.allCases.filter { version == 2 ? $0.isReservedInVersion2 : $0 != .opaque }.map(\.text)
    }

    /// Functions that every program can call.
    public static var functions: [String] { BuiltinFunction.allCases.map(\.rawValue) }

    /// Constants that every program can use.
    public static func constants(version: Int) -> [String] {
        version == 2 ? ["pi"] : ["pi", "π", "tau", "τ", "euler", "ℇ"]
    }

    /// Whether a text can name something in a program.
    public static func isName(_ text: String, version: Int = 3) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            var lexer = Lexer(bytes)
            lexer.isVersion2 = version == 2
            let token = lexer.next()
            return token.kind == .identifier && token.start == 0 && Int(token.end) == bytes.count && !bytes.isEmpty
        }
    }

    /// The values of a program's global constants, as far as the program is understood, by the first byte of the name where
    /// they are declared.
    public static func constants(of source: SourceText) -> [Int: String] {
        if source.problem != nil { return [:] }
        return source.bytes.withUnsafeBufferPointer { bytes in
            var lowering = Lowering(bytes, name: "", dialect: .openQASM)
            lowering.run()
            var values: [Int: String] = [:]
            // Those of the top level: what was known inside of a body is forgotten with it.
            for place in lowering.global where place >= 0 {
                let symbol = lowering.symbols[Int(place)]
                guard symbol.kind == .constant, symbol.start >= 0, Int(symbol.a) < lowering.constants.count else {
                    continue
                }
                values[Int(symbol.start)] = lowering.constants[Int(symbol.a)].description
            }
            return values
        }
    }
}
