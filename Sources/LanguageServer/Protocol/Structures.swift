// The structures of the Language Server Protocol 3.17 that Kelvin speaks, under the names they have there.

struct Position: Codable, Hashable {
    var line: Int
    var character: Int
}

struct TextRange: Codable, Hashable {
    var start: Position
    var end: Position
}

struct Location: Encodable {
    var uri: String
    var range: TextRange
}

struct TextDocumentIdentifier: Decodable {
    var uri: String
}

struct VersionedTextDocumentIdentifier: Decodable {
    var uri: String
    var version: Int?
}

struct InitializeParams: Decodable {
    struct Capabilities: Decodable {
        struct General: Decodable {
            var positionEncodings: [String]?
        }
        var general: General?
    }
    var capabilities: Capabilities?
}

struct InitializeResult: Encodable {
    struct ServerInfo: Encodable {
        var name = "kelvin"
        var version: String
    }
    struct Capabilities: Encodable {
        struct Synchronisation: Encodable {
            var openClose = true
            /// Incremental.
            var change = 2
        }
        struct Completion: Encodable {
            var triggerCharacters = ["\"", "@"]
        }
        struct Rename: Encodable {
            var prepareProvider = true
        }
        var positionEncoding: String
        var textDocumentSync = Synchronisation()
        var hoverProvider = true
        var completionProvider = Completion()
        var definitionProvider = true
        var referencesProvider = true
        var documentHighlightProvider = true
        var documentSymbolProvider = true
        var documentFormattingProvider = true
        var renameProvider = Rename()
    }
    var capabilities: Capabilities
    var serverInfo: ServerInfo
}

struct DidOpenParams: Decodable {
    struct Item: Decodable {
        var uri: String
        var version: Int?
        var text: String
    }
    var textDocument: Item
}

struct DidChangeParams: Decodable {
    struct Change: Decodable {
        /// Nil: the text is the whole document.
        var range: TextRange?
        var text: String
    }
    var textDocument: VersionedTextDocumentIdentifier
    var contentChanges: [Change]
}

struct DocumentParams: Decodable {
    var textDocument: TextDocumentIdentifier
}

struct PositionParams: Decodable {
    var textDocument: TextDocumentIdentifier
    var position: Position
}

struct ReferenceParams: Decodable {
    struct Context: Decodable {
        var includeDeclaration: Bool?
    }
    var textDocument: TextDocumentIdentifier
    var position: Position
    var context: Context?
}

struct RenameParams: Decodable {
    var textDocument: TextDocumentIdentifier
    var position: Position
    var newName: String
}

struct CancelParams: Decodable {
    var id: RequestID
}

struct PublishedDiagnostic: Encodable {
    struct Related: Encodable {
        var location: Location
        var message: String
    }
    var range: TextRange
    /// 1: error, 2: warning.
    var severity: Int
    var code: String
    var source = "kelvin"
    var message: String
    /// 1: unnecessary; editors grey it out.
    var tags: [Int]?
    var relatedInformation: [Related]?
}

struct PublishDiagnosticsParams: Encodable {
    var uri: String
    var version: Int?
    var diagnostics: [PublishedDiagnostic]
}

struct MarkupContent: Encodable {
    var kind = "markdown"
    var value: String
}

struct HoverResult: Encodable {
    var contents: MarkupContent
    var range: TextRange
}

struct CompletionItem: Encodable {
    enum Kind: Int, Encodable {
        case function = 3, variable = 6, keyword = 14, file = 17, constant = 21, operation = 24, typeParameter = 25
    }
    var label: String
    var kind: Kind
    var detail: String?
    var documentation: MarkupContent?
    var sortText: String?
}

struct CompletionList: Encodable {
    var isIncomplete = false
    var items: [CompletionItem]
}

struct TextEdit: Encodable {
    var range: TextRange
    var newText: String
}

struct WorkspaceEdit: Encodable {
    var changes: [String: [TextEdit]]
}

struct DocumentHighlight: Encodable {
    var range: TextRange
}

struct DocumentSymbol: Encodable {
    enum Kind: Int, Encodable {
        case method = 6, field = 8, function = 12, variable = 13, constant = 14, array = 18, operation = 25
        case typeParameter = 26
    }
    var name: String
    var detail: String?
    var kind: Kind
    var range: TextRange
    var selectionRange: TextRange
    var children: [DocumentSymbol]?
}
