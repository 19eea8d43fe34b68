import Hardware

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The process that holds a device library, so that a library that crashes, hangs or writes where it must not takes
/// nothing with it. `kelvin qdmi-host` runs it; Kelvin starts it itself.
///
/// Requests: `open` (library, prefix, parameters, siteLimit) answers a snapshot of the device; `status` its status;
/// `run` (program, format, shots) the outcomes, during which `cancel` may be sent.
public enum QDMIHost {
    /// The socket's descriptor in the host.
    static let descriptor: Int32 = 3

    /// Serves until the other side closes the socket; never returns.
    public static func serve() -> Never {
        // A library that waits for input gets none.
        let nothing = open("/dev/null", O_RDONLY)
        if nothing > 0 { dup2(nothing, 0) }
        let channel = QDMIChannel(descriptor: descriptor)
        var session: QDMISession?
        while let request = try? channel.receive(within: -1) {
            let answer: JSONNode
            do throws(QDMIFault) { answer = try handle(request, &session, channel) } catch {
                answer = .object([
                    ("error", .text(error.message)), ("cure", error.cure.map { .text($0) } ?? .null),
                    ("cancelled", .flag(error.isCancelled)),
                ])
            }
            guard (try? channel.send(answer)) != nil else { break }
        }
        session?.close()
        // Without the library's own destructors, which may be as bad as the rest.
        _exit(0)
    }

    private static func handle(
        _ request: JSONNode, _ session: inout QDMISession?, _ channel: QDMIChannel
    ) throws(QDMIFault) -> JSONNode {
        switch request.string("do") {
        case "open":
            var parameters: [(number: Int32, value: String)] = []
            for (key, value) in request.member("parameters")?.pairs ?? [] {
                guard let number = QDMI.sessionParameters.first(where: { $0.name == key })?.number,
                    case .string(let text) = value.kind
                else { throw QDMIFault("has no session parameter \"\(key)\"") }
                parameters.append((number, text))
            }
            let library = try QDMILibrary(
                path: request.string("library") ?? "", prefix: request.string("prefix") ?? "")
            let opened = try QDMISession(library, parameters: parameters)
            session = opened
            return .object([("snapshot", try opened.snapshot(siteLimit: request.integer("siteLimit") ?? 1_024))])
        case "status":
            guard let session else { throw QDMIFault("is not open") }
            let status = try session.scalar("the status", of: Int32.self) {
                session.library.queryDevice(session.session, QDMI.DeviceProperty.status, $0, $1, $2)
            }
            return .object([("status", .integer(Int(status ?? QDMI.DeviceStatus.idle)))])
        case "run":
            guard let session else { throw QDMIFault("is not open") }
            let outcomes = try session.run(
                request.string("program") ?? "", format: Int32(request.integer("format") ?? 1),
                shots: request.integer("shots") ?? 1
            ) {
                // The only message that may come now is `cancel`; a closed socket means the same.
                channel.hasMessage(within: 0)
            }
            switch outcomes {
            case .shots(let shots): return .object([("shots", .text(shots.joined(separator: ",")))])
            case .histogram(let entries):
                return .object([
                    ("keys", .list(entries.map { .text($0.key) })),
                    ("counts", .list(entries.map { .integer($0.count) })),
                ])
            }
        case "cancel": return .object([])
        default: throw QDMIFault("was asked for something unknown")
        }
    }
}

extension JSONNode {
    func string(_ key: String) -> String? {
        if case .string(let text)? = member(key)?.kind { text } else { nil }
    }
    func double(_ key: String) -> Double? {
        if case .number(let value)? = member(key)?.kind { value } else { nil }
    }
    func integer(_ key: String) -> Int? { double(key).flatMap { Int(exactly: $0) } }
    func flag(_ key: String) -> Bool? {
        if case .bool(let value)? = member(key)?.kind { value } else { nil }
    }
    /// The elements of a list; nil for anything else.
    var items: [JSONNode]? {
        if case .array(let items) = kind { items } else { nil }
    }
    /// The members of an object, in the order of the text; nil for anything else.
    var pairs: [(key: String, value: JSONNode)]? {
        if case .object(let members) = kind { members } else { nil }
    }
    func list(_ key: String) -> [JSONNode]? { member(key)?.items }
}
