import Kernel
import Server
import StoragePostgreSQL

// What servers and workers share.
extension Examination {
    func sharedStore(at address: PostgreSQLAddress) -> [Finding] {
        let name = "database"
        let found: DatabaseInspection
        do throws(KernelError) { found = try PostgreSQLStorage.inspect(address) } catch {
            return [
                .failure(
                    name, "\(address.shown): \(error.message)",
                    cure: error.cure ?? "check that the server runs, and that this user may use the database")
            ]
        }
        let shown = "\(address.shown), PostgreSQL \(found.version)"
        var findings: [Finding] = []
        if Int(found.version.prefix { $0.isNumber }) ?? 0 < 13 {
            findings.append(.failure(name, shown, cure: "use PostgreSQL 13 or later"))
        } else if found.steps == 0 {
            findings.append(.ok(name, "\(shown): no tables yet; the first service makes them"))
        } else if found.missing > 0 {
            findings.append(
                .warning(
                    name, "\(shown), schema \(found.steps); this version adds \(found.missing) steps when it starts",
                    cure: "make a backup first: pg_dump"))
        } else {
            findings.append(.ok(name, "\(shown), schema \(found.steps), this version's"))
        }
        let milliseconds = (found.roundTrip * 1e5).rounded() / 100
        findings.append(
            found.roundTrip < 0.02
                ? .ok("database, answers", "in \(milliseconds) ms")
                : .warning(
                    "database, answers", "in \(milliseconds) ms",
                    cure: "each commit waits for it: have the servers near the database"))
        if abs(found.clockAhead) > 1 + found.roundTrip {
            findings.append(
                .warning(
                    "database, clock", "\((found.clockAhead * 10).rounded() / 10) s ahead of this computer's",
                    cure: "keep both in step (timedatectl set-ntp true): leases go by the database's, logs by this one")
            )
        }
        return findings
    }
}
