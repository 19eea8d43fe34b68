import Kernel

/// What can be set of a service: by a flag of `serve`, an environment variable, or a line of the configuration file.
enum Setting: String, CaseIterable {
    case data, host, port, certificate, privateKey, plaintext, rate, wrongTokens, jobsPerProject, lease, logLevel
    case otlpEndpoint, database, blobs, noWork, identity, keyFile, jobs, grace

    enum Kind {
        case text, whole, number, flag

        var words: String {
            switch self {
            case .text: "a text"
            case .whole: "a whole number"
            case .number: "a number"
            case .flag: "true or false"
            }
        }
    }

    var kind: Kind {
        switch self {
        case .data, .host, .certificate, .privateKey, .logLevel, .otlpEndpoint, .database, .blobs, .identity,
            .keyFile:
            .text
        case .port, .wrongTokens, .jobsPerProject, .jobs: .whole
        case .rate, .lease, .grace: .number
        case .plaintext, .noWork: .flag
        }
    }

    /// `KELVIND_PRIVATE_KEY`.
    var variable: String { Self.prefix + Self.split(rawValue, "_").uppercased() }

    /// `--private-key`.
    var option: String { "--" + Self.split(rawValue, "-") }

    static let prefix = "KELVIND_"
    /// The section of the file that says how machines are shared out. Its figures have no flags.
    static let schedulingSection = "scheduling"

    /// `KELVIND_SCHEDULING_PATIENCE_HOURS`.
    static func variable(of parameter: SchedulingParameter) -> String {
        prefix + schedulingSection.uppercased() + "_" + split(parameter.name, "_").uppercased()
    }

    /// Names the configuration file itself.
    static let fileVariable = "KELVIND_CONFIG"

    private static func split(_ name: String, _ separator: String) -> String {
        name.map { $0.isUppercase ? separator + $0.lowercased() : String($0) }.joined()
    }
}
