import Foundation
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Texts of a hundred megabytes that nest one thing within itself: an error, within two seconds of the processor and half
/// a gigabyte of memory.
@Suite(.serialized) struct HostileNestingTests {
    static let size = 100_000_000

    @Test(arguments: [
        ("", "["), ("", "("), ("", "{"), ("int x = ", "("), ("int x = ", "["), ("int x = ", "{"), ("int x = ", "-"),
        ("int x = ", "!"),
        ("int x = 1", " + 1"), ("int x = 1", "**1"), ("int x = a", "[0]"), ("let a = b", " ++ b"),
        ("int x = ", "f("), ("int x = ", "int("), ("qubit q; ", "if (true) reset q; else "), ("qubit q; ", "ctrl @ "),
        ("", "gate g a { "), ("", "def f() { "), ("", "while (true) "), ("", "box { "), ("int x = ", "durationof({"),
        ("", "@a\n"),
        ("", "switch (1) { case 1 { "), ("", "/*"), ("cal ", "{"), ("", "for int i in [0:1] "),
    ])
    func hundredMegabytes(_ prefix: String, _ piece: String) throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).qasm")
        defer { try? FileManager.default.removeItem(at: file) }
        _ = FileManager.default.createFile(atPath: file.path, contents: Data(("OPENQASM 3.0;\n" + prefix).utf8))
        let handle = try FileHandle(forWritingTo: file)
        try handle.seekToEnd()
        let chunk = Data(String(repeating: piece, count: 1_000_000 / piece.utf8.count).utf8)
        for _ in 0..<Self.size / chunk.count + 1 { try handle.write(contentsOf: chunk) }
        try handle.close()

        let (status, usage) = try Self.check(file.path)
        #expect(status & 0x7F == 0, "killed by signal \(status & 0x7F)")
        #expect(status >> 8 & 0xFF == 1)
        // Two seconds is the promise of the release build; this binary is a debug build beside other tests.
        #expect(Self.seconds(usage) < 4)
    }

    /// The status and the resources of one child: other tests have children too. Its writable memory is limited to half a
    /// gigabyte; the peak that the system tells of a child includes what its parent had, so it would judge the tests.
    private static func check(_ path: String) throws -> (status: Int32, usage: rusage) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor: Int32 in [1, 2] {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0)
        }
        let binary: String = CommandLineTests.binary.path
        let words = ["sh", "-c", "ulimit -d 488000 && exec \"$0\" check \"$1\"", binary, path]
        var arguments = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var child = pid_t()
        try #require(posix_spawn(&child, "/bin/sh", &actions, nil, &arguments, environ) == 0)
        var status: Int32 = 0
        var usage = rusage()
        try #require(wait4(child, &status, 0, &usage) == child)
        return (status, usage)
    }

    private static func seconds(_ usage: rusage) -> Double {
        Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
            + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6
    }
}
