/// Amazon's resource names for what Kelvin has.
struct BraketARN: Hashable, Sendable {
    /// Empty for what belongs to no region.
    var region: String
    var account: String
    /// `device/qpu/kelvin/heron-133`, `quantum-task/…`
    var resource: String

    /// Where machines are said to be: one place for all, so that a search of every region finds each of them once.
    static let region = "us-east-1"
    /// What Amazon calls an account; who somebody is, only the token says.
    static let account = "000000000000"
    private static let provider = "kelvin"

    init(region: String, account: String, resource: String) {
        self.region = region
        self.account = account
        self.resource = resource
    }

    init?(_ text: String) {
        let words = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false).map(String.init)
        guard words.count == 6, words[0] == "arn", words[1] == "aws", words[2] == "braket" else { return nil }
        self.init(region: words[3], account: words[4], resource: words[5])
    }

    init(device: String, isSimulator: Bool) {
        self.init(
            region: isSimulator ? "" : Self.region, account: "",
            resource: "device/\(isSimulator ? "quantum-simulator" : "qpu")/\(Self.provider)/\(device)")
    }

    var text: String { "arn:aws:braket:\(region):\(account):\(resource)" }

    /// The machine it names, and whether it says that it is a simulator; nil for anything else.
    var device: (name: String, isSimulator: Bool)? {
        let words = resource.split(separator: "/", omittingEmptySubsequences: false)
        guard words.count == 4, words[0] == "device", words[2] == Self.provider,
            words[1] == "qpu" || words[1] == "quantum-simulator"
        else { return nil }
        return (String(words[3]), words[1] == "quantum-simulator")
    }

    /// The last word of a task's name.
    var task: String? {
        resource.hasPrefix("quantum-task/") ? String(resource.dropFirst("quantum-task/".count)) : nil
    }

    /// The task of the last word of its name.
    static func task(_ name: String) -> BraketARN {
        BraketARN(region: region, account: account, resource: "quantum-task/\(name)")
    }
}
