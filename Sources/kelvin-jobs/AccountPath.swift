import ArgumentParser

/// An account as it is named on the command line: physics, or physics/alice below it.
enum AccountPath {
    /// - Throws: where a part of the path is empty.
    static func validate(_ path: String, as name: String) throws {
        if path.split(separator: "/", omittingEmptySubsequences: false).contains(where: \.isEmpty) {
            throw ValidationError("\(name) must be a path such as physics/alice")
        }
    }
}
