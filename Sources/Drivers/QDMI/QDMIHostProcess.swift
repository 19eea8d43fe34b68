import Hardware
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The other end of a `QDMIHost`: starts it, asks it, and says in words how it died.
final class QDMIHostProcess: Sendable {
    private let channel: QDMIChannel
    private let process: pid_t
    /// What the library printed; unlinked, so that it vanishes with the process.
    private let output: Int32
    /// How the process ended, once somebody has asked.
    private let ending = Mutex<Int32?>(nil)

    /// The command that runs a host: `kelvin` beside the running executable or the library that this is part of.
    static var defaultExecutable: String? {
        let directories = [Directories.ofExecutable, Directories.ofModule].compactMap { $0 }
        return directories.map { "\($0)/kelvin" }.first { access($0, X_OK) == 0 }
    }

    init(executable: String) throws(QDMIFault) {
        var sockets: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &sockets) == 0 else {
            throw QDMIFault("cannot be isolated: \(String(cString: strerror(errno)))")
        }
        // What the library prints, for the error message; without a name from the first moment on.
        let directory = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var name = Array("\(directory)/kelvin-qdmi-XXXXXX".utf8CString)
        output = mkstemp(&name)
        if output >= 0 {
            unlink(name)
            _ = fcntl(output, F_SETFD, FD_CLOEXEC)
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, sockets[1], QDMIHost.descriptor)
        if output >= 0 {
            posix_spawn_file_actions_adddup2(&actions, output, 1)
            posix_spawn_file_actions_adddup2(&actions, output, 2)
        }
        let arguments: [UnsafeMutablePointer<CChar>?] = [strdup(executable), strdup("qdmi-host"), nil]
        defer { for argument in arguments { free(argument) } }
        // A crash is expected here; it needs no backtrace of Kelvin's own.
        var variables: [UnsafeMutablePointer<CChar>?] = []
        var variable = environ
        while let text = variable.pointee {
            if strncmp(text, "SWIFT_BACKTRACE=", 16) != 0 { variables.append(strdup(text)) }
            variable += 1
        }
        variables += [strdup("SWIFT_BACKTRACE=enable=no"), nil]
        defer { for variable in variables { free(variable) } }
        var id: pid_t = 0
        let status = posix_spawn(&id, executable, &actions, nil, arguments, variables)
        close(sockets[1])
        process = id
        channel = QDMIChannel(descriptor: sockets[0])
        guard status == 0 else {
            ending.withLock { $0 = 0 }
            throw QDMIFault(
                "cannot be isolated: \(executable) does not start: \(String(cString: strerror(status)))",
                cure: "keep the kelvin executable beside the program that uses it")
        }
    }

    deinit {
        kill()
        close(channel.descriptor)
        if output >= 0 { close(output) }
    }

    var isRunning: Bool { wait(blocking: false) == nil }

    func kill() {
        if isRunning { Glibc.kill(process, SIGKILL) }
        _ = wait(blocking: true)
    }

    /// Asks and waits.
    ///
    /// - Parameters:
    ///   - seconds: after which a host that does not answer is ended.
    ///   - isCancelled: asked now and then; the library gets two seconds to cancel, then the host is ended.
    func ask(
        _ request: JSONNode, activity: String, within seconds: Double, isCancelled: () -> Bool = { false }
    ) throws(QDMIFault) -> JSONNode {
        guard (try? channel.send(request)) != nil else { throw died(activity) }
        var waited = 0.0, cancelledAt: Double?
        while !channel.hasMessage(within: 50) {
            waited += 0.05
            if let cancelledAt, waited - cancelledAt > 2 {
                kill()
                var fault = QDMIFault("was ended, because it did not cancel within two seconds")
                fault.isCancelled = true
                throw fault
            }
            if cancelledAt == nil, isCancelled() {
                cancelledAt = waited
                _ = try? channel.send(.object([("do", .text("cancel"))]))
            }
            if waited > seconds {
                kill()
                throw QDMIFault("gave no answer within \(Int(seconds)) s while \(activity) and was ended")
            }
        }
        var answer: JSONNode
        do throws(QDMIChannel.Failure) {
            answer = try channel.receive(within: 10_000)
            // The answer to `cancel` itself comes behind the one that matters.
            if cancelledAt != nil { _ = try? channel.receive(within: 1_000) }
        } catch {
            switch error {
            case .closed: throw died(activity)
            case .timeout, .malformed:
                kill()
                throw QDMIFault("garbled its answer while \(activity)")
            }
        }
        if let message = answer.string("error") {
            var fault = QDMIFault(message, cure: answer.string("cure"))
            fault.isCancelled = answer.flag("cancelled") ?? false
            if let printed = lastOutput, !fault.isCancelled { fault.message += " (it printed: \(printed))" }
            throw fault
        }
        return answer
    }

    private func died(_ activity: String) -> QDMIFault {
        let status = wait(blocking: true) ?? 0
        let signal = status & 0x7F
        let cause =
            signal == 0 ? "ended its process (exit \(status >> 8 & 0xFF))" : "crashed (\(Self.name(of: signal)))"
        return QDMIFault(
            "\(cause) while \(activity)" + (lastOutput.map { "; it printed: \($0)" } ?? ""),
            cure: "the fault is the library's; other devices are not touched")
    }

    private static func name(of signal: Int32) -> String {
        strsignal(signal).map { "\(String(cString: $0)), signal \(signal)" } ?? "signal \(signal)"
    }

    /// The wait status; nil while it runs.
    private func wait(blocking: Bool) -> Int32? {
        ending.withLock { ending in
            if let ending { return ending }
            var status: Int32 = 0
            var result: pid_t
            repeat { result = waitpid(process, &status, blocking ? 0 : WNOHANG) } while result < 0 && errno == EINTR
            if result == 0 { return nil }
            ending = result < 0 ? 0 : status
            return ending
        }
    }

    /// The last line that the library printed, cut to a bearable length.
    private var lastOutput: String? {
        guard output >= 0 else { return nil }
        let size = lseek(output, 0, SEEK_END)
        guard size > 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: min(Int(size), 4_096))
        let count = bytes.withUnsafeMutableBytes {
            pread(output, $0.baseAddress!, $0.count, off_t(Int(size) - $0.count))
        }
        guard count > 0 else { return nil }
        let lines = String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n")
        return lines.last { !$0.allSatisfy(\.isWhitespace) }.map { String($0.prefix(200)) }
    }
}
