extension Diagnostic {
    /// The diagnostic as a compiler prints it: position, code and message; the line with a caret under the place; the
    /// other places alike; cause and cure. Ends without a line break.
    public func rendered(in source: SourceText) -> String {
        var result = Self.heading(place, in: source) + "\(severity.rawValue)[\(code.rawValue)]: \(message)\n"
        result += Self.excerpt(place, in: source)
        for other in related {
            result += "\n" + Self.heading(other, in: source) + "note: \(other.label)\n"
            result += Self.excerpt(Place(other.range), in: source)
        }
        if let cause { result += "\n  cause: \(cause)" }
        if let cure { result += "\n  cure: \(cure)" }
        return result
    }

    private static func heading(_ place: Place, in source: SourceText) -> String {
        guard let (file, line, column) = source.filePosition(of: place.range.lowerBound) else {
            return "\(source.name): "
        }
        return "\(file):\(line):\(column): "
    }

    /// Columns of text shown around a place in a very long line.
    private static let width = 100

    private static func excerpt(_ place: Place, in source: SourceText) -> String {
        guard let (number, column) = source.position(of: place.range.lowerBound) else { return "" }
        let bytes = source.line(number)
        // Only the neighbourhood of the place is decoded: a line may be a hundred megabytes long.
        let from = max(bytes.startIndex, place.range.lowerBound - width * 4)
        let to = min(bytes.endIndex, max(place.range.lowerBound, from) + width * 4)
        var scalars = Array(String(decoding: bytes[from..<max(from, to)], as: UTF8.self).unicodeScalars)
        var caret =
            from == bytes.startIndex
            ? column - 1
            : String(decoding: bytes[from..<place.range.lowerBound], as: UTF8.self).unicodeScalars.count
        let end = min(place.range.upperBound, bytes.endIndex)
        var length =
            end > place.range.lowerBound
            ? String(decoding: bytes[place.range.lowerBound..<min(end, to)], as: UTF8.self).unicodeScalars.count : 1
        length = max(length, 1)
        var before = ""
        var after = ""
        if caret > width / 2 && (scalars.count > width || from > bytes.startIndex) {
            let cut = caret - width / 2
            scalars.removeFirst(min(cut, scalars.count))
            caret -= cut
            before = "…"
        } else if from > bytes.startIndex {
            before = "…"
        }
        if scalars.count > width || to < bytes.endIndex {
            scalars.removeLast(max(0, scalars.count - width))
            length = max(1, min(length, scalars.count - caret))
            after = "…"
        }
        // A tab stays a tab above the caret too, so that both lines indent alike; nothing else that moves a terminal's
        // cursor gets through.
        var text = before
        var marks = before.isEmpty ? "" : " "
        for (k, scalar) in scalars.enumerated() {
            let isTab = scalar == "\t"
            text.unicodeScalars.append(isTab || !isControl(scalar) ? scalar : "\u{FFFD}")
            if k < caret { marks += isTab ? "\t" : " " }
        }
        if caret > scalars.count { marks += String(repeating: " ", count: caret - scalars.count) }
        marks += "^" + String(repeating: "~", count: length - 1)
        return text + after + "\n" + marks + (place.label.isEmpty ? "" : " " + place.label)
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (scalar.value >= 0x7F && scalar.value < 0xA0)
            || scalar.properties.generalCategory == .format
    }
}
