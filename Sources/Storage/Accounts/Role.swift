/// What someone may do within a scope; each role may do what those before it may.
public enum Role: String, Codable, Sendable, Hashable, CaseIterable, Comparable {
    /// Reads devices, jobs and results.
    case viewer
    /// Submits jobs, and changes those of its own.
    case member
    /// Changes everyone's jobs; over the whole service also drains machines.
    case `operator`
    /// Changes projects, users, tokens and budgets.
    case admin

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    public static func < (a: Role, b: Role) -> Bool { a.rank < b.rank }
}

/// What a role holds for: written `*`, `acme` and `acme/lab`.
public enum Scope: Hashable, Sendable {
    case service
    case organisation(String)
    case project(ProjectPath)

    public init?(_ text: String) {
        if text == "*" {
            self = .service
        } else if let path = ProjectPath(text) {
            self = .project(path)
        } else if AccountName.isValid(text) {
            self = .organisation(text)
        } else {
            return nil
        }
    }

    public var text: String {
        switch self {
        case .service: "*"
        case .organisation(let name): name
        case .project(let path): path.text
        }
    }

    /// Whether everything in `other` is in this one.
    public func contains(_ other: Scope) -> Bool {
        switch (self, other) {
        case (.service, _): true
        case (.organisation(let name), .organisation(let other)): name == other
        case (.organisation(let name), .project(let other)): name == other.organisation
        case (.project(let path), .project(let other)): path == other
        default: false
        }
    }
}

/// A project of an organisation: `acme/lab`.
public struct ProjectPath: Hashable, Sendable, Comparable {
    public let organisation: String
    public let name: String

    public init(organisation: String, name: String) {
        self.organisation = organisation
        self.name = name
    }

    /// Nil for anything but two names and a slash.
    public init?(_ text: String) {
        let words = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard words.count == 2, words.allSatisfy(AccountName.isValid) else { return nil }
        (organisation, name) = (words[0], words[1])
    }

    public var text: String { "\(organisation)/\(name)" }

    public static func < (a: ProjectPath, b: ProjectPath) -> Bool { a.text < b.text }
}

/// Names of organisations, projects and users: they stand in paths, in addresses and in logs.
public enum AccountName {
    /// 1 to 40 of a–z, 0–9, `.`, `_` and `-`, the first a letter or a digit.
    public static func isValid(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard (1...40).contains(bytes.count), let first = bytes.first, isLetterOrDigit(first) else { return false }
        return bytes.allSatisfy { isLetterOrDigit($0) || [0x2E, 0x5F, 0x2D].contains($0) }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
    }
}
