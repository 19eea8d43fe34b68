import Circuits
import Drivers
import Synchronization
import Testing

@testable import Kernel

/// A runtime on a storage that writes while turns go on.
@Suite struct WriteBehindTests {
    private static let request: JobRequest = {
        var circuit = Circuit(name: "bell", qubitCount: 2)
        circuit.append(.h, [0])
        circuit.append(.cx, [0, 1])
        circuit.measureAll()
        return JobRequest(
            name: "test", workload: .sample([SamplerPUB(circuit)]), device: "ideal", shots: 100, seed: 1)
    }()

    private func runtime(_ storage: SlowDisk) throws -> Runtime {
        Runtime(devices: CatalogFleet(catalog: try DeviceCatalog()), storage: storage)
    }

    /// The job runs while the disk works, and nobody hears of it before it is done.
    @Test func nothingIsToldBeforeItIsDurable() async throws {
        let disk = SlowDisk(), runtime = try runtime(disk), isTold = Mutex(false)
        let result = Task {
            let job = try await runtime.submit(Self.request)
            isTold.withLock { $0 = true }
            return try await runtime.result(of: job)
        }
        // All of it has happened in memory; of the disk one batch is asked for, and it holds the submission alone or more.
        var state = JobState?.some(.created)
        for _ in 0..<1_000 where state != nil || disk.turns < 4 {
            try await Task.sleep(for: .milliseconds(5))
            state = await runtime.state(of: JobID(1))
        }
        #expect(state == nil)
        #expect(disk.waiting == 1)
        try await Task.sleep(for: .milliseconds(100))
        #expect(!isTold.withLock { $0 })
        disk.finish(nil)
        for _ in 0..<1_000 where !isTold.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(5)) }
        #expect(isTold.withLock { $0 })
        // Its end came in a batch of its own, which waits again.
        for _ in 0..<1_000 where disk.waiting == 0 { try await Task.sleep(for: .milliseconds(5)) }
        disk.finish(nil)
        #expect(try await result.value.seed == 1)
    }

    /// Whoever waits for what is lost hears why; two batches are lost where the second rests on the first.
    @Test func whatIsLostIsSaid() async throws {
        let disk = SlowDisk(), runtime = try runtime(disk)
        let first = Task { try await runtime.submit(Self.request) }
        for _ in 0..<1_000 where disk.waiting == 0 { try await Task.sleep(for: .milliseconds(5)) }
        let second = Task { try await runtime.submit(Self.request) }
        for _ in 0..<1_000 where disk.turns < 6 { try await Task.sleep(for: .milliseconds(5)) }
        disk.finish(KernelError(.system, code: "disk", "the disk is full"))
        for task in [first, second] {
            await #expect { try await task.value } throws: { ($0 as? KernelError)?.code == "disk" }
        }
    }
}

/// A disk that is done when it is told to be.
private final class SlowDisk: KernelStorage {
    private struct State {
        var number: UInt64 = 1
        var turns = 0
        var waiting: [@Sendable (KernelError?) -> Void] = []
    }

    private let memory = MemoryStorage()
    private let state = Mutex(State())

    var turns: Int { state.withLock { $0.turns } }
    var waiting: Int { state.withLock { $0.waiting.count } }

    func finish(_ loss: KernelError?) {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
        for finish in waiting { finish(loss) }
    }

    func exclusively<Value>(
        _ body: (any StorageTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value { try memory.exclusively(body) }

    func turn<Value>(
        after batch: StorageBatch?, _ body: (any StorageTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> (value: Value, batch: StorageBatch?) {
        let value = try memory.exclusively(body)
        let number = state.withLock { state in
            state.turns += 1
            return state.number
        }
        return (value, StorageBatch(number: number))
    }

    func settle(
        _ batch: StorageBatch, _ finish: @escaping @Sendable (KernelError?) -> Void
    ) throws(KernelError) -> Bool {
        state.withLock { state in
            state.number += 1
            state.waiting.append(finish)
        }
        return false
    }

    var settlesAside: Bool { true }

    func changeMark() -> UInt64 { memory.changeMark() }
}
