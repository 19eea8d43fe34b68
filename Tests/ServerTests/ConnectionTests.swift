import Foundation
import Synchronization
import Testing

@testable import Server

/// Requests are answered on the threads of their connections.
@Suite struct ConnectionTests {
    @Test func whatTakesLongHoldsUpNobodyElse() async throws {
        let service = try await TestService()
        let program =
            "OPENQASM 3.0; include \"stdgates.inc\"; qubit[2] q;\n" + String(repeating: "cx q[0], q[1];\n", count: 400_000)
        let isOver = Mutex(false), begin = ContinuousClock.now
        async let diagnosis = {
            defer { isOver.withLock { $0 = true } }
            return (try await service.post("/v1/diagnosis", ["program": program]), begin.duration(to: .now))
        }()
        // On connections of their own: on every thread that has connections there are some.
        var longest = Duration.zero
        while !isOver.withLock({ $0 }) {
            let begin = ContinuousClock.now
            #expect(try await service.get("/v1/health").status == 200)
            longest = max(longest, begin.duration(to: .now))
        }
        let (answer, duration) = try await diagnosis
        #expect(answer.status == 200, "\(answer.text.prefix(200))")
        #expect(longest < duration / 2, "they waited for the diagnosis")
        try await service.stop()
    }
}
