import Languages

extension Session {
    func diagnostics(_ document: Document) -> PublishDiagnosticsParams {
        let outcome = OpenQASM.check(document.source, includes: document.path.flatMap(includes))
        let source = outcome.source
        return PublishDiagnosticsParams(
            uri: document.uri, version: document.version,
            diagnostics: outcome.diagnostics.map { diagnostic in
                var message = diagnostic.message
                if let cause = diagnostic.cause { message += "\ncause: \(cause)" }
                if let cure = diagnostic.cure { message += "\ncure: \(cure)" }
                let start = diagnostic.place.range.lowerBound
                var related = diagnostic.related.map { place in
                    PublishedDiagnostic.Related(
                        location: location(place.range, in: source, of: document), message: place.label)
                }
                var range = diagnostic.place.range
                if source.part(at: start).start > 0, let place = source.filePosition(of: start) {
                    // The client shows it where this document includes the file, with a way to the place itself.
                    let file = document.relative(place.file)
                    message = "\(file):\(place.line):\(place.column): \(message)"
                    related.insert(
                        .init(location: location(range, in: source, of: document), message: "it is here"), at: 0)
                    range = document.inclusion(of: file)
                }
                return PublishedDiagnostic(
                    range: encoding.range(range, in: document.source),
                    severity: diagnostic.severity == .error ? 1 : 2, code: diagnostic.code.rawValue, message: message,
                    tags: diagnostic.isUnnecessary ? [1] : nil, relatedInformation: related.isEmpty ? nil : related)
            })
    }

    /// A place in a document or in a file that it includes.
    private func location(
        _ range: Range<Int>, in source: SourceText, of document: Document
    ) -> Location {
        let part = source.part(at: range.lowerBound)
        guard part.start > 0 else {
            return .init(uri: document.uri, range: encoding.range(range, in: document.source))
        }
        let end = source.parts.first { $0.start > part.start }?.start ?? source.bytes.count
        let file = SourceText(name: part.name, bytes: Array(source.bytes[part.start..<end]))
        let own = range.lowerBound - part.start..<max(range.lowerBound, min(range.upperBound, end)) - part.start
        return .init(uri: document.address(of: part.name), range: encoding.range(own, in: file))
    }

    /// The whole document in the standard layout; null if it breaks the grammar, which its diagnostics say.
    func formatting(_ uri: String) -> [TextEdit]? {
        let source = documents[uri]!.source
        guard let text = try? OpenQASM.format(source) else { return nil }
        if text.utf8.elementsEqual(source.bytes) { return [] }
        return [TextEdit(range: encoding.range(0..<source.bytes.count, in: source), newText: text)]
    }
}
