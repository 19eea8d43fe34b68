public import Hardware

/// A machine that somebody else runs, and how to reach it: a QDMI library on this computer, or a server with an address
/// and a token. The format of the file is described in `Docs/attach-a-machine.md`.
public struct Attachment: Sendable {
    public enum Driver: String, Sendable, CaseIterable {
        case kelvin, ionq, iqm, qdmi
    }

    /// What users type: `--device ID`.
    public var id: String
    public var driver: Driver
    /// Of a server: scheme, host and path prefix.
    public var url: String?
    /// The machine's name at the server.
    public var target: String?
    public var token: TokenSource?
    /// Of a server whose certificate comes from an authority of one's own: a file with that authority's certificate (PEM).
    public var authority: String?
    /// Of a QDMI library.
    public var library: String?
    public var prefix: String?
    /// Session parameters of a QDMI library under their names in manifests, in order.
    public var session: [(name: String, value: String)] = []
    /// How many sites of a device without couplings (a simulator) are used.
    public var siteLimit = 1_024
    /// How long one request may take.
    public var timeout = Seconds(30)

    public init(id: String, driver: Driver) {
        self.id = id
        self.driver = driver
    }

    public static let format = "kelvin-attachment"

    /// Where a token comes from; the token itself is never written down by Kelvin.
    public enum TokenSource: Sendable, Hashable {
        case environment(String)
        /// The first line of a file.
        case file(String)
        /// Kept by the service, sealed, under this name.
        case secret(String)
    }

    /// Who keeps secrets; nil outside a service.
    public var secrets: (any SecretSource)?

    /// The token, where there is one. It goes into requests and nowhere else.
    ///
    /// - Throws: `DeviceError.unavailable` if there should be one and is not, or if it could break out of a header.
    func readToken() throws(DeviceError) -> String? { try token?.read(secrets) }

    /// Opens the machine: asks it for its description and its calibration.
    public func open() throws(DeviceError) -> any Device {
        do {
            switch driver {
            case .qdmi: return try QDMIDevice(self)
            case .kelvin: return try RemoteDevice(self, service: KelvinService(self))
            case .ionq: return try RemoteDevice(self, service: IonQService(self))
            case .iqm: return try RemoteDevice(self, service: IQMService(self))
            }
        } catch {
            var error = error
            if !error.message.contains(id) { error.message = "\(id): \(error.message)" }
            throw error
        }
    }
}

extension Attachment {
    private static let keys: Set<String> = [
        "format", "version", "id", "driver", "url", "target", "token", "library", "prefix", "session", "sites",
        "timeout", "authority",
    ]

    /// Whether a parsed file is an attachment, right or wrong.
    static func isAttachment(_ node: JSONNode) -> Bool { node.string("format") == format }

    /// Whether the beginning of a file speaks for an attachment: device files, which are long, are not parsed twice.
    static func mayBe(_ path: String) throws(DeviceError) -> Bool {
        let beginning = try DeviceImport.Source(path: path).bytes.prefix(256)
        return String(decoding: beginning, as: UTF8.self).contains(format)
    }

    /// - Parameter path: of the file; relative paths in it are meant from its directory.
    init(_ node: JSONNode, path: String) throws(DeviceError) {
        func fault(_ message: String, _ cure: String) -> DeviceError {
            DeviceError(.invalidFile, "\(path): \(message)", cure: cure)
        }
        for (key, _) in node.pairs ?? [] where !Self.keys.contains(key) {
            throw fault("unknown key \"\(key)\"", "the keys here are \(Self.keys.sorted().joined(separator: ", "))")
        }
        guard node.integer("version") == 1 else {
            throw fault("another version than 1", "this Kelvin reads version 1")
        }
        guard let id = node.string("id"), Self.isIdentifier(id) else {
            throw fault("\"id\" is missing or no device id", "use 1…64 letters, digits, '-', '_' and '.'")
        }
        guard let driver = node.string("driver").flatMap(Driver.init) else {
            throw fault(
                "\"driver\" is missing or unknown",
                "known: \(Driver.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        self.init(id: id, driver: driver)
        url = node.string("url")
        target = node.string("target")
        prefix = node.string("prefix")
        library = node.string("library").map { Self.resolved($0, beside: path) }
        authority = node.string("authority").map { Self.resolved($0, beside: path) }
        if let sites = node.member("sites") {
            guard let count = node.integer("sites"), (1...1 << 16).contains(count) else {
                throw fault("\"sites\" is \(sites.compactText)", "give a number, 1…65536")
            }
            siteLimit = count
        }
        if let given = node.member("timeout") {
            guard let seconds = node.double("timeout"), seconds > 0, seconds <= 86_400 else {
                throw fault("\"timeout\" is \(given.compactText)", "give seconds, above 0")
            }
            timeout = Seconds(seconds)
        }
        if let token = node.member("token") {
            if let name = token.string("environment") {
                self.token = .environment(name)
            } else if let file = token.string("file") {
                self.token = .file(Self.resolved(file, beside: path))
            } else if let name = token.string("secret") {
                self.token = .secret(name)
            } else {
                throw fault(
                    "\"token\" must say where the token is",
                    "write {\"environment\": \"NAME\"}, {\"file\": \"PATH\"} "
                        + "or {\"secret\": \"NAME\"}; the token itself does not belong here")
            }
        }
        for (name, value) in node.member("session")?.pairs ?? [] {
            guard QDMI.sessionParameters.contains(where: { $0.name == name }), case .string(let text) = value.kind
            else {
                throw fault(
                    "unknown session parameter \"\(name)\", or one that is no text",
                    "known: \(QDMI.sessionParameters.map(\.name).joined(separator: ", "))")
            }
            session.append((name, text))
        }
        switch driver {
        case .qdmi:
            guard library != nil, prefix != nil else {
                throw fault("a QDMI device needs \"library\" and \"prefix\"", "add them")
            }
        case .kelvin, .ionq, .iqm:
            guard url != nil else { throw fault("a server needs \"url\"", "add it") }
        }
    }

    /// Reads and checks a text; `path` stands for the file.
    public init(text: String, path: String) throws(DeviceError) {
        let node: JSONNode
        let bytes = Array(text.utf8)
        do {
            node = try bytes.withUnsafeBufferPointer { buffer throws(DeviceFileFault) in try JSONParser.parse(buffer) }
        } catch {
            throw DeviceError(.invalidFile, "\(path): \(error.message)", cure: error.cure)
        }
        guard Self.isAttachment(node) else {
            throw DeviceError(
                .invalidFile, "\(path): no attachment", cure: "it begins with \"format\": \"\(Self.format)\"")
        }
        try self.init(node, path: path)
    }

    static func isIdentifier(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39)
                    || [0x2D, 0x2E, 0x5F].contains($0)
            }
    }

    /// The file's text.
    public var text: String {
        var members: [(String, JSONNode)] = [
            ("format", .text(Self.format)), ("version", .integer(1)), ("id", .text(id)),
            ("driver", .text(driver.rawValue)),
        ]
        for (key, value) in [
            ("url", url), ("target", target), ("authority", authority), ("library", library), ("prefix", prefix),
        ] {
            if let value { members.append((key, .text(value))) }
        }
        switch token {
        case .environment(let name): members.append(("token", .object([("environment", .text(name))])))
        case .file(let path): members.append(("token", .object([("file", .text(path))])))
        case .secret(let name): members.append(("token", .object([("secret", .text(name))])))
        case nil: break
        }
        if !session.isEmpty { members.append(("session", .object(session.map { ($0.name, .text($0.value)) }))) }
        if timeout != Seconds(30) { members.append(("timeout", .number(timeout.value))) }
        return JSONNode.object(members).prettyText
    }

    private static func resolved(_ file: String, beside path: String) -> String {
        if file.hasPrefix("/") { return file }
        return "\(Directories.parent(of: path) ?? ".")/\(file)"
    }
}
