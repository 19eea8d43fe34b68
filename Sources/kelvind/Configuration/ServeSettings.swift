import Configuration
import Console
import Foundation
import Hardware
import Kernel
import Languages

/// The settings of a service from all places where they can be: flags go before the environment, the environment before
/// the file. What nobody knows is refused, with its place: a limit that is misspelt is no limit.
struct ServeSettings {
    private let reader: ConfigReader
    private typealias Lines = [AbsoluteConfigKey: ConfigContent]

    /// - Parameters:
    ///   - flags: those that were given.
    ///   - file: of the configuration; nil for the one that the environment names, if any.
    init(flags: [Setting: ConfigContent], environment: [String: String], file: String?) throws(CommandFailure) {
        try Self.check(environment)
        let file = file ?? environment[Setting.fileVariable].flatMap { $0.isEmpty ? nil : $0 }
        let lines: Lines = try file.map { path throws(CommandFailure) in try Self.read(path) } ?? [:]
        reader = ConfigReader(providers: [
            Self.provider(
                "flags", Dictionary(uniqueKeysWithValues: flags.map { ([$0.rawValue] as AbsoluteConfigKey, $1) })),
            EnvironmentVariablesProvider(environmentVariables: environment.filter { !$0.value.isEmpty })
                .prefixKeys(with: "kelvind"),
            Self.provider(file ?? "no file", lines),
        ])
    }

    func text(_ setting: Setting) -> String? { reader.string(forKey: Self.key(setting)) }
    func whole(_ setting: Setting) -> Int? { reader.int(forKey: Self.key(setting)) }
    func number(_ setting: Setting) -> Double? { reader.double(forKey: Self.key(setting)) }
    func flag(_ setting: Setting) -> Bool? { reader.bool(forKey: Self.key(setting)) }

    /// How machines are shared out; what is not set is as `rules` have it.
    func scheduling(over rules: SchedulingRules = .runtime) -> SchedulingRules {
        var rules = rules
        for parameter in SchedulingParameter.all {
            let key = ConfigKey([Setting.schedulingSection, parameter.name])
            let value: SchedulingParameter.Value? =
                switch parameter.kind {
                case .number, .whole: reader.double(forKey: key).map { .number($0) }
                case .word: reader.string(forKey: key).map { .word($0) }
                }
            // What stands there was looked at, with its place, when it was read.
            if let value { try? parameter.set(value, in: &rules) }
        }
        return rules
    }

    private static func key(_ setting: Setting) -> ConfigKey { ConfigKey([setting.rawValue]) }

    private static func provider(_ name: String, _ lines: Lines) -> InMemoryProvider {
        InMemoryProvider(name: name, values: lines.mapValues { ConfigValue($0, isSecret: false) })
    }

    private static func check(_ environment: [String: String]) throws(CommandFailure) {
        let parameters = SchedulingParameter.all
        let known =
            Setting.allCases.map(\.variable) + [Setting.fileVariable] + parameters.map(Setting.variable(of:))
        for (name, text) in environment.sorted(by: { $0.key < $1.key }) where name.hasPrefix(Setting.prefix) {
            guard known.contains(name) else {
                throw refusal("the environment", "'\(name)' is no setting", name, known)
            }
            if !text.isEmpty, let parameter = parameters.first(where: { Setting.variable(of: $0) == name }) {
                let value = Double(text).map { SchedulingParameter.Value.number($0) } ?? .word(text)
                try check(value, of: parameter, at: "the environment: \(name)")
            }
            guard !text.isEmpty, let setting = Setting.allCases.first(where: { $0.variable == name }) else { continue }
            let fits: Bool =
                switch setting.kind {
                case .text: true
                case .whole: Int(text) != nil
                case .number: Double(text)?.isFinite == true
                case .flag: ["true", "false", "yes", "no", "1", "0"].contains(text.lowercased())
                }
            guard fits else {
                throw CommandFailure.usage("the environment: \(name): '\(text)' is not \(setting.kind.words)")
            }
        }
    }

    /// Refuses a figure of the scheduler's that it does not take.
    private static func check(
        _ value: SchedulingParameter.Value?, of parameter: SchedulingParameter, at place: String
    ) throws(CommandFailure) {
        var rules = SchedulingRules.runtime
        do throws(SchedulingParameter.Fault) { try parameter.set(value, in: &rules) } catch {
            throw .usage("\(place): \(error.message)\n  cure: \(error.cure)")
        }
    }

    private static func read(_ path: String) throws(CommandFailure) -> Lines {
        let bytes = try TextFile.contents(of: path)
        func place(_ offset: Int?) -> String {
            "\(path):\(1 + bytes.prefix(offset ?? 0).count { $0 == 0x0A })"
        }
        let node: JSONNode
        do {
            node = try bytes.withUnsafeBufferPointer { buffer throws(DeviceFileFault) in try JSONParser.parse(buffer) }
        } catch {
            throw .usage("\(place(error.offset)): \(error.message)\n  cure: \(error.cure)")
        }
        guard case .object(let members) = node.kind else {
            throw .usage("\(place(node.offset)): expected an object, as {\"port\": 8280}")
        }
        var values: Lines = [:]
        for (name, value) in members {
            if name == Setting.schedulingSection {
                try read(scheduling: value, into: &values, place: place)
                continue
            }
            guard let setting = Setting(rawValue: name) else {
                throw refusal(
                    place(value.offset), "\"\(name.prefix(80))\" is no setting", name,
                    Setting.allCases.map(\.rawValue) + [Setting.schedulingSection])
            }
            let key: AbsoluteConfigKey = [setting.rawValue]
            switch (setting.kind, value.kind) {
            case (.text, .string(let text)): values[key] = .string(text)
            case (.whole, .number(let number)) where Int(exactly: number) != nil:
                values[key] = .int(Int(number))
            case (.number, .number(let number)): values[key] = .double(number)
            case (.flag, .bool(let flag)): values[key] = .bool(flag)
            default: throw .usage("\(place(value.offset)): \"\(name)\" is \(setting.kind.words)")
            }
        }
        return values
    }

    /// How machines are shared out: an object of its own, by the names that scenarios of the simulation use.
    private static func read(
        scheduling section: JSONNode, into values: inout Lines, place: (Int?) -> String
    ) throws(CommandFailure) {
        let name = Setting.schedulingSection
        guard case .object(let members) = section.kind else {
            throw .usage(
                "\(place(section.offset)): \"\(name)\" is an object\n  cure: write it as {\"patienceHours\": 2}")
        }
        for (key, value) in members {
            guard let parameter = SchedulingParameter.all.first(where: { $0.name == key }) else {
                throw refusal(
                    place(value.offset), "\"\(name).\(key.prefix(80))\" is no setting", key,
                    SchedulingParameter.all.map(\.name))
            }
            let given: SchedulingParameter.Value?
            switch value.kind {
            case .number(let number): given = .number(number)
            case .string(let word): given = .word(word)
            case .null, .bool, .array, .object: given = nil
            }
            try check(given, of: parameter, at: "\(place(value.offset)): \"\(name).\(key)\"")
            switch given {
            case .number(let number)?: values[[name, key]] = .double(number)
            case .word(let word)?: values[[name, key]] = .string(word)
            case nil: break
            }
        }
    }

    private static func refusal(
        _ place: String, _ message: String, _ name: String, _ known: [String]
    ) -> CommandFailure {
        let near = Suggestion.nearest(to: name, among: known).map { "did you mean '\($0)'? " } ?? ""
        return .usage("\(place): \(message)\n  cure: \(near)known are \(known.joined(separator: ", "))")
    }
}
