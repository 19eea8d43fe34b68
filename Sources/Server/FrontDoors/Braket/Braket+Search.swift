import Hardware
import Kernel
import Storage

extension Call {
    func searchBraketTasks() throws -> Answer {
        let search: BraketSearch = try decoded()
        var found: [BraketTaskSummary] = [], offset = search.offset, isOver = false
        search: while !isOver, found.count < search.limit {
            let page = try records(BraketTask.door, BraketTask.kind, limit: 200, offset: offset).page
            isOver = page.count < 200
            for record in page {
                offset += 1
                let summary = BraketTaskSummary(try BraketTask(record), try summary(of: record))
                if try search.filters.allSatisfy({ try $0.matches(summary) }) { found.append(summary) }
                if found.count == search.limit { break search }
            }
        }
        let more = try records(BraketTask.door, BraketTask.kind, limit: 1, offset: offset).page
        return .json(Page(quantumTasks: found, nextToken: more.isEmpty ? nil : "\(offset)"))
    }

    private struct Page: Encodable {
        var quantumTasks: [BraketTaskSummary]
        var nextToken: String?
    }
}

/// What is looked for.
struct BraketSearch: Decodable {
    var filters: [Filter]
    var limit: Int
    /// Tasks that were looked at before.
    var offset = 0

    struct Filter: Decodable {
        var name: String
        var values: [String]
        var comparison: String

        private static let names = ["quantumTaskArn", "deviceArn", "jobArn", "status", "createdAt"]
        private static let comparisons = ["LT", "LTE", "EQUAL", "GT", "GTE", "BETWEEN"]

        init(from decoder: any Decoder) throws {
            let fields = try Fields(decoder, known: ["name", "values", "operator"])
            name = try fields.required("name")
            values = try fields.required("values")
            comparison = try fields.required("operator")
            guard Self.names.contains(name) else {
                throw fields.wrong("name", "'\(name.clipped)' is none of \(Self.names.joined(separator: ", "))")
            }
            guard Self.comparisons.contains(comparison) else {
                throw fields.wrong(
                    "operator", "'\(comparison.clipped)' is none of \(Self.comparisons.joined(separator: ", "))")
            }
            guard (1...256).contains(values.count), comparison != "BETWEEN" || values.count == 2 else {
                throw fields.wrong("values", "expected 1 to 256 values, two of them for BETWEEN")
            }
            if name != "createdAt", comparison != "EQUAL" {
                throw fields.wrong("operator", "'\(name)' can be EQUAL alone")
            }
        }

        func matches(_ task: BraketTaskSummary) throws -> Bool {
            switch name {
            case "quantumTaskArn": return values.contains(task.quantumTaskArn)
            case "deviceArn": return values.contains(task.deviceArn)
            case "status": return values.contains(task.status)
            case "jobArn": return false
            default: break
            }
            // Times of one form are ordered as texts are.
            let times = try values.map(Self.time)
            let own = try Self.time(task.createdAt)
            return switch comparison {
            case "LT": own < times[0]
            case "LTE": own <= times[0]
            case "GT": own > times[0]
            case "GTE": own >= times[0]
            case "BETWEEN": (min(times[0], times[1])...max(times[0], times[1])).contains(own)
            default: times.contains(own)
            }
        }

        /// `2026-11-23T10:15:00.123Z`, `2026-11-23T10:15:00+00:00`, `2026-11-23`.
        private static func time(_ text: String) throws -> Double {
            var body = text, fraction = 0.0
            for zone in ["Z", "+00:00"] where body.hasSuffix(zone) { body.removeLast(zone.count) }
            if let point = body.firstIndex(of: ".") {
                fraction = Double("0" + body[point...]) ?? .nan
                body = String(body[..<point])
            }
            if body.count == 10 { body += "T00:00:00" }
            guard fraction.isFinite, let seconds = Timestamp.seconds(from: body + "Z") else {
                throw Problem(.badField, "createdAt: '\(text.clipped)' is no time such as 2026-11-23T10:15:00.000Z")
            }
            return seconds + fraction
        }
    }

    init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, known: ["filters", "maxResults", "nextToken"])
        filters = try fields.required("filters")
        limit = try fields.optional("maxResults") ?? 100
        guard (1...100).contains(limit) else { throw fields.wrong("maxResults", "expected 1 to 100") }
        if let token: String = try fields.nullable("nextToken") {
            guard let offset = Int(token), offset >= 0 else { throw fields.wrong("nextToken", "it is none of ours") }
            self.offset = offset
        }
    }
}
