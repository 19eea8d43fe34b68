import Languages

extension Session {
    func diagnostics(_ document: Document) -> PublishDiagnosticsParams {
        let source = document.source
        return PublishDiagnosticsParams(
            uri: document.uri, version: document.version,
            diagnostics: OpenQASM.check(source).diagnostics.map { diagnostic in
                var message = diagnostic.message
                if let cause = diagnostic.cause { message += "\ncause: \(cause)" }
                if let cure = diagnostic.cure { message += "\ncure: \(cure)" }
                return PublishedDiagnostic(
                    range: encoding.range(diagnostic.place.range, in: source),
                    severity: diagnostic.severity == .error ? 1 : 2, code: diagnostic.code.rawValue, message: message,
                    tags: diagnostic.isUnnecessary ? [1] : nil,
                    relatedInformation: diagnostic.related.isEmpty
                        ? nil
                        : diagnostic.related.map {
                            .init(
                                location: .init(uri: document.uri, range: encoding.range($0.range, in: source)),
                                message: $0.label)
                        })
            })
    }

    /// The whole document in the standard layout; null if it breaks the grammar, which its diagnostics say.
    func formatting(_ uri: String) -> [TextEdit]? {
        let source = documents[uri]!.source
        guard let text = try? OpenQASM.format(source) else { return nil }
        if text.utf8.elementsEqual(source.bytes) { return [] }
        return [TextEdit(range: encoding.range(0..<source.bytes.count, in: source), newText: text)]
    }
}
