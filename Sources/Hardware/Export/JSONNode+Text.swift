extension JSONNode {
    package init(_ kind: Kind) {
        self.kind = kind
        offset = 0
    }

    package static func object(_ members: [(String, JSONNode)]) -> JSONNode {
        JSONNode(.object(members.map { (key: $0.0, value: $0.1) }))
    }
    package static func list(_ items: [JSONNode]) -> JSONNode { JSONNode(.array(items)) }
    package static func text(_ value: String) -> JSONNode { JSONNode(.string(value)) }
    package static func number(_ value: Double) -> JSONNode { JSONNode(.number(value)) }
    package static func integer(_ value: Int) -> JSONNode { JSONNode(.number(Double(value))) }
    package static func flag(_ value: Bool) -> JSONNode { JSONNode(.bool(value)) }
    package static var null: JSONNode { JSONNode(.null) }

    /// On one line, as it travels.
    package var compactText: String {
        var result = ""
        write(into: &result, indent: nil)
        return result
    }

    /// For people: two spaces a level; what fits one line stays on one.
    package var prettyText: String {
        var result = ""
        write(into: &result, indent: "")
        return result + "\n"
    }

    private func write(into text: inout String, indent: String?) {
        switch kind {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .number(let value): text += DeviceFileWriter.number(value)
        case .string(let value): text += DeviceFileWriter.quoted(value)
        case .array(let items):
            Self.sequence(items.map { ("", $0) }, ("[", "]"), into: &text, indent: indent)
        case .object(let members):
            let keyed = members.map { ("\(DeviceFileWriter.quoted($0.key)): ", $0.value) }
            Self.sequence(keyed, ("{", "}"), into: &text, indent: indent)
        }
    }

    private static func sequence(
        _ items: [(prefix: String, value: JSONNode)], _ brackets: (String, String), into text: inout String,
        indent: String?
    ) {
        text += brackets.0
        let isFlat = indent == nil || items.allSatisfy(\.value.isLeaf)
        let deeper = indent.map { $0 + "  " }
        for (k, item) in items.enumerated() {
            if k > 0 { text += isFlat ? ", " : "," }
            if !isFlat, let deeper { text += "\n" + deeper }
            text += item.prefix
            item.value.write(into: &text, indent: isFlat ? nil : deeper)
        }
        if !isFlat, let indent { text += "\n" + indent }
        text += brackets.1
    }

    /// Whether it stays on its parent's line.
    private var isLeaf: Bool {
        switch kind {
        case .array(let items):
            items.count <= 8
                && items.allSatisfy {
                    switch $0.kind {
                    case .array, .object: false
                    default: true
                    }
                }
        case .object: false
        default: true
        }
    }
}
