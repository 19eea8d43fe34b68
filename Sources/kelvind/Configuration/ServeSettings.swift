import Configuration
import Console
import Foundation
import Hardware
import Languages

/// The settings of a service from all places where they can be: flags go before the environment, the environment before
/// the file. What nobody knows is refused, with its place: a limit that is misspelt is no limit.
struct ServeSettings {
    private let reader: ConfigReader

    /// - Parameters:
    ///   - flags: those that were given.
    ///   - file: of the configuration; nil for the one that the environment names, if any.
    init(flags: [Setting: ConfigContent], environment: [String: String], file: String?) throws(CommandFailure) {
        try Self.check(environment)
        let file = file ?? environment[Setting.fileVariable].flatMap { $0.isEmpty ? nil : $0 }
        let lines = try file.map { path throws(CommandFailure) in try Self.read(path) } ?? [:]
        reader = ConfigReader(providers: [
            Self.provider("flags", flags),
            EnvironmentVariablesProvider(environmentVariables: environment.filter { !$0.value.isEmpty })
                .prefixKeys(with: "kelvind"),
            Self.provider(file ?? "no file", lines),
        ])
    }

    func text(_ setting: Setting) -> String? { reader.string(forKey: Self.key(setting)) }
    func whole(_ setting: Setting) -> Int? { reader.int(forKey: Self.key(setting)) }
    func number(_ setting: Setting) -> Double? { reader.double(forKey: Self.key(setting)) }
    func flag(_ setting: Setting) -> Bool? { reader.bool(forKey: Self.key(setting)) }

    private static func key(_ setting: Setting) -> ConfigKey { ConfigKey([setting.rawValue]) }

    private static func provider(_ name: String, _ values: [Setting: ConfigContent]) -> InMemoryProvider {
        InMemoryProvider(
            name: name,
            values: Dictionary(
                uniqueKeysWithValues: values.map { setting, content in
                    (AbsoluteConfigKey([setting.rawValue]), ConfigValue(content, isSecret: false))
                }))
    }

    private static func check(_ environment: [String: String]) throws(CommandFailure) {
        let known = Setting.allCases.map(\.variable) + [Setting.fileVariable]
        for (name, text) in environment.sorted(by: { $0.key < $1.key }) where name.hasPrefix(Setting.prefix) {
            guard known.contains(name) else {
                throw refusal("the environment", "'\(name)' is no setting", name, known)
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

    private static func read(_ path: String) throws(CommandFailure) -> [Setting: ConfigContent] {
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
        var values: [Setting: ConfigContent] = [:]
        for (name, value) in members {
            guard let setting = Setting(rawValue: name) else {
                throw refusal(
                    place(value.offset), "\"\(name.prefix(80))\" is no setting", name, Setting.allCases.map(\.rawValue))
            }
            switch (setting.kind, value.kind) {
            case (.text, .string(let text)): values[setting] = .string(text)
            case (.whole, .number(let number)) where Int(exactly: number) != nil:
                values[setting] = .int(Int(number))
            case (.number, .number(let number)): values[setting] = .double(number)
            case (.flag, .bool(let flag)): values[setting] = .bool(flag)
            default: throw .usage("\(place(value.offset)): \"\(name)\" is \(setting.kind.words)")
            }
        }
        return values
    }

    private static func refusal(
        _ place: String, _ message: String, _ name: String, _ known: [String]
    ) -> CommandFailure {
        let near = Suggestion.nearest(to: name, among: known).map { "did you mean '\($0)'? " } ?? ""
        return .usage("\(place): \(message)\n  cure: \(near)known are \(known.joined(separator: ", "))")
    }
}
