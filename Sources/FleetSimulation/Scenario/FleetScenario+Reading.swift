public import FoundationEssentials
import Kernel

/// Why a scenario was refused: the path in the file, what stands there, and the cure.
public struct ScenarioError: Error, Hashable, Sendable {
    public var path: String
    public var message: String
    public var cure: String?

    public init(_ path: String, _ message: String, cure: String? = nil) {
        self.path = path
        self.message = message
        self.cure = cure
    }
}

extension FleetScenario {
    /// Reads a scenario file (JSON). A key that is not known is an error, so that a typing mistake never passes.
    public init(json: Data) throws(ScenarioError) {
        let root: JSONValue
        do {
            root = try JSONDecoder().decode(JSONValue.self, from: json)
        } catch {
            throw ScenarioError("", "this is not JSON: \(error)")
        }
        var reader = try ScenarioObject(root, at: "")
        name = try reader.text("name", default: "fleet")
        seed = UInt64(try reader.integer("seed", in: 0...Int.max, default: 1))
        duration = try reader.number("days", in: 1e-4...3_650, default: 1) * 86_400
        warmUp = try reader.number("warmUpDays", in: 0...3_650, default: 0) * 86_400
        fidelitySample = try reader.integer("fidelitySample", in: 0...100_000, default: 200)
        devices = try reader.list("devices") { (object) throws(ScenarioError) in try DeviceGroup(&object) }
        accounts = try reader.list("accounts", default: []) { (object) throws(ScenarioError) in try Account(&object) }
        workload = try reader.object("workload") { (object) throws(ScenarioError) in try WorkloadSettings(&object) }
        scheduling =
            try reader.has("scheduling")
            ? reader.object("scheduling") { (object) throws(ScenarioError) in try SchedulingSettings(&object) }
            : SchedulingSettings()
        try reader.finish()
        try check()
    }

    private func check() throws(ScenarioError) {
        let count = devices.reduce(0) { $0 + $1.count }
        guard (1...1_000).contains(count) else {
            throw ScenarioError("devices", "\(count) machines", cure: "a scenario has 1 to 1,000 machines")
        }
        guard warmUp < duration else {
            throw ScenarioError("warmUpDays", "the warm-up takes the whole duration", cure: "make it shorter than days")
        }
        var names: Set<String> = []
        for account in accounts {
            for user in [account] + account.users where !names.insert(user.name).inserted {
                throw ScenarioError(
                    "accounts", "'\(user.name)' is there twice", cure: "give each account a name of its own")
            }
        }
        for group in devices {
            for reserved in group.reservations where !names.contains(reserved.account) {
                throw ScenarioError("devices.reservations.account", "there is no account '\(reserved.account)'")
            }
        }
    }
}

extension FleetScenario.DeviceGroup {
    init(_ object: inout ScenarioObject) throws(ScenarioError) {
        self.init(file: try object.text("file"))
        count = try object.integer("count", in: 1...1_000, default: 1)
        spread = try object.number("spread", in: 0...2, default: spread)
        calibrateEvery =
            try object.number("calibrateEveryHours", in: 0.01...1e6, default: calibrateEvery / 3_600) * 3_600
        calibrationSeconds =
            try object.number("calibrationMinutes", in: 0...10_000, default: calibrationSeconds / 60) * 60
        driftPerDay = try object.number("driftPerDay", in: 0...5, default: driftPerDay)
        pricePerSecond = try object.number("pricePerSecond", in: 0...1e9, default: 0)
        crosstalk = object.has("crosstalkHertz") ? try object.number("crosstalkHertz", in: 0...1e7) : nil
        reservations = try object.list("reservations", default: []) { (entry) throws(ScenarioError) in
            let reserved = FleetScenario.ReservedTime(
                account: try entry.text("account"), start: try entry.number("startHours", in: 0...1e6) * 3_600,
                seconds: try entry.number("hours", in: 0.001...1e5) * 3_600,
                every: (try entry.number("everyHours", in: 0...8_784, default: 0) * 60).rounded() * 60)
            guard reserved.every == 0 || reserved.every >= reserved.seconds else {
                throw ScenarioError(
                    entry.path("everyHours"), "the machine is still kept when the time comes again",
                    cure: "give more than hours, or 0 for once")
            }
            return reserved
        }
    }
}

extension FleetScenario.Account {
    init(_ object: inout ScenarioObject) throws(ScenarioError) {
        self.init(name: try object.text("name"))
        share = try object.number("share", in: 1e-6...1e9, default: 1)
        demand = object.has("demand") ? try object.number("demand", in: 0...1e9) : nil
        users = try object.list("users", default: []) { (user) throws(ScenarioError) in try FleetScenario.Account(&user)
        }
    }
}

extension WorkloadSettings {
    init(_ object: inout ScenarioObject) throws(ScenarioError) {
        self.init(
            load: try object.number("load", in: 0.001...100, default: 0.8),
            programs: try object.list("programs", default: []) { (entry) throws(ScenarioError) in
                let name = try entry.text("kind")
                guard let kind = ProgramKind(rawValue: name) else {
                    throw ScenarioError(
                        entry.path("kind"), "there is no program '\(name)'",
                        cure: "take one of \(ProgramKind.allCases.map(\.rawValue).joined(separator: ", "))")
                }
                return ProgramMix(
                    kind, qubits: try entry.range("qubits", in: 2...SiteLimit.width),
                    shots: try entry.range("shots", in: 1...1_000_000),
                    weight: try entry.number("weight", in: 1e-9...1e9, default: 1))
            })
        jobs = object.has("jobs") ? try object.integer("jobs", in: 1...100_000_000) : nil
        dailySwing = try object.number("dailySwing", in: 0...1, default: 0)
        burst = try object.number("burst", in: 1...10_000, default: 1)
        let parts = try object.numbers("priorities", in: 0...1e9, default: [0, 1, 0])
        guard parts.count == 3, parts.reduce(0, +) > 0 else {
            throw ScenarioError(object.path("priorities"), "not three parts", cure: "write [low, normal, high]")
        }
        priorities = parts
        deadlineShare = try object.number("deadlineShare", in: 0...1, default: 0)
        deadlineSeconds = try object.number("deadlineHours", in: 0.001...1e5, default: 1) * 3_600
        aloneShare = try object.number("aloneShare", in: 0...1, default: 0)
        runtimeSpread = try object.number("runtimeSpread", in: 0...2, default: 0.1)
        batchSpread = try object.number("batchSpread", in: 0...1, default: 0)
        trace = object.has("trace") ? try object.text("trace") : nil
        if programs.isEmpty, trace == nil {
            throw ScenarioError(object.path("programs"), "no programs and no trace", cure: "give one of the two")
        }
    }

    enum SiteLimit { static let width = 512 }
}

extension SchedulingSettings {
    init(_ object: inout ScenarioObject) throws(ScenarioError) {
        self.init()
        let name = try object.text("policy", default: "kelvin")
        guard let known = Policy(rawValue: name) else {
            throw ScenarioError(
                object.path("policy"), "there is no policy '\(name)'",
                cure: "take one of \(Policy.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        policy = known
        for parameter in SchedulingParameter.all { try object.read(parameter, into: &rules) }
    }
}
