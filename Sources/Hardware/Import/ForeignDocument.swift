/// One input file of an import, parsed: JSON, or the text form of a protocol buffer (a Cirq device specification).
struct ForeignDocument {
    enum Content {
        case json(JSONNode)
        case protocolText(ProtocolText)
    }

    let name: String
    let content: Content
    private let bytes: [UInt8]

    init(_ source: DeviceImport.Source) throws(DeviceError) {
        name = source.name
        bytes = source.bytes
        if let text = ProtocolText(source.bytes), text.contains("valid_qubits") {
            content = .protocolText(text)
            return
        }
        do {
            content = .json(
                try bytes.withUnsafeBufferPointer { buffer throws(DeviceFileFault) in try JSONParser.parse(buffer) })
        } catch {
            throw DeviceError(.invalidFile, Self.message(error, name: name, bytes: bytes), cure: error.cure)
        }
    }

    init(name: String, json: JSONNode) {
        self.name = name
        bytes = []
        content = .json(json)
    }

    var json: JSONNode? {
        if case .json(let node) = content { node } else { nil }
    }

    /// What the content looks like.
    var format: DeviceImport.Format? {
        guard let json else { return .cirq }
        if json.has("backend_name") && (json.has("n_qubits") || json.has("qubits")) { return .ibm }
        if json.has("numQubits") && json.has("operations") { return .mqt }
        if json.has("metrics") { return .cirq }
        if json.has("reportedSites") && json.has("operations") { return .qdmi }
        if json.has("calibration_set_id") && json.has("gates") { return .iqm }
        if json.has("characterizations") || (json.has("backend") && json.has("qubits")) { return .ionq }
        if json.has("braketSchemaHeader") && json.has("paradigm") { return .braket }
        return nil
    }

    /// Runs a reading of this document; a fault gets the file, the line and the column.
    func reading<T>(_ body: (JSONNode) throws(DeviceFileFault) -> T) throws(DeviceError) -> T {
        guard let json else {
            throw DeviceError(.invalidFile, "\(name): a JSON file is expected here", cure: "check the order of files")
        }
        do { return try body(json) } catch {
            throw DeviceError(.invalidFile, Self.message(error, name: name, bytes: bytes), cure: error.cure)
        }
    }

    private static func message(_ fault: DeviceFileFault, name: String, bytes: [UInt8]) -> String {
        var place = name
        if let offset = fault.offset, !bytes.isEmpty {
            let before = bytes[..<min(offset, bytes.count)]
            let line = before.count { $0 == 0x0A } + 1
            let column = before.count - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
            place += ":\(line):\(column)"
        }
        return "\(place): \(fault.path.isEmpty ? "" : "\(fault.path): ")\(fault.message)"
    }
}

extension JSONNode {
    package func has(_ key: String) -> Bool { member(key) != nil }

    /// The value of a key; nil where it is missing, null, or this is no object.
    package func member(_ key: String) -> JSONNode? {
        guard case .object(let members) = kind, let found = members.first(where: { $0.key == key }) else { return nil }
        if case .null = found.value.kind { return nil }
        return found.value
    }

    package func required<T>(
        _ key: String, _ read: (JSONNode) throws(DeviceFileFault) -> T
    ) throws(DeviceFileFault) -> T {
        guard case .object = kind else { throw mismatch("an object") }
        guard let value = try optional(key, read) else {
            throw DeviceFileFault("\"\(key)\" is missing", cure: "give the whole file, as it was published", at: offset)
        }
        return value
    }

    /// Null counts as missing: vendors write it for figures they do not have.
    package func optional<T>(
        _ key: String, _ read: (JSONNode) throws(DeviceFileFault) -> T
    ) throws(DeviceFileFault) -> T? {
        guard let node = member(key) else { return nil }
        do { return try read(node) } catch { throw error.inside(key) }
    }

    /// The members of an object in the order of the text, read one by one.
    package func members<T>(
        _ read: (String, JSONNode) throws(DeviceFileFault) -> T
    ) throws(DeviceFileFault) -> [T] {
        guard case .object(let members) = kind else { throw mismatch("an object") }
        var result: [T] = []
        for (key, value) in members {
            do { result.append(try read(key, value)) } catch { throw error.inside(key) }
        }
        return result
    }

    /// A finite number in `range`.
    func number(in range: ClosedRange<Double>, _ meaning: String) throws(DeviceFileFault) -> Double {
        let value = try number()
        guard range.contains(value) else {
            throw DeviceFileFault("\(meaning) of \(excerpt)", cure: "correct the figure", at: offset)
        }
        return value
    }
}
