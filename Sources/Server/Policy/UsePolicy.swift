import Kernel
import Storage

/// Who may run which size and kind of program on which machine: rules in order, the first that fits decides.
struct UsePolicy: Codable, Hashable, Sendable {
    enum Decision: String, Codable, CaseIterable, Sendable {
        case allow, deny
    }

    var rules: [Rule]
    /// Where no rule fits.
    var otherwise: Decision

    static let open = UsePolicy(rules: [], otherwise: .allow)

    /// A rule fits a use that meets all of its conditions; one that is left out is met.
    struct Rule: Codable, Hashable, Sendable {
        /// What errors and the audit trail call it.
        var name: String
        /// Patterns, in which `*` stands for anything.
        var projects: [String]?
        var users: [String]?
        var devices: [String]?
        /// Roles in the project.
        var roles: [String]?
        /// Met by a use of one of these kinds.
        var kinds: [Use.Kind]?
        /// Met where one of these figures is exceeded.
        var over: Figures?
        /// Met where none of these figures is exceeded.
        var upTo: Figures?
        var decision: Decision
        /// For whoever is refused.
        var because: String?
    }

    /// What is decided about a use, and how.
    struct Verdict: Sendable {
        var decision: Decision
        /// Nil where no rule fits.
        var rule: Rule?
        /// Each rule that was looked at, with why it does not fit.
        var trace: [(rule: String, mismatch: String?)]
    }

    func verdict(on use: Use) -> Verdict {
        var trace: [(rule: String, mismatch: String?)] = []
        for rule in rules {
            let mismatch = rule.mismatch(with: use)
            trace.append((rule.name, mismatch))
            if mismatch == nil { return Verdict(decision: rule.decision, rule: rule, trace: trace) }
        }
        return Verdict(decision: otherwise, rule: nil, trace: trace)
    }
}

/// A program that someone wants to run on a machine, as rules see it.
struct Use: Sendable {
    enum Kind: String, Codable, CaseIterable, Sendable {
        case sampler, estimator
        /// What happens depends on outcomes.
        case dynamic
        /// It brings calibrations of gates along.
        case calibrations
        /// It names the machine's sites.
        case physical
        /// It was compiled elsewhere.
        case compiled
        /// The machine is real, or somebody else's.
        case remote
        case urgent
        /// Sessions and batches that are opened.
        case session, dedicated, batch
    }

    var project: String
    var user: String
    var role: Role
    var device: String
    var kinds: Set<Kind>
    var figures: Figures
}

/// How large a use is, or may be; nil for what nothing is said of.
struct Figures: Codable, Hashable, Sendable {
    var qubits: Double?
    /// Gates on the longest path of the program as it was written.
    var depth: Double?
    var twoQubitGates: Double?
    /// Of all programs together.
    var shots: Double?
    var programs: Double?
    /// Estimated machine time, seconds; the longest time of a session.
    var machineSeconds: Double?

    static let fields: [(name: String, path: any WritableKeyPath<Figures, Double?> & Sendable)] = [
        ("qubits", \.qubits), ("depth", \.depth), ("twoQubitGates", \.twoQubitGates), ("shots", \.shots),
        ("programs", \.programs), ("machineSeconds", \.machineSeconds),
    ]

    /// The first figure that lies above its limit. What is not known of a use lies above every limit: nobody gets past a
    /// rule by leaving something out.
    func excess(over limits: Figures) -> String? {
        for (name, path) in Self.fields {
            guard let limit = limits[keyPath: path] else { continue }
            guard let own = self[keyPath: path] else { return "\(name) is not known, \(Self.text(limit)) is the limit" }
            if own > limit { return "\(name) is \(Self.text(own)), \(Self.text(limit)) is the limit" }
        }
        return nil
    }

    private static func text(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
    }
}

extension UsePolicy.Rule {
    /// Why it does not fit; nil where it does.
    func mismatch(with use: Use) -> String? {
        for (name, patterns, text) in [
            ("project", projects, use.project), ("user", users, use.user), ("device", devices, use.device),
        ] {
            guard let patterns, !patterns.contains(where: { Self.matches(text, $0) }) else { continue }
            return "the \(name) is \(text)"
        }
        if let roles, !roles.contains(use.role.rawValue) { return "the role is \(use.role.rawValue)" }
        if let kinds, use.kinds.isDisjoint(with: kinds) {
            return "it is none of \(kinds.map(\.rawValue).joined(separator: ", "))"
        }
        if let over, use.figures.excess(over: over) == nil { return "nothing exceeds what it names" }
        if let upTo, let excess = use.figures.excess(over: upTo) { return excess }
        return nil
    }

    /// Whether a text fits a pattern. Time grows with the product of the lengths, whatever the pattern.
    static func matches(_ text: String, _ pattern: String) -> Bool {
        let text = Array(text.utf8), pattern = Array(pattern.utf8)
        var place = 0, at = 0, star: (pattern: Int, text: Int)?
        while place < text.count {
            if at < pattern.count, pattern[at] == 0x2A {
                star = (at, place)
                at += 1
            } else if at < pattern.count, pattern[at] == text[place] {
                at += 1
                place += 1
            } else if let last = star {
                star = (last.pattern, last.text + 1)
                at = last.pattern + 1
                place = last.text + 1
            } else {
                return false
            }
        }
        return pattern[at...].allSatisfy { $0 == 0x2A }
    }
}
