#if canImport(Glibc)
@preconcurrency import Glibc
#else
import Darwin
#endif

/// What nobody is to read over a shoulder.
package enum Secret {
    /// Asks for a line without showing it; where no keyboard is, takes the first line of standard input.
    package static func read(_ prompt: String) throws(CommandFailure) -> String {
        guard isatty(STDIN_FILENO) == 1 else {
            let bytes = try TextFile.contents(of: "-")
            return String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
        }
        Terminal.complain(prompt)
        let mode = TerminalMode(.silent)
        defer {
            mode?.restore()
            Terminal.complain("\n")
        }
        var line: [UInt8] = []
        while true {
            var byte: UInt8 = 0
            let count = systemRead(STDIN_FILENO, &byte, 1)
            if count < 0, errno == EINTR { continue }
            switch (count, byte) {
            // The end of the input, and Ctrl-C and Ctrl-D, which come as what they are.
            case (...0, _), (_, 3), (_, 4):
                throw CommandFailure(text: "error: nothing was entered", exitCode: 2, code: "usage")
            case (_, 0x0A), (_, 0x0D): return String(decoding: line, as: UTF8.self)
            case (_, 0x7F), (_, 8): if !line.isEmpty { line.removeLast() }
            // Ctrl-U.
            case (_, 0x15): line = []
            default: line.append(byte)
            }
        }
    }

    private static func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer, _ count: Int) -> Int {
        #if canImport(Glibc)
        Glibc.read(descriptor, buffer, count)
        #else
        Darwin.read(descriptor, buffer, count)
        #endif
    }
}

/// How the keyboard works for a while; put back as it was.
package struct TerminalMode: Sendable {
    package enum Kind: Sendable {
        /// Nothing is shown, and every key comes as it is, Ctrl-C too.
        case silent
        /// Nothing is shown and no line is waited for; Ctrl-C interrupts.
        case keys
    }

    private let before: termios

    /// Nil where no keyboard is.
    package init?(_ kind: Kind) {
        var mode = termios()
        guard tcgetattr(STDIN_FILENO, &mode) == 0 else { return nil }
        before = mode
        mode.c_lflag &= ~tcflag_t(ECHO | ICANON)
        if kind == .silent { mode.c_lflag &= ~tcflag_t(ISIG) }
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &mode)
    }

    package func restore() {
        var mode = before
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &mode)
    }
}
