public import Hardware

/// A manifest of the Munich stack, `….qdmi.json`: device libraries with their prefixes and session parameters.
public struct QDMIManifest {
    static let suffix = ".qdmi.json"

    var attachments: [Attachment]

    init(path: String) throws(DeviceError) {
        let node = try JSONFile.read(path)
        func fault(_ message: String) -> DeviceError {
            DeviceError(.invalidFile, "\(path): \(message)", cure: "see the manifests of mqt-core for the form")
        }
        guard node.integer("schema-version") == 1 else { throw fault("another schema version than 1") }
        guard let devices = node.member("qdmi")?.list("devices") else { throw fault("no \"qdmi\": {\"devices\": […]}") }
        let directory = Directories.parent(of: path) ?? "."
        func resolved(_ file: String) -> String { file.hasPrefix("/") ? file : "\(directory)/\(file)" }
        attachments = []
        for device in devices where device.flag("enabled") ?? true {
            guard let id = device.string("id"), let library = device.string("library"),
                let prefix = device.string("prefix"), Attachment.isIdentifier(id)
            else { throw fault("a device without \"id\", \"library\" or \"prefix\"") }
            var attachment = Attachment(id: id, driver: .qdmi)
            attachment.library = resolved(library)
            attachment.prefix = prefix
            for (key, value) in device.member("session")?.pairs ?? [] {
                if key == "device-config" {
                    if let file = value.string("file") { attachment.session.append(("custom2", resolved(file))) }
                    if let inline = value.member("inline") {
                        attachment.session.append(("custom1", inline.compactText))
                    }
                } else if case .string(let text) = value.kind {
                    attachment.session.append((key, text))
                }
            }
            attachments.append(attachment)
        }
    }
}

extension QDMIManifest {
    /// A manifest in which every device of a catalogue stands behind Kelvin's own QDMI library, as `kelvin.<id>`.
    ///
    /// - Parameter library: of `KelvinQDMI`; nil for the one beside the running executable.
    /// - Throws: `DeviceError.unavailable` if there is none.
    public static func text(of catalog: DeviceCatalog, library: String? = nil) throws(DeviceError) -> String {
        let beside = [Directories.ofExecutable, Directories.ofModule].compactMap { $0.map { "\($0)/libKelvinQDMI.so" } }
        guard let path = library ?? beside.first(where: Directories.exists), let full = Directories.resolved(path)
        else {
            throw DeviceError(
                .unavailable, "the library libKelvinQDMI.so is not there\(library.map { " (\($0))" } ?? "")",
                cure: "build it: swift build -c release --product KelvinQDMI")
        }
        let devices = catalog.entries.filter { !($0.path ?? "").hasSuffix(suffix) }.map { entry in
            JSONNode.object([
                ("id", .text("kelvin.\(entry.id)")), ("library", .text(full)), ("prefix", .text("KELVIN")),
                ("enabled", .flag(true)),
                ("session", .object([("custom1", .text(entry.path.flatMap(Directories.resolved) ?? entry.id))])),
            ])
        }
        return JSONNode.object([
            ("schema-version", .integer(1)), ("qdmi", .object([("devices", .list(devices))])),
        ]).prettyText
    }
}

/// JSON of a file, with the file's name in every error.
enum JSONFile {
    static func read(_ path: String) throws(DeviceError) -> JSONNode {
        let source = try DeviceImport.Source(path: path)
        do {
            return try source.bytes.withUnsafeBufferPointer { buffer throws(DeviceFileFault) in
                try JSONParser.parse(buffer)
            }
        } catch {
            throw DeviceError(.invalidFile, "\(path): \(error.message)", cure: error.cure)
        }
    }
}
