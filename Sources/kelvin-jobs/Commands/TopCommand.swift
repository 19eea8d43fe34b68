import ArgumentParser
import Client
import Console
@preconcurrency import Dispatch
import Foundation
import Kernel

struct TopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top", abstract: "Watch the fleet: machines with their load, and jobs on their way.",
        discussion: """
            In a terminal the view renews itself until q or Ctrl-C. Elsewhere it is printed once as plain text, or \
            --count times.
            """)

    @OptionGroup var service: ServiceOption

    @Option(help: "Seconds between two looks.")
    var interval = 2.0

    @Option(help: "How often to look; in a terminal without end, elsewhere once.")
    var count: Int?

    func validate() throws {
        if !(interval >= 0.1 && interval <= 3600) { throw ValidationError("--interval must be 0.1 to 3600 seconds") }
        if let count, count < 1 { throw ValidationError("--count must be at least 1") }
    }

    func run() async throws {
        let client = try service.client
        let place: any JobPlace = if let client { ServicePlace(client: client) } else { try JobStore() }
        let name = client?.entry.name ?? "this computer"
        guard Terminal.isOutputTerminal, let mode = TerminalMode(.keys) else {
            for look in 0..<(count ?? 1) {
                if look > 0 { try await Task.sleep(for: .seconds(interval)) }
                let scene = try await FleetScene(of: place, called: name)
                Terminal.write(
                    scene.lines(width: .max, isColoured: false).map { $0 + "\n" }.joined() + (count == nil ? "" : "\n"))
            }
            return
        }
        let screen = Screen(mode)
        defer { screen.close() }
        for _ in 0..<(count ?? .max) {
            let scene = try await FleetScene(of: place, called: name)
            let size = Terminal.size ?? (80, 24)
            screen.show(
                scene.lines(width: size.columns, height: size.rows - 1, isColoured: Terminal.usesColour)
                    + ["q ends it; every \(interval) s"])
            if screen.waitsForEnd(seconds: interval) { return }
        }
    }
}

/// The whole terminal for a while. What was on it is put back, whatever ends the process but SIGKILL.
private final class Screen: Sendable {
    private let mode: TerminalMode
    private let sources: [any DispatchSourceSignal]

    init(_ mode: TerminalMode) {
        self.mode = mode
        let queue = DispatchQueue(label: "screen")
        sources = [SIGINT, SIGTERM, SIGHUP].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                Terminal.write(Self.leave)
                mode.restore()
                Terminal.leave(number == SIGINT ? 0 : 128 + number)
            }
            source.activate()
            return source
        }
        Terminal.write("\u{1B}[?1049h\u{1B}[?25l")
    }

    private static let leave = "\u{1B}[?25h\u{1B}[?1049l"

    func show(_ lines: [String]) {
        // Over what was there, line by line, so that nothing flickers.
        Terminal.write("\u{1B}[H" + lines.map { $0 + "\u{1B}[K" }.joined(separator: "\r\n") + "\u{1B}[J")
    }

    /// Whether somebody pressed q meanwhile.
    func waitsForEnd(seconds: Double) -> Bool {
        let end = ContinuousClock.now.advanced(by: .seconds(seconds))
        while true {
            let left = ContinuousClock.now.duration(to: end) / .milliseconds(1)
            if left <= 0 { return false }
            var keyboard = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
            guard poll(&keyboard, 1, Int32(left.rounded(.up))) > 0 else { continue }
            var key: UInt8 = 0
            // A keyboard that is gone is no longer waited for.
            if read(STDIN_FILENO, &key, 1) <= 0 || key == UInt8(ascii: "q") { return true }
        }
    }

    func close() {
        for source in sources { source.cancel() }
        Terminal.write(Self.leave)
        mode.restore()
    }
}
