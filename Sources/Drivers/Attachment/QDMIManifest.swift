import Hardware

/// A manifest of the Munich stack, `….qdmi.json`: device libraries with their prefixes and session parameters.
struct QDMIManifest {
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
