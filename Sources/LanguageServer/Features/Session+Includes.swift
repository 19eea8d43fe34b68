import Languages

// Names that a document has from the files that it includes.
extension Session {
    struct IncludedName {
        let file: IncludedOutline
        let declaration: ProgramOutline.Declaration
    }

    mutating func includedFiles(_ uri: String) -> [IncludedOutline] {
        guard let reader = documents[uri]!.path.flatMap(includes) else { return [] }
        return OpenQASM.includedOutlines(of: documents[uri]!.outline, reader)
    }

    /// The declaration in a file that the name at a place means, and the bytes of the name.
    mutating func includedName(_ place: Place) -> (name: IncludedName, word: Range<Int>)? {
        let source = documents[place.uri]!.source
        guard let word = source.word(at: place.offset) else { return nil }
        let text = String(decoding: source.bytes[word], as: UTF8.self)
        for file in includedFiles(place.uri) {
            if let declaration = file.declarations.first(where: { $0.name == text }) {
                return (IncludedName(file: file, declaration: declaration), word)
            }
        }
        return nil
    }

    /// The declaration as the file writes it, with the comment above it.
    func text(of name: IncludedName) -> String {
        let (source, declaration) = (name.file.source, name.declaration)
        var text =
            "```qasm\n\(source.excerpt(declaration.header))\n```\n\n\(declaration.kind.rawValue) of `\(name.file.path)`"
        if let comment = source.comment(above: declaration.range.lowerBound) { text += "\n\n\(comment)" }
        return text
    }
}
