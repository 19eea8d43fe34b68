#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif
import Dispatch
public import Languages

/// Kelvin as a server of the Language Server Protocol 3.17, over the standard streams of the process.
public enum LanguageServer {
    /// Milliseconds of silence after which a changed document is analysed.
    private static let quiet = 30
    /// Milliseconds after which it is analysed even if the client goes on talking.
    private static let patience = 400

    /// Serves until the client says `exit` or closes the stream.
    ///
    /// - Parameter includes: how files beside a program are read, by the program's path; nil where they are not.
    /// - Returns: the exit code that the protocol asks for: 0 after `shutdown`, 1 without.
    public static func serve(version: String, includes: @escaping @Sendable (String) -> IncludeReader?) -> Int32 {
        let inbox = Inbox()
        // Not a queue of Dispatch: reading blocks for as long as the client thinks.
        let reader = ReadingThread { read(into: inbox) }
        reader.start()
        var session = Session(version: version, includes: includes)
        var firstChange: ContinuousClock.Instant?
        while true {
            let wait: DispatchTimeInterval? = session.hasChanges ? .milliseconds(quiet) : nil
            guard let frames = inbox.take(waiting: wait) else { break }
            for reply in session.receive(frames) { write(reply) }
            if session.hasExited { break }
            if !session.hasChanges { firstChange = nil } else if firstChange == nil { firstChange = .now }
            let isLate = firstChange.map { $0.duration(to: .now) > .milliseconds(patience) } ?? false
            if frames.isEmpty || isLate {
                if let reply = session.analyse() { write(reply) }
                firstChange = nil
            }
        }
        return session.exitCode
    }

    private static func read(into inbox: Inbox) {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        var reader = MessageReader {
            while true {
                let count = buffer.withUnsafeMutableBytes { systemRead(STDIN_FILENO, $0.baseAddress, $0.count) }
                if count < 0 && errno == EINTR { continue }
                return buffer[..<max(0, count)]
            }
        }
        while let frame = reader.next() { inbox.add(frame) }
        inbox.close()
    }

    private static func write(_ reply: Reply) {
        var bytes = Array("Content-Length: \(reply.content.count)\r\n\r\n".utf8)[...]
        bytes += reply.content
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { systemWrite(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if written < 0 && errno == EINTR { continue }
            // A client that went away reads nothing any more; its stream ends the loop.
            if written <= 0 { return }
            bytes = bytes.dropFirst(written)
        }
    }
}

private func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(descriptor, bytes, count)
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}

extension LanguageServer {
    /// What the server says to messages that come one in each line, without headers; diagnostics after each.
    ///
    /// A whole talk as a function of its text: for tests and fuzzers.
    public static func replies(
        to lines: [UInt8], includes: @escaping @Sendable (String) -> IncludeReader? = { _ in nil }
    ) -> [[UInt8]] {
        var session = Session(version: "", includes: includes)
        var replies: [Reply] = []
        for line in lines.split(separator: UInt8(ascii: "\n")) {
            replies += session.receive([.message(Array(line))])
            while let reply = session.analyse() { replies.append(reply) }
        }
        return replies.map(\.content)
    }
}
