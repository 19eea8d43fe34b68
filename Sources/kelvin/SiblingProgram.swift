#if canImport(Glibc)
@preconcurrency import Glibc
#else
import Darwin
#endif

/// Other programs beside this one: what a first run does not need is not linked into `kelvin`.
enum SiblingProgram {
    /// The program that answers to these words, if it is not this one; the launcher at the root, which knows the same,
    /// builds it when they are first said.
    static func answering(_ words: ArraySlice<String>) -> String? {
        guard let word = words.first else { return nil }
        if word == "help" { return answering(words.dropFirst()) }
        if word == "simulate-fleet" { return "kelvin-fleet" }
        if word == "worker" { return worker(words) }
        if serviceWords.contains(word) { return "kelvind" }
        return jobWords.contains(word) ? "kelvin-jobs" : nil
    }

    /// A worker of a service's database, or the one that keeps a user's own jobs going.
    private static func worker(_ words: ArraySlice<String>) -> String {
        func says(_ options: [String]) -> Bool {
            words.contains { word in options.contains { word == $0 || word.hasPrefix($0 + "=") } }
        }
        if says(["--keep-calibrated", "--idle"]) { return "kelvin-jobs" }
        func isSet(_ name: String) -> Bool { getenv(name).map { $0.pointee != 0 } ?? false }
        let isNamed = isSet("KELVIND_DATABASE") || isSet("KELVIND_CONFIG")
        return isNamed || says(["--database", "--config", "-c"]) ? "kelvind" : "kelvin-jobs"
    }

    private static let serviceWords: Set<String> = ["serve", "backup", "restore", "doctor", "sbom"]

    private static let jobWords: Set<String> = [
        "submit", "jobs", "job", "cancel", "pause", "resume", "results", "budget", "price", "share", "reserve", "fleet",
        "logs", "login", "logout", "services", "sessions", "top", "admin", "verify", "replay",
    ]

    /// Hands this process over, arguments and all; says how to build the program where it is not there.
    static func replaceProcess(by name: String) -> Never {
        var buffer = [CChar](repeating: 0, count: 4096)
        #if canImport(Glibc)
        let length = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        let own = length > 0 ? String(decoding: buffer[..<length].map(UInt8.init(bitPattern:)), as: UTF8.self) : ""
        #else
        var size = UInt32(buffer.count)
        let own = _NSGetExecutablePath(&buffer, &size) == 0 ? String(cString: buffer) : ""
        #endif
        let directory = own.lastIndex(of: "/").map { String(own[..<$0]) } ?? "."
        let path = directory + "/" + name
        var words: [UnsafeMutablePointer<CChar>?] = CommandLine.arguments.map { strdup($0) }
        words.append(nil)
        execv(path, words)
        Terminal.complain(
            "error: \(path) cannot be started: \(String(cString: strerror(errno)))\n"
                + "  cure: call the `kelvin` script at the root of the repository, which builds it, or build it with: "
                + "swift build -c release --product \(name)\n")
        Terminal.leave(3)
    }
}
