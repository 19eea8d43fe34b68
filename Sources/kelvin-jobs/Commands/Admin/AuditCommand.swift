import ArgumentParser
import Client
import Console
import Kernel
import Storage

extension AdminCommand {
    struct AuditCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "audit", abstract: "Print who changed what, and who was turned away; the newest first.")

        @OptionGroup var service: ServiceOption

        @Option(help: "Only what this user did: ORGANISATION/NAME.")
        var user: String?

        @Option(help: "How many lines at most.")
        var limit = 50

        @Option(help: "text, json or csv.")
        var format = Format.text

        enum Format: String, ExpressibleByArgument, CaseIterable {
            case text, json, csv
        }

        func validate() throws { if limit < 1 { throw ValidationError("--limit must be at least 1") } }

        func run() throws {
            let entries = try asking(service) { client throws(KernelError) in
                var page: AuditPage = try client.get(
                    "/v1/audit", [("limit", "\(min(limit, 1000))")] + (user.map { [("user", $0)] } ?? []))
                var entries = page.entries
                while entries.count < limit, let next = page.next {
                    page = try client.get(next)
                    entries += page.entries
                }
                return Array(entries.prefix(limit))
            }
            let headings = ["TIME", "USER", "TOKEN", "ADDRESS", "ACTION", "TARGET", "STATUS", "REQUEST"]
            let row = { (entry: AuditDocument) in
                [
                    entry.time, entry.user, entry.token, entry.address, entry.action, entry.target, "\(entry.status)",
                    entry.request,
                ]
            }
            switch format {
            case .text: show(entries, .text, headings, row)
            case .json: show(entries, .json, headings, row)
            case .csv:
                for line in [headings.map { $0.lowercased() }] + entries.map(row) {
                    Terminal.write(line.map(Self.cell).joined(separator: ",") + "\r\n")
                }
            }
        }

        /// A cell (RFC 4180); what a spreadsheet would take for a formula is shown as text.
        private static func cell(_ text: String) -> String {
            let isFormula = text.first.map { "=+-@\t\r".contains($0) } ?? false
            let shown = isFormula ? "'" + text : text
            guard shown.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return shown }
            return "\"" + shown.replacing("\"", with: "\"\"") + "\""
        }
    }
}
