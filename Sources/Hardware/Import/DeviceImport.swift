/// A machine read from a vendor's or a library's own files: the device file it became, and what a reader must know.
///
/// Figures are kept as published, also those that physics forbids (T2 > 2·T1) or that mark a dead part (an error of
/// 1): `Calibration.warnings` lists those. What the files do not say is assumed, and the device file says so.
public struct DeviceImport: Sendable {
    public var file: DeviceFile
    /// What was left out, changed or assumed, in a fixed order.
    public var warnings: [String]
    public var format: Format

    /// The forms that are understood.
    public enum Format: String, Sendable, CaseIterable {
        /// Backend configuration and backend properties of IBM's cloud, two JSON files.
        case ibm
        /// A superconducting device of mqt-core (`schema-version` 1), one JSON file.
        case mqt
        /// A calibration of Google's engine as cirq-google writes it, and its device specification if there is one.
        case cirq
        /// Device capabilities of Amazon Braket, one JSON file.
        case braket
        /// What a QDMI library says of its device, as Kelvin's QDMI driver writes it down.
        case qdmi
        /// A backend of IonQ's interface and its characterisation.
        case ionq
        /// The dynamic quantum architecture of an IQM machine, and its quality metrics if there are any.
        case iqm
    }

    /// One file of the input.
    public struct Source: Sendable {
        /// For messages, and as the last resort for the device's name.
        public var name: String
        public var bytes: [UInt8]

        public init(name: String, bytes: [UInt8]) {
            self.name = name
            self.bytes = bytes
        }

        /// - Throws: `DeviceError.unavailable` with the system's reason.
        public init(path: String) throws(DeviceError) {
            switch FileBytes.read(path, limit: DeviceFile.maximumSize) {
            case .success(let bytes): self.init(name: path, bytes: bytes)
            case .failure(let failure):
                throw DeviceError(.unavailable, "\(path): \(failure.reason)", cure: "check the path")
            }
        }
    }

    /// Reads a machine.
    ///
    /// - Parameters:
    ///   - format: nil to recognise it by the content.
    ///   - id: of the device file; nil to derive it from the machine's name.
    /// - Throws: `DeviceError.invalidFile` with the file, the place in it, and the cure.
    public init(_ sources: [Source], format: Format? = nil, id: String? = nil) throws(DeviceError) {
        guard !sources.isEmpty else {
            throw DeviceError(.invalidFile, "no file to import", cure: "name one or two files")
        }
        var documents: [ForeignDocument] = []
        for source in sources { documents.append(try ForeignDocument(source)) }
        try self.init(documents, format: format, id: id)
    }

    /// The same from values that were read elsewhere: a server's answers, a library's.
    package init(_ nodes: [(name: String, value: JSONNode)], format: Format, id: String) throws(DeviceError) {
        try self.init(nodes.map { ForeignDocument(name: $0.name, json: $0.value) }, format: format, id: id)
    }

    private init(_ documents: [ForeignDocument], format: Format?, id: String?) throws(DeviceError) {
        guard let format = format ?? documents.lazy.compactMap(\.format).first else {
            throw DeviceError(
                .invalidFile, "\(documents[0].name): not a device description that Kelvin knows",
                cure:
                    "known: an IBM backend configuration with its properties, an mqt-core device, a Cirq calibration, "
                    + "Braket device capabilities; --format says which it is meant to be")
        }
        var record: MachineRecord =
            switch format {
            case .ibm: try IBMImporter.read(documents)
            case .mqt: try MQTImporter.read(documents)
            case .cirq: try CirqImporter.read(documents)
            case .braket: try BraketImporter.read(documents)
            case .qdmi: try QDMIImporter.read(documents)
            case .ionq: try IonQImporter.read(documents)
            case .iqm: try IQMImporter.read(documents)
            }
        record.id = try Self.identifier(id ?? record.id, given: id != nil)
        let finished = record.finished()
        // What is written must be readable: the reader's checks are the invariants of a device file.
        file = try DeviceFile(text: finished.text, name: "import of \(documents.map(\.name).joined(separator: ", "))")
        warnings = record.warnings
        self.format = format
    }

    /// Letters, digits, '-' and '_' of the name; a name given by the user must be right as it is.
    private static func identifier(_ name: String, given: Bool) throws(DeviceError) -> String {
        func isAllowed(_ byte: UInt8) -> Bool {
            (byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A) || (byte >= 0x30 && byte <= 0x39) || byte == 0x2D
                || byte == 0x5F
        }
        if given {
            guard !name.isEmpty, name.utf8.count <= 64, name.utf8.allSatisfy(isAllowed) else {
                throw DeviceError(
                    .invalidFile, "\"\(name)\" is no device id", cure: "use 1…64 letters, digits, '-' and '_'")
            }
            return name
        }
        var result = ""
        for byte in name.lowercased().utf8 {
            if isAllowed(byte) {
                result.unicodeScalars.append(UnicodeScalar(byte))
            } else if !result.isEmpty, result.last != "-" {
                result.append("-")
            }
        }
        while result.last == "-" { result.removeLast() }
        return result.isEmpty ? "imported" : String(result.prefix(64))
    }
}
