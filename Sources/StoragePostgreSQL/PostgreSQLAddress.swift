public import Kernel

/// Where a database is: `postgres://user@host:5432/name?sslmode=verify-full`, or any other address that libpq understands.
///
/// A password is better kept out of it: libpq reads `PGPASSWORD` and `~/.pgpass` too.
public struct PostgreSQLAddress: Hashable, Sendable {
    public let text: String

    /// - Throws: `storage.address` for another scheme.
    public init(_ text: String) throws(KernelError) {
        guard text.hasPrefix("postgres://") || text.hasPrefix("postgresql://") else {
            throw KernelError(
                .program, code: "storage.address",
                "the address of the database begins with neither postgres:// nor "
                    + "postgresql://", cure: "write it as postgres://USER@HOST:PORT/NAME")
        }
        self.text = text
    }

    /// Without the password, and without parameters, which may hold one: for people and logs.
    public var shown: String {
        let parts = text.prefix { $0 != "?" }.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count > 1, let colon = parts[0].firstIndex(of: ":") else { return String(parts[0]) }
        // After the scheme's colon and two slashes comes the user, up to the next colon.
        let user = parts[0][colon...].dropFirst(3).prefix { $0 != ":" }
        return "\(parts[0][..<colon])://\(user)@\(parts[parts.count - 1])"
    }
}
