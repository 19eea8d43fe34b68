#if canImport(Glibc)
@preconcurrency import Glibc
#else
import Darwin
#endif

/// Other programs beside this one: what a first run does not need is not linked into `kelvin`.
enum SiblingProgram {
    /// The program that answers to a word, if it is not this one; the launcher at the root builds it when it is first said.
    static func answering(_ word: String) -> String? {
        if word == "simulate-fleet" { return "kelvin-fleet" }
        if serviceWords.contains(word) { return "kelvind" }
        return jobWords.contains(word) ? "kelvin-jobs" : nil
    }

    private static let serviceWords: Set<String> = ["serve", "backup", "restore", "doctor", "sbom"]

    private static let jobWords: Set<String> = [
        "submit", "jobs", "job", "cancel", "pause", "resume", "results", "budget", "price", "share", "reserve", "fleet",
        "worker", "logs", "login", "logout", "services", "sessions", "top", "admin", "verify", "replay",
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
