// In Prometheus' text format 0.0.4.
extension Metrics {
    var prometheusText: String {
        var lines: [String] = [], last = ""
        for (key, reading) in snapshot {
            let name = Self.word(key.name)
            if name != last {
                if let text = description(of: key.name) {
                    lines.append(
                        "# HELP \(name) \(text.replacing("\\", with: "\\\\").replacing("\n", with: "\\n"))")
                }
                lines.append("# TYPE \(name) \(reading.typeName)")
                last = name
            }
            let labels = key.dimensions.map { "\(Self.word($0.name))=\"\(Self.escaped($0.value))\"" }
            switch reading {
            case .counter(let value), .gauge(let value):
                lines.append("\(name)\(Self.braces(labels)) \(Self.number(value))")
            case .histogram(let buckets, let sum):
                var total: UInt64 = 0
                for (index, count) in buckets.enumerated() {
                    total += count
                    let bound = index < Series.bounds.count ? "\(Series.bounds[index])" : "+Inf"
                    lines.append("\(name)_bucket\(Self.braces(labels + ["le=\"\(bound)\""])) \(total)")
                }
                lines.append("\(name)_sum\(Self.braces(labels)) \(sum)")
                lines.append("\(name)_count\(Self.braces(labels)) \(total)")
            }
        }
        return lines.map { $0 + "\n" }.joined()
    }

    private static func braces(_ labels: [String]) -> String {
        labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}"
    }

    /// Whole numbers without a point.
    private static func number(_ value: Double) -> String { Int64(exactly: value).map(String.init) ?? "\(value)" }

    /// Letters, digits and underscores, no digit first.
    private static func word(_ name: String) -> String {
        let word = String(
            name.map { character in
                character.isASCII && (character.isLetter || character.isNumber || character == "_") ? character : "_"
            })
        return word.first?.isNumber == true ? "_" + word : word
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}

extension Series.Reading {
    fileprivate var typeName: String {
        switch self {
        case .counter: "counter"
        case .gauge: "gauge"
        case .histogram: "histogram"
        }
    }
}
