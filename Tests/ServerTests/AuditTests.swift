import Foundation
import Kernel
import Storage
import Testing

@testable import Server

/// The audit trail as people and archives take it.
@Suite struct AuditTests {
    private static let wishes = ["lines": "application/x-ndjson", "table": "text/csv"]

    private func file(_ service: TestService, _ form: String, _ query: String = "") async throws -> HTTPAnswer {
        try await service.send(
            "GET", "/v1/audit" + query, token: service.admin, headers: [("Accept", Self.wishes[form] ?? form)])
    }

    /// Cells of a table (RFC 4180), read by nothing of ours.
    private func cells(_ text: String) -> [[String]] {
        var rows: [[String]] = [[""]], isQuoted = false, previous: Unicode.Scalar = " "
        for scalar in text.unicodeScalars {
            let row = rows.count - 1, cell = rows[row].count - 1
            switch scalar {
            case "\"":
                // Two of them are one.
                if !isQuoted, previous == "\"" { rows[row][cell].unicodeScalars.append(scalar) }
                isQuoted.toggle()
            case "," where !isQuoted: rows[row].append("")
            case "\r" where !isQuoted: break
            case "\n" where !isQuoted: rows.append([""])
            default: rows[row][cell].unicodeScalars.append(scalar)
            }
            previous = scalar
        }
        return rows.dropLast()
    }

    @Test func archivesGetAllOfIt() async throws {
        let service = try await TestService()
        let hostile = ["=cmd|' /C calc'!A0", "+1", "-1", "@x", "a \"word\", and more", "two\nlines\r\nor three", "ü,é"]
        let entries = (0..<2_600).map { number in
            AuditEntry(
                number: 0, time: 1_800_000_000 + Double(number), user: number % 2 == 0 ? "local/alice" : "local/bob",
                token: "tok-1", address: "127.0.0.1", action: "setPolicy", target: hostile[number % hostile.count],
                status: 200, request: "r\(number)")
        }
        try service.service.accounts.changeAccounts { store throws(KernelError) in try store.append(entries) }
        let lines = try await file(service, "lines")
        #expect(lines.status == 200 && lines.headers["transfer-encoding"] == "chunked")
        let read = try lines.text.split(separator: "\n").map {
            try JSONDecoder().decode(AuditDocument.self, from: Data($0.utf8))
        }.filter { $0.action == "setPolicy" }
        #expect(read.map(\.request) == entries.reversed().map(\.request))
        #expect(read.map(\.target) == entries.reversed().map(\.target))
        let table = try await file(service, "table")
        let rows = cells(table.text)
        #expect(table.headers["content-type"]?.hasPrefix("text/csv") == true)
        #expect(rows[0] == ["number", "time", "user", "token", "address", "action", "target", "status", "request"])
        #expect(rows.allSatisfy { $0.count == 9 })
        let kept = rows.filter { $0[5] == "setPolicy" }
        #expect(kept.map { $0[8] } == read.map(\.request) && kept.map { $0[1] } == read.map(\.time))
        // What a spreadsheet would run is a text; all else is as it was.
        for (row, line) in zip(kept, read) {
            #expect(row[6] == (["=", "+", "-", "@"].contains(line.target.first) ? "'" : "") + line.target)
        }
        // Parts of it, and pages.
        let hers = try await file(service, "lines", "?user=local/alice&limit=1250")
        #expect(hers.text.split(separator: "\n").count == 1_250)
        let older = try await file(service, "table", "?before=\(read[2_590].number)&user=local/bob")
        #expect(cells(older.text).dropFirst().allSatisfy { $0[2] == "local/bob" })
        #expect(cells(older.text).count == 1 + read[2_591...].count { $0.user == "local/bob" })
        let page = try await service.get("/v1/audit?limit=1000").object
        #expect((page["entries"] as? [Any])?.count == 1_000 && page["next"] != nil)
        #expect(try await service.get("/v1/audit?limit=1001").status == 400)
        #expect(try await file(service, "text/html").code == "not-acceptable")
        try await service.stop()
    }
}
