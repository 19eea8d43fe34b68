import Languages

// Where a name is declared, where it is used, and giving it another.
extension Session {
    private mutating func declaration(_ place: Place) -> ProgramOutline.Declaration? {
        let outline = documents[place.uri]!.outline
        return outline.declaration(at: place.offset).map { outline.declarations[$0] }
    }

    private func range(_ range: Range<Int>, _ uri: String) -> TextRange {
        encoding.range(range, in: documents[uri]!.source)
    }

    mutating func definition(_ place: Place) -> Location? {
        if let own = declaration(place) { return Location(uri: place.uri, range: range(own.nameRange, place.uri)) }
        guard let name = includedName(place)?.name else { return nil }
        return Location(
            uri: documents[place.uri]!.address(of: name.file.path),
            range: encoding.range(name.declaration.nameRange, in: name.file.source))
    }

    mutating func references(_ place: Place, includesDeclaration: Bool) -> [Location] {
        guard let declaration = declaration(place) else { return [] }
        let ranges = (includesDeclaration ? [declaration.nameRange] : []) + declaration.uses
        return ranges.map { Location(uri: place.uri, range: range($0, place.uri)) }
    }

    mutating func highlights(_ place: Place) -> [DocumentHighlight] {
        references(place, includesDeclaration: true).map { DocumentHighlight(range: $0.range) }
    }

    /// The range that would be renamed.
    mutating func renamed(_ place: Place) -> TextRange? {
        guard let declaration = declaration(place) else { return nil }
        let ranges = [declaration.nameRange] + declaration.uses
        return ranges.first { $0.lowerBound <= place.offset && place.offset <= $0.upperBound }.map {
            range($0, place.uri)
        }
    }

    mutating func rename(_ place: Place, to name: String) throws(ResponseError) -> WorkspaceEdit {
        guard let declaration = declaration(place) else {
            throw .failed("nothing that the program declares stands here")
        }
        guard OpenQASM.isName(name, version: documents[place.uri]!.outline.version) else {
            throw .failed(
                "'\(name)' is no name: letters, digits and underscores make one, and words of the language do not")
        }
        let ranges = [declaration.nameRange] + declaration.uses
        if name != declaration.name {
            // A name that is seen where this one stands would catch it, or be caught.
            let outline = documents[place.uri]!.outline
            let isTaken =
                ranges.contains { range in outline.visible(at: range.upperBound).contains { $0.name == name } }
                || outline.declarations.contains {
                    $0.name == name && declaration.scope.contains($0.nameRange.lowerBound)
                }
            if isTaken { throw .failed("'\(name)' is taken where '\(declaration.name)' is seen") }
        }
        return WorkspaceEdit(
            changes: [place.uri: ranges.map { TextEdit(range: range($0, place.uri), newText: name) }])
    }

    /// Declarations of the top level, each gate and subroutine with what belongs to it.
    mutating func symbols(_ uri: String) -> [DocumentSymbol] {
        let outline = documents[uri]!.outline
        let text = documents[uri]!.source
        var inner: [Int: [DocumentSymbol]] = [:]
        var result: [DocumentSymbol] = []
        // Containers come before their contents; from the end, contents are complete when their container comes.
        for (place, declaration) in outline.declarations.enumerated().reversed() {
            let whole = range(
                min(
                    declaration.range.lowerBound, declaration.nameRange.lowerBound)..<max(
                        declaration.range.upperBound, declaration.nameRange.upperBound), uri)
            let symbol = DocumentSymbol(
                name: declaration.name, detail: text.excerpt(declaration.header), kind: .init(declaration.kind),
                range: whole,
                selectionRange: range(declaration.nameRange, uri), children: inner[place].map { $0.reversed() })
            if let container = declaration.container {
                inner[container, default: []].append(symbol)
            } else {
                result.append(symbol)
            }
        }
        return result.reversed()
    }
}

extension DocumentSymbol.Kind {
    fileprivate init(_ kind: ProgramOutline.Declaration.Kind) {
        self =
            switch kind {
            case .qubit, .bit: .array
            case .variable, .input, .output, .alias, .loopVariable: .variable
            case .constant: .constant
            case .gate: .operation
            case .subroutine, .external: .function
            case .gateParameter, .gateQubit, .parameter: .typeParameter
            }
    }
}

extension SourceText {
    /// Some bytes as one line of at most 200 characters.
    func excerpt(_ range: Range<Int>) -> String {
        let text = String(decoding: bytes[range].prefix(1000), as: UTF8.self)
        return String(text.split(whereSeparator: \.isWhitespace).joined(separator: " ").prefix(200))
    }
}
