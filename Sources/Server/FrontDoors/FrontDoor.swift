import HTTPTypes
import Kernel
import Storage

/// A dialect that other people's SDKs speak. A door translates and does nothing else: what a job is only the kernel knows.
struct FrontDoor: Sendable {
    /// First word of its operations' names, and the door of its records.
    var name: String
    /// Where it is: `/ionq`; the empty text for the root, where the SDK leaves no choice.
    var prefixes: [String]
    /// Paths at the root that are the door's even where nothing is there, for the form of refusals.
    var rootPaths: [String] = []
    /// Without their prefix; bodies are limited to so many bytes.
    var routes: @Sendable (_ bodyLimit: Int) -> [Route]
    /// The Kelvin token of a request, wherever the SDK puts it; nil where there is none. The time is in seconds since
    /// 1970-01-01 UTC, for credentials that end.
    ///
    /// - Throws: a problem for credentials that are none.
    var token: @Sendable (HTTPRequest, _ now: Double) throws -> String?
    /// What went wrong, in the form from which the SDK makes its own exception with our message in it.
    var refusal: @Sendable (Problem, HTTPRequest) -> Answer
    /// Looks at a request together with its body, where credentials sign both; nil where they do not. The time is in
    /// seconds since 1970-01-01 UTC.
    ///
    /// - Throws: a problem where the signature is not theirs.
    var proof: (@Sendable (HTTPRequest, [UInt8], _ now: Double) throws -> Void)?

    /// Every one that there is.
    static let all: [FrontDoor] = [
        IonQDoor.door,
        QBraidDoor.door,
        AQTDoor.door,
        IQMDoor.door,
        MQSSDoor.door,
        OQTOPUSDoor.door,
        .braket,
        .ibm,
    ]

    /// Its routes where they are.
    func mounted(bodyLimit: Int) -> [Route] {
        let own = routes(bodyLimit)
        return prefixes.flatMap { prefix in
            own.map { route in
                var route = route
                route.path = prefix + route.path
                route.operation = "\(name).\(route.operation)"
                route.door = self
                // SDKs have their own ways to say the same twice.
                route.repeatsReply = false
                return route
            }
        }
    }

    /// The door behind a path where nothing is.
    static func at(_ path: String) -> FrontDoor? {
        all.first { door in
            (door.prefixes.filter { !$0.isEmpty } + door.rootPaths).contains {
                path == $0 || path.hasPrefix($0 + "/")
            }
        }
    }

    /// The word behind a scheme in the Authorization header: `Bearer`, `apiKey`.
    static func authorization(_ scheme: String) -> @Sendable (HTTPRequest, Double) throws -> String? {
        { request, _ in
            guard let field = request.headerFields[.authorization] else { return nil }
            let words = field.split(separator: " ")
            guard words.count == 2, words[0].lowercased() == scheme.lowercased() else {
                throw Problem(
                    .unauthenticated, "the Authorization header is not '\(scheme) TOKEN'",
                    cure: "give the SDK a Kelvin token where it asks for its key")
            }
            return String(words[1])
        }
    }

    /// A header that holds nothing but the token.
    static func header(_ name: String) -> @Sendable (HTTPRequest, Double) throws -> String? {
        { request, _ in HTTPField.Name(name).flatMap { request.headerFields[$0] } }
    }
}

extension Service {
    /// What the path of a front door's route names.
    func record(_ route: Route, named name: String?) throws -> DoorRecord? {
        guard let door = route.door, let name else { return nil }
        switch route.access {
        case .readRecord(let kind), .changeRecord(let kind):
            return try accounts.readAccounts { store throws(KernelError) in try store.record(door.name, kind, name) }
        default: return nil
        }
    }
}
