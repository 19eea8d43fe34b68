import HTTPTypes
import HummingbirdCore
import Kernel
import NIOCore
import Storage

// The audit trail: page by page for people, as one file for archives.
extension Call {
    private static let jsonLines = "application/x-ndjson"
    private static let table = "text/csv"
    /// Lines that are read, and sent, in one piece.
    private static let pieceSize = 1_000

    func audit() throws -> Answer {
        try checkQuery("before", "limit", "user")
        let form = try accepted(["application/json", Self.jsonLines, Self.table])
        let asked = try integer("limit", in: 1...(form == "application/json" ? 1_000 : 1 << 40))
        let before = Int64(try integer("before", in: 1...(1 << 53) - 1) ?? .max), user = try query("user")
        service.trail.flush()
        let answer =
            switch form {
            case Self.jsonLines:
                file(form, head: "", before, user, asked) { DocumentCoding.encode(AuditDocument($0)) + [0x0A] }
            case Self.table:
                file(form + "; charset=utf-8; header=present", head: AuditDocument.tableHead, before, user, asked) {
                    Array(AuditDocument($0).tableLine.utf8)
                }
            default: try page(before, user, asked ?? 100)
            }
        return answer.header(.vary, "Accept")
    }

    private func page(_ before: Int64, _ user: String?, _ limit: Int) throws -> Answer {
        let entries = try service.accounts.readAccounts { store throws(KernelError) in
            try store.audit(before: before, user: user, limit: limit)
        }
        return .json(
            AuditPage(
                entries: entries.map(AuditDocument.init),
                next: entries.count == limit
                    ? entries.last.map { "/v1/audit?limit=\(limit)&before=\($0.number)" } : nil))
    }

    /// All of it, the newest first, however long it is: one piece is held at a time. Lines that are added meanwhile are newer
    /// than the first, and lines are never changed, so that the file is as the trail was when it was asked for.
    private func file(
        _ type: String, head: String, _ before: Int64, _ user: String?, _ limit: Int?,
        line: @escaping @Sendable (AuditEntry) -> [UInt8]
    ) -> Answer {
        let accounts = service.accounts
        return Answer(
            .ok, headers: [.contentType: type],
            body: .stream { writer in
                if !head.isEmpty { try await writer.write(ByteBuffer(string: head)) }
                var before = before, left = limit ?? .max
                while left > 0 {
                    let start = before, count = min(left, Self.pieceSize)
                    let entries = try accounts.readAccounts { store throws(KernelError) in
                        try store.audit(before: start, user: user, limit: count)
                    }
                    if !entries.isEmpty { try await writer.write(ByteBuffer(bytes: entries.flatMap(line))) }
                    guard let last = entries.last, entries.count == count else { return }
                    before = last.number
                    left -= count
                }
            })
    }
}

// As RFC 4180 has tables.
extension AuditDocument {
    static let tableHead = "number,time,user,token,address,action,target,status,request\r\n"

    var tableLine: String {
        [String(number), time, user, token, address, action, target, String(status), request].map(Self.cell)
            .joined(separator: ",") + "\r\n"
    }

    /// Spreadsheets take what begins like a formula for one and run it, and a target is what a caller wrote: an apostrophe
    /// keeps it a text. JSON lines have every text as it is.
    private static func cell(_ text: String) -> String {
        let isFormula = text.utf8.first.map { [0x3D, 0x2B, 0x2D, 0x40, 0x09, 0x0D].contains($0) } ?? false
        let safe = isFormula ? "'" + text : text
        guard safe.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return safe }
        return "\"" + safe.replacing("\"", with: "\"\"") + "\""
    }
}
