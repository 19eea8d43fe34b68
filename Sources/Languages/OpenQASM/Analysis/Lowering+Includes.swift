import Circuits

extension Lowering {
    /// `include "…";`: a standard file, which is built in, or one beside the program.
    mutating func include(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) {
        let file = String(content(node).dropFirst().dropLast())
        let quoted = Diagnostic.Place(Int(UInt32(bitPattern: node.c))..<Int(UInt32(bitPattern: node.d)))
        if nesting > 0 || !scopes.isEmpty {
            throw fail(.misplaced, "an include inside another statement", at: id, cure: "include at the top level")
        }
        if let gates = StandardLibrary.gates(include: file) {
            if file == OpenQASMWriter.Version.version3.include {
                return try includeStandardGates(gates, file, at: quoted)
            }
            for (name, entry) in gates { declareStandard(name, entry) }
            return
        }
        guard let includes else {
            throw fail(
                .include, "'\(file)' cannot be included", at: quoted,
                cause: "where the program comes from there are only the standard files stdgates.inc and qelib1.inc",
                cure: suggestion(file) ?? "copy what the program needs from it into the program")
        }
        let path = try relativePath(file, at: quoted)
        if openFiles.contains(path) {
            throw fail(
                .include, "'\(file)' includes itself", at: quoted,
                cause: (openFiles.drop { $0 != path } + [path]).joined(separator: " includes "))
        }
        if openFiles.count >= IncludeReader.depthLimit || (texts?.parts.count ?? 0) > IncludeReader.countLimit {
            throw fail(.tooLarge, "too many include files, or too many within one another", at: quoted)
        }
        switch includes.read(path) {
        case .refused(let reason):
            throw fail(.include, "'\(file)' cannot be included: \(reason)", at: quoted, cure: suggestion(file))
        case .bytes(let bytes): try read(bytes, path, at: quoted)
        }
    }

    /// `stdgates.inc`: its gates are the program's as if their definitions stood here, so that the program defines no
    /// others of these names ("Scoping of variables"). A definition that says the same does no harm, and variables may
    /// hide gates, as in the specification's own 'stretch s;'.
    private mutating func includeStandardGates(
        _ standard: [(name: String, entry: GateEntry)], _ file: String, at place: Diagnostic.Place
    ) throws(SemanticFailure) {
        if parser.version == 2 {
            throw fail(
                .otherVersion, "'\(file)' belongs to OpenQASM 3; the program declares version 2", at: place,
                cure: "include \"qelib1.inc\", or write 'OPENQASM 3.0;' at the beginning")
        }
        for (name, entry) in standard {
            if let old = lookup(parser.lexer.names.intern(name)), old.kind == .gate, old.start >= 0,
                gates[Int(old.a)].gate != entry.gate
            {
                throw fail(
                    .redefinition, "'\(file)' declares gate '\(name)', and so does the program", at: place,
                    related: declaration(old), cure: "give it another name, or leave out the include")
            }
            declareStandard(name, entry)
        }
    }

    private func suggestion(_ file: String) -> String? {
        Suggestion.nearest(to: file, among: ["stdgates.inc", "qelib1.inc"]).map { "did you mean '\($0)'?" }
    }

    /// The file's path from the program's directory, beginning at the file that includes it.
    private mutating func relativePath(
        _ file: String, at place: Diagnostic.Place
    ) throws(SemanticFailure) -> String {
        if let path = IncludeReader.path(of: file, includedBy: openFiles.last) { return path }
        throw fail(
            .include, "'\(file)' lies outside the program's directory", at: place,
            cause: "a program includes files beside it and below, so that reading it never reads anything else",
            cure: "put the file beside the program")
    }

    private mutating func read(
        _ bytes: [UInt8], _ path: String, at place: Diagnostic.Place
    ) throws(SemanticFailure) {
        let total = (texts?.count ?? self.bytes.count) - self.bytes.count + bytes.count
        if bytes.count > IncludeReader.fileLimit || total > IncludeReader.totalLimit {
            throw fail(
                .tooLong, "'\(path)' is too long to be included", at: place,
                cause:
                    "at most \(IncludeReader.fileLimit >> 20) MB a file and \(IncludeReader.totalLimit >> 20) MB of files"
            )
        }
        let file = SourceText(name: path, bytes: bytes)
        if let problem = file.problem, problem.code != .empty {
            throw fail(.include, "'\(path)' cannot be included: \(problem.message)", at: place, cause: problem.cause)
        }
        let all = texts ?? IncludedTexts(self.bytes, name: programName)
        texts = all
        let directory = programName.lastIndex(of: "/").map { String(programName[...$0]) } ?? ""
        let range = all.add(bytes, name: directory + path)
        // What was read ahead of the file is taken up again behind it.
        let outer = (parser.token, parser.previousEnd, parser.lexer.position, parser.lexer.count, parser.version)
        parser.lexer.base = UnsafePointer(all.base)
        parser.lexer.position = range.lowerBound
        parser.lexer.count = range.upperBound
        openFiles.append(path)
        parser.start()
        if parser.version != outer.4 {
            parser.version = outer.4
            parser.lexer.isVersion2 = outer.4 == 2
            _ = fail(
                .version, "the file is of another version than the program that includes it",
                at: .init(range.lowerBound..<range.lowerBound), cure: "write both in one version")
        }
        statements()
        parser.reportCharacters()
        openFiles.removeLast()
        parser.lexer.base = UnsafePointer(all.base)
        (parser.token, parser.previousEnd, parser.lexer.position, parser.lexer.count) = (
            outer.0, outer.1, outer.2, outer.3
        )
        if parser.errorCount >= Parser.errorLimit || work > Self.workLimit {
            parser.lexer.position = parser.lexer.count
            parser.token = Token(
                kind: .endOfFile, start: UInt32(parser.lexer.count), end: UInt32(parser.lexer.count))
        }
    }
}
