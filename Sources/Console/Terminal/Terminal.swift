#if canImport(Glibc)
@preconcurrency import Glibc
#else
import Darwin
#endif

/// The two streams of the process, and what is at their ends.
package enum Terminal {
    package static func write(_ text: String) { put(text, STDOUT_FILENO) }

    package static func complain(_ text: String) { put(text, STDERR_FILENO) }

    /// A reader that went away (`kelvin … | head`) ends the process quietly, as it does everywhere.
    private static func put(_ text: String, _ descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
            if written < 0 {
                if errno == EINTR { continue }
                leave(3)
            }
            bytes = bytes.dropFirst(written)
        }
    }

    private static func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
        #if canImport(Glibc)
        Glibc.write(descriptor, bytes, count)
        #else
        Darwin.write(descriptor, bytes, count)
        #endif
    }

    /// Ends the process, buffered output written.
    package static func leave(_ code: Int32) -> Never {
        fflush(nil)
        exit(code)
    }

    package static var isOutputTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
    package static var isErrorTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Whether text may be coloured: a terminal, and no one objects (no-color.org).
    package static var usesColour: Bool {
        isOutputTerminal && getenv("NO_COLOR") == nil && getenv("TERM").map { strcmp($0, "dumb") != 0 } ?? false
    }

    /// Columns of the terminal; 100 where there is none.
    package static var width: Int { size.map { $0.columns > 20 ? $0.columns : 100 } ?? 100 }

    /// Nil where there is no terminal.
    package static var size: (columns: Int, rows: Int)? {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 else { return nil }
        return (Int(size.ws_col), Int(size.ws_row))
    }
}

/// Colours of text, from the 256 that terminals share.
package enum Style {
    case dim, bold
    /// A share of badness: 0 green, 0.5 yellow, 1 red.
    case heat(Double)
    case dead

    package func callAsFunction(_ text: String, when enabled: Bool = Terminal.usesColour) -> String {
        guard enabled else { return text }
        switch self {
        case .dim: return "\u{1B}[2m\(text)\u{1B}[0m"
        case .bold: return "\u{1B}[1m\(text)\u{1B}[0m"
        case .dead: return "\u{1B}[38;5;240m\(text)\u{1B}[0m"
        case .heat(let share):
            let palette = [46, 82, 118, 154, 190, 226, 220, 214, 208, 202, 196]
            let place = Int((min(1, max(0, share)) * Double(palette.count - 1)).rounded())
            return "\u{1B}[38;5;\(palette[place])m\(text)\u{1B}[0m"
        }
    }
}
