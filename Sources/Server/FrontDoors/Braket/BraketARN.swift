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

    /// What it names, whose it is said to be, and whether it says that it is a simulator; nil for anything else.
    var device: (provider: String, name: String, isSimulator: Bool)? {
        let words = resource.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard words.count == 4, words[0] == "device", words[1] == "qpu" || words[1] == "quantum-simulator" else {
            return nil
        }
        return (words[2], words[3], words[1] == "quantum-simulator")
    }

    /// Simulators of Amazon's whose programs the machine `ideal` runs: by state vectors, and with noise in the program.
    /// Tensor networks (TN1) are another thing.
    private static let amazonSimulators: Set = ["sv1", "dm1"]

    /// The machine of ours that it names, or that does what Amazon's simulator of this name does.
    var ownMachine: String? {
        guard let device else { return nil }
        if device.provider == Self.provider { return device.name }
        let isOfAmazon = device.provider == "amazon" && device.isSimulator
        return isOfAmazon && Self.amazonSimulators.contains(device.name.lowercased()) ? "ideal" : nil
    }

    /// For a vendor's machine the one of the same vendor and name, with or without its number of qubits: `iqm/Garnet` is
    /// `garnet-20`.
    ///
    /// - Parameter machines: names and vendors of all that there are.
    func namesake(among machines: [(name: String, vendor: String)]) -> String? {
        guard let (provider, name, isSimulator) = device, !isSimulator else { return nil }
        let wanted = name.lowercased()
        let found = machines.filter { machine in
            guard machine.vendor.lowercased().split(separator: " ").contains(provider.lowercased()[...]) else {
                return false
            }
            let words = machine.name.split(separator: "-")
            let short = words.last.map { $0.allSatisfy(\.isNumber) } == true ? words.dropLast() : words[...]
            return machine.name == wanted || short.joined(separator: "-") == wanted
        }
        return found.count == 1 ? found[0].name : nil
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
