import Drivers
import Hardware
import Synchronization
import Testing

@testable import Kernel

/// What a session keeps, where several processes work on its jobs: each finds what the others measured, and nobody finds
/// what does not hold.
@Suite struct SessionWarmthTests {
    /// A machine that counts what it is asked to run, and is calibrated when it is told to.
    private final class Counted: Device, DeviceProvider {
        let machine: any Device
        private let calibrations: [Calibration]
        let runs = Mutex(0)
        let isRecalibrated = Mutex(false)

        init() throws {
            machine = try DeviceCatalog().device("garnet-20")
            let first = try machine.calibration()
            calibrations = [first, first.anHourLater(id: "second")]
        }

        var description: DeviceDescription { machine.description }
        func calibration() throws(DeviceError) -> Calibration { calibrations[isRecalibrated.withLock { $0 } ? 1 : 0] }
        func status() -> DeviceStatus { .online }
        func validate(_ executable: Executable, shots: Int) throws(DeviceError) {}
        func run(
            _ executable: Executable, shots: Int, seed: UInt64, progress: (@Sendable (Double) -> Void)?
        ) async throws(DeviceError) -> RawResult {
            runs.withLock { $0 += 1 }
            // The emulator checks that it is spoken to of its own calibration.
            var executable = executable
            executable.calibrationID = calibrations[0].id
            return try await machine.run(executable, shots: shots, seed: seed, progress: progress)
        }
        func device(_ id: String) throws(DeviceError) -> any Device { self }
    }

    private static func document(seed: UInt64, shots: Int = 200) -> SubmissionDocument {
        let text = """
            OPENQASM 3.0; include "stdgates.inc"; qubit[2] q; bit[2] c; h q[0]; cx q[0], q[1]; c = measure q;
            """
        var document = SubmissionDocument(
            name: "bell", device: "garnet-20", blocks: [.init(file: "bell.qasm", text: text)], shots: shots, seed: seed)
        document.tenancy = .alone
        return document
    }

    private static func options(_ worker: WorkerID, adopts: Bool = true) -> RuntimeOptions {
        var options = RuntimeOptions(worker: worker, isShared: true, adopts: adopts)
        options.rules.leaseSeconds = 0.3
        return options
    }

    private static func result(of job: JobID, _ storage: any KernelStorage) throws -> ResultDocument {
        let bytes = try storage.snapshot { store throws(KernelError) in try store.document(.result, of: job, number: 0)
        }
        return try DocumentCoding.decode(try #require(bytes))
    }

    private static func parts(of job: JobID, _ storage: any KernelStorage) throws -> Int {
        try storage.snapshot { store throws(KernelError) in
            try store.history(of: job).count { if case .partFinished = $0.fact { true } else { false } }
        }
    }

    /// One process hands in, others work: the readout is measured once a session and calibration, by whoever is first.
    @Test func whoeverWorksOnAJobFindsWhatTheSessionKeeps() async throws {
        let device = try Counted(), storage = MemoryStorage()
        let door = Runtime(devices: device, storage: storage, options: Self.options(1, adopts: false))
        let worker = Runtime(devices: device, storage: storage, options: Self.options(2))
        let work = Task { await worker.drain(idleSeconds: 600) }
        defer { work.cancel() }
        var seed: UInt64 = 0
        func run(_ session: SessionIndex, on runtime: Runtime? = nil, shots: Int = 200) async throws -> JobID {
            seed += 1
            let document = Self.document(seed: seed, shots: shots)
            let id = try await (runtime ?? door).submit(
                document.request(), document: document, session: session, isDetached: runtime == nil)
            if runtime == nil { try await door.follow(id) }
            #expect(try await (runtime ?? door).end(of: id) == .completed)
            return id
        }
        let session = try await door.openSession(.shared, on: "garnet-20").index
        let first = try await run(session), second = try await run(session)
        #expect(try [first, second].map { try Self.parts(of: $0, storage) } == [3, 1])
        // A process that was not there before.
        let other = Runtime(devices: device, storage: storage, options: Self.options(3, adopts: false))
        let third = try await run(session, on: other)
        #expect(try Self.parts(of: third, storage) == 1)
        let results = try [first, second, third].map { try Self.result(of: $0, storage).programs[0] }
        let readouts = try results.map { program in
            try #require(program.readout).sorted { $0.site < $1.site }.map { [$0.falseOne, $0.falseZero] }
        }
        #expect(readouts[0] == readouts[1] && readouts[0] == readouts[2])
        #expect(readouts[0].joined().contains { $0 > 0 })
        #expect(results.map(\.readoutMeasuredBy) == [nil, first, first])
        // More shots want a finer measurement, which the worker hears of though it had one before.
        let fine = try await run(session, on: other, shots: 3000), again = try await run(session, shots: 3000)
        #expect(try [fine, again].map { try Self.parts(of: $0, storage) } == [3, 1])
        #expect(try Self.result(of: again, storage).programs[0].readoutMeasuredBy == fine)
        // Neither another session nor another calibration has a share in it.
        let stranger = try await door.openSession(.shared, on: "garnet-20").index
        let apart = try await run(stranger)
        #expect(try Self.parts(of: apart, storage) == 3)
        #expect(try Self.result(of: apart, storage).programs[0].readoutMeasuredBy == nil)
        device.isRecalibrated.withLock { $0 = true }
        let later = try await run(session), last = try await run(session)
        #expect(try [later, last].map { try Self.parts(of: $0, storage) } == [3, 1])
        #expect(try Self.result(of: last, storage).programs[0].readoutMeasuredBy == later)
        // Nothing else ran: four times the readout and a job, four times a job.
        #expect(device.runs.withLock { $0 } == 16)
    }

    /// A worker dies over a job of a session. Whoever goes on with it knows of the readout what its own parts said
    /// meanwhile, or has to be told what the dead one knew: the parts must be the same ones.
    @Test(arguments: [false, true]) func anotherProcessGoesOnWithTheSameParts(isFirst: Bool) async throws {
        func play(dying: Bool) async throws -> ResultDocument {
            let device = try Counted(), storage = MemoryStorage(), mortal = Mortal(storage)
            let first = Runtime(devices: device, storage: mortal, options: Self.options(1, adopts: false))
            let session = try await first.openSession(.shared, on: "garnet-20", interactiveSeconds: 600).index
            if !isFirst {
                let before = Self.document(seed: 1, shots: 2000)
                _ = try await first.end(
                    of: try await first.submit(before.request(), document: before, session: session))
            }
            var document = Self.document(seed: 2, shots: 2000)
            document.batchShots = 100
            let begun = device.runs.withLock { $0 }
            let id = try await first.submit(document.request(), document: document, session: session)
            guard dying else {
                #expect(try await first.end(of: id) == .completed)
                return try Self.result(of: id, storage)
            }
            while device.runs.withLock({ $0 }) < begun + 6 { try await Task.sleep(for: .milliseconds(1)) }
            mortal.die()
            let second = Runtime(devices: device, storage: storage, options: Self.options(2))
            try await second.follow(id)
            #expect(try await second.end(of: id) == .completed)
            #expect(try Self.parts(of: id, storage) == (isFirst ? 22 : 20))
            return try Self.result(of: id, storage)
        }
        let whole = try await play(dying: false), mended = try await play(dying: true)
        #expect(whole.results[0].samples?[0].counts == mended.results[0].samples?[0].counts)
        #expect(whole.programs[0].readout?.map(\.falseZero) == mended.programs[0].readout?.map(\.falseZero))
        let measuring = isFirst ? nil : JobID(1)
        #expect([whole, mended].map { $0.programs[0].readoutMeasuredBy } == [measuring, measuring])
    }

    /// A service opens sessions without end; what it keeps of them has one.
    @Test func theSessionThatWasIdleLongestMakesRoom() {
        var sessions = WarmSessions()
        let first = sessions.warmth(of: SessionIndex(0)).warmth, second = sessions.warmth(of: SessionIndex(1)).warmth
        for place in 2..<WarmSessions.most { _ = sessions.warmth(of: SessionIndex(place)) }
        let again = sessions.warmth(of: SessionIndex(0))
        #expect(again.warmth === first && !again.isBehind)
        _ = sessions.warmth(of: SessionIndex(WarmSessions.most))
        #expect(sessions.warmth(of: SessionIndex(0)).warmth === first)
        let begun = sessions.warmth(of: SessionIndex(1))
        #expect(begun.warmth !== second && begun.isBehind)
        sessions.end(SessionIndex(0))
        #expect(sessions.warmth(of: SessionIndex(0)).warmth !== first)
    }
}
