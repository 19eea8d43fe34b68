import FoundationEssentials
import Languages

/// What is between a server and its client: a value that takes messages and gives replies, without streams or clocks.
struct Session {
    private enum Phase { case new, running, shutDown, exited }

    private let version: String
    private var phase = Phase.new
    private(set) var encoding = PositionEncoding.utf16
    var documents: [String: Document] = [:]
    /// Addresses of documents whose diagnostics are out of date, the longest waiting first.
    private var changed: [String] = []

    /// How files beside a program are read, by the program's path.
    let includes: @Sendable (String) -> IncludeReader?

    init(version: String, includes: @escaping @Sendable (String) -> IncludeReader?) {
        self.version = version
        self.includes = includes
    }

    var hasExited: Bool { phase == .exited }
    /// 0 if the client said `shutdown` before it left.
    private(set) var exitCode: Int32 = 1
    var hasChanges: Bool { !changed.isEmpty }

    /// Works on messages in their order. Requests that a later one of them cancels are not worked on.
    mutating func receive(_ frames: [MessageReader.Frame]) -> [Reply] {
        let messages = frames.map { frame -> (envelope: Result<Envelope, ResponseError>, content: [UInt8]) in
            switch frame {
            case .malformed(let reason): (.failure(.parse(reason)), [])
            case .message(let content): (Self.envelope(content), content)
            }
        }
        var cancelled: Set<RequestID> = []
        for case (.success(let envelope), let content) in messages where envelope.method == "$/cancelRequest" {
            if let id = try? Self.decode(CancelParams.self, content).id { cancelled.insert(id) }
        }
        var replies: [Reply] = []
        for (envelope, content) in messages {
            if hasExited { break }
            switch envelope {
            case .failure(let error): replies.append(.error(nil, error))
            case .success(let envelope):
                // What has no method answers a question that nobody here asked.
                guard let method = envelope.method else { continue }
                if let id = envelope.id {
                    replies.append(
                        cancelled.contains(id) ? .error(id, .cancelled) : answer(id, method, content))
                } else {
                    replies += note(method, content)
                }
            }
        }
        return replies
    }

    private static func envelope(_ content: [UInt8]) -> Result<Envelope, ResponseError> {
        do {
            return .success(try JSONDecoder().decode(Envelope.self, from: Data(content)))
        } catch DecodingError.dataCorrupted {
            return .failure(.parse("the message is no JSON"))
        } catch {
            return .failure(.invalidRequest("the message is no object of JSON-RPC"))
        }
    }

    private static func decode<Content: Decodable>(
        _ type: Content.Type, _ content: [UInt8]
    ) throws(ResponseError) -> Content {
        do {
            return try JSONDecoder().decode(Parameters<Content>.self, from: Data(content)).params
        } catch DecodingError.keyNotFound(let key, _) {
            throw .invalidParameters("'\(key.stringValue)' is missing")
        } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
            DecodingError.dataCorrupted(let context)
        {
            let path = context.codingPath.map(\.stringValue).joined(separator: ".")
            throw .invalidParameters("'\(path)' has a wrong type")
        } catch {
            throw .invalidParameters("the parameters have a wrong type")
        }
    }

    // MARK: Requests

    private mutating func answer(_ id: RequestID, _ method: String, _ content: [UInt8]) -> Reply {
        do throws(ResponseError) {
            switch (phase, method) {
            case (.new, "initialize"): return .result(id, initialize(try Self.decode(InitializeParams.self, content)))
            case (.new, _): throw .notInitialized
            case (.running, "initialize"): throw .invalidRequest("'initialize' comes once")
            case (.running, "shutdown"):
                phase = .shutDown
                return .result(id, Null?.none)
            case (.running, _): return try answerRunning(id, method, content)
            case (.shutDown, _), (.exited, _): throw .invalidRequest("the server has shut down")
            }
        } catch {
            return .error(id, error)
        }
    }

    private mutating func initialize(_ parameters: InitializeParams) -> InitializeResult {
        let offered = parameters.capabilities?.general?.positionEncodings ?? []
        encoding = offered.contains(PositionEncoding.utf8.rawValue) ? .utf8 : .utf16
        phase = .running
        return InitializeResult(
            capabilities: .init(positionEncoding: encoding.rawValue), serverInfo: .init(version: version))
    }

    private mutating func answerRunning(
        _ id: RequestID, _ method: String, _ content: [UInt8]
    ) throws(ResponseError) -> Reply {
        switch method {
        case "textDocument/hover": return .result(id, hover(try place(content)))
        case "textDocument/completion": return .result(id, completion(try place(content)))
        case "textDocument/definition": return .result(id, definition(try place(content)))
        case "textDocument/documentHighlight": return .result(id, highlights(try place(content)))
        case "textDocument/prepareRename": return .result(id, renamed(try place(content)))
        case "textDocument/references":
            let parameters = try Self.decode(ReferenceParams.self, content)
            let place = try place(parameters.textDocument, parameters.position)
            return .result(id, references(place, includesDeclaration: parameters.context?.includeDeclaration ?? true))
        case "textDocument/rename":
            let parameters = try Self.decode(RenameParams.self, content)
            let place = try place(parameters.textDocument, parameters.position)
            return .result(id, try rename(place, to: parameters.newName))
        case "textDocument/documentSymbol":
            return .result(id, symbols(try known(Self.decode(DocumentParams.self, content).textDocument)))
        case "textDocument/formatting":
            return .result(id, formatting(try known(Self.decode(DocumentParams.self, content).textDocument)))
        default: throw .unknownMethod(method)
        }
    }

    /// A byte of an open document.
    struct Place {
        var uri: String
        var offset: Int
    }

    private func place(_ content: [UInt8]) throws(ResponseError) -> Place {
        let parameters = try Self.decode(PositionParams.self, content)
        return try place(parameters.textDocument, parameters.position)
    }

    private func place(_ document: TextDocumentIdentifier, _ position: Position) throws(ResponseError) -> Place {
        let uri = try known(document)
        return Place(uri: uri, offset: encoding.offset(of: position, in: documents[uri]!.source))
    }

    private func known(_ document: TextDocumentIdentifier) throws(ResponseError) -> String {
        guard documents[document.uri] != nil else { throw .invalidParameters("the document is not open") }
        return document.uri
    }

    // MARK: Notifications

    /// Notifications are not answered, not even wrong ones.
    private mutating func note(_ method: String, _ content: [UInt8]) -> [Reply] {
        if method == "exit" {
            exitCode = phase == .shutDown ? 0 : 1
            phase = .exited
            return []
        }
        guard phase == .running else { return [] }
        switch method {
        case "textDocument/didOpen":
            guard let item = try? Self.decode(DidOpenParams.self, content).textDocument else { return [] }
            documents[item.uri] = Document(uri: item.uri, version: item.version, text: item.text)
            touch(item.uri)
        case "textDocument/didChange":
            guard let change = try? Self.decode(DidChangeParams.self, content) else { return [] }
            let uri = change.textDocument.uri
            guard documents[uri] != nil else { return [] }
            for part in change.contentChanges {
                if let range = part.range {
                    documents[uri]!.replace(range, by: part.text, encoding)
                } else {
                    documents[uri]!.replace(part.text)
                }
            }
            documents[uri]!.version = change.textDocument.version
            touch(uri)
        case "textDocument/didClose":
            guard let uri = try? Self.decode(DocumentParams.self, content).textDocument.uri,
                documents.removeValue(forKey: uri) != nil
            else { return [] }
            changed.removeAll { $0 == uri }
            // Nothing is known about a closed document: its diagnostics go away.
            return [
                .notification("textDocument/publishDiagnostics", PublishDiagnosticsParams(uri: uri, diagnostics: []))
            ]
        default: break
        }
        return []
    }

    private mutating func touch(_ uri: String) { if !changed.contains(uri) { changed.append(uri) } }

    /// Diagnostics of the document that waits longest for them.
    mutating func analyse() -> Reply? {
        guard !changed.isEmpty else { return nil }
        let uri = changed.removeFirst()
        guard let document = documents[uri] else { return nil }
        return .notification("textDocument/publishDiagnostics", diagnostics(document))
    }
}
