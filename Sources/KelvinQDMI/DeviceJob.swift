import Circuits
import Compiler
import Drivers
import Hardware
import Languages
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// One job: programs, and what became of them. The programs run one after the other on a task of their own.
final class DeviceJob: Sendable {
    private struct State {
        var format: Int32?
        var programs: [[UInt8]] = []
        var shots = 1_024
        var seed: UInt64?
        var status = QDMI.JobStatus.created
        var statuses: [Int32] = []
        var results: [[BitString]?] = []
        var task: Task<Void, Never>?
    }

    let table: DeviceTable
    let id: String
    private let state = Mutex(State())

    init(_ table: DeviceTable) {
        self.table = table
        var generator = SystemRandomNumberGenerator()
        id = "kelvin-\(String(generator.next() as UInt64, radix: 16))"
    }

    var status: Int32 { state.withLock { $0.status } }
    var format: Int32? { state.withLock { $0.format } }
    var shots: Int { state.withLock { $0.shots } }
    var programCount: Int { state.withLock { $0.programs.count } }

    func program(_ index: Int) -> [UInt8]? {
        state.withLock { $0.programs.indices.contains(index) ? $0.programs[index] : nil }
    }
    func status(of index: Int) -> Int32? {
        state.withLock { $0.statuses.indices.contains(index) ? $0.statuses[index] : nil }
    }
    func result(_ index: Int) -> [BitString]? {
        state.withLock { $0.results.indices.contains(index) ? $0.results[index] : nil }
    }

    /// Shots, and as CUSTOM1 the seed of an emulated device; a job without one is given a random one.
    func set(_ parameter: Int32, _ value: UInt64?) -> Int32 {
        state.withLock { state in
            guard state.status == QDMI.JobStatus.created else { return QDMI.Status.badState }
            switch parameter {
            case QDMI.shotsParameter:
                if let value {
                    guard value >= 1, value <= UInt64(table.description.abilities.maxShots) else {
                        return QDMI.Status.notSupported
                    }
                    state.shots = Int(value)
                }
            case QDMI.firstCustom: if let value { state.seed = value }
            case QDMI.firstCustom + 1...QDMI.lastCustom: return QDMI.Status.notSupported
            default: return QDMI.Status.invalidArgument
            }
            return QDMI.Status.success
        }
    }

    func set(programs: [[UInt8]], format: Int32) -> Int32 {
        state.withLock { state in
            guard state.status == QDMI.JobStatus.created else { return QDMI.Status.badState }
            state.programs = programs
            state.format = format
            state.statuses = Array(repeating: QDMI.JobStatus.created, count: programs.count)
            state.results = Array(repeating: nil, count: programs.count)
            return QDMI.Status.success
        }
    }

    func submit() -> Int32 {
        state.withLock { state in
            guard state.status == QDMI.JobStatus.created, !state.programs.isEmpty else { return QDMI.Status.badState }
            state.status = QDMI.JobStatus.running
            var generator = SystemRandomNumberGenerator()
            let seed = state.seed ?? generator.next()
            let (programs, shots) = (state.programs, state.shots)
            state.task = Task.detached { await self.run(programs, shots: shots, seed: seed) }
            return QDMI.Status.success
        }
    }

    func cancel() -> Int32 {
        let (status, task) = state.withLock { ($0.status, $0.task) }
        guard status < QDMI.JobStatus.done else { return QDMI.Status.invalidArgument }
        task?.cancel()
        if task == nil { state.withLock { $0.status = QDMI.JobStatus.cancelled } }
        return QDMI.Status.success
    }

    /// - Parameter seconds: 0 waits for ever.
    func wait(_ seconds: Int) -> Int32 {
        let end = ContinuousClock.now + .seconds(min(seconds, 1 << 40))
        var pause: UInt32 = 100
        while true {
            let status = status
            if status == QDMI.JobStatus.created { return QDMI.Status.badState }
            if status >= QDMI.JobStatus.done { return QDMI.Status.success }
            if seconds > 0, ContinuousClock.now >= end { return QDMI.Status.timeout }
            usleep(pause)
            pause = min(2 * pause, 5_000)
        }
    }

    private func run(_ programs: [[UInt8]], shots: Int, seed: UInt64) async {
        var last = QDMI.JobStatus.done
        for (index, bytes) in programs.enumerated() {
            let outcome = await run(bytes, shots: shots, seed: seed &+ UInt64(index))
            let status: Int32
            switch outcome {
            case .success(let bits):
                status = QDMI.JobStatus.done
                state.withLock { $0.results[index] = bits }
            case .failure(let failure):
                status = failure.isCancelled ? QDMI.JobStatus.cancelled : QDMI.JobStatus.failed
                last = max(last, status)
                if !failure.isCancelled { complain("\(failure.message)") }
            }
            state.withLock { $0.statuses[index] = status }
        }
        let final = last
        state.withLock { $0.status = final }
    }

    /// QDMI programs may use the device's operations by their names alone: where no file is included, the standard gates
    /// are, on the line of the version.
    private static func includingStandardGates(_ bytes: [UInt8]) -> [UInt8] {
        let text = String(decoding: bytes, as: UTF8.self)
        guard !text.contains("include"), let version = text.firstRange(of: "OPENQASM"),
            let end = text[version.upperBound...].firstIndex(of: ";")
        else { return bytes }
        let isVersion2 = text[version.upperBound..<end].contains("2")
        let file = isVersion2 ? "qelib1.inc" : "stdgates.inc"
        return Array((text[...end] + " include \"\(file)\";" + text[text.index(after: end)...]).utf8)
    }

    private struct Failure: Error {
        var message: String
        var isCancelled = false
    }

    /// Reads, compiles and runs one program. A register of as many qubits as there are sites, and physical qubits `$n`,
    /// mean the sites; any other program is laid out freely.
    private func run(_ bytes: [UInt8], shots: Int, seed: UInt64) async -> Result<[BitString], Failure> {
        let source = SourceText(name: id, bytes: Self.includingStandardGates(bytes))
        let parsed = OpenQASM.parse(source, dialect: .qiskit)
        guard let program = parsed.circuit else { return .failure(Failure(message: parsed.report)) }
        do {
            var options = CompilerOptions()
            var circuit = program
            let isPhysical = program.qubitRegisters.contains { $0.name == OpenQASMWriter.hardwareRegister }
            if isPhysical || (program.qubitCount == table.description.siteCount && table.couplings != nil) {
                let placed = program.placedOnSites
                circuit = placed.circuit
                options.initialLayout = placed.sites
                // QDMI promises that operations happen on the sites they name.
                options.rewriting = .verbatim
            } else if program.qubitCount == table.description.siteCount {
                circuit = program.placedOnSites.circuit
            }
            let compilation = try Compilation(
                of: circuit, for: table.description, calibration: table.calibration, options: options, seed: seed)
            let result = try await table.device.run(compilation.executable, shots: shots, seed: seed, progress: nil)
            let bits = circuit.bitRegisters.filter { !$0.isInput && !$0.isTemporary }.flatMap {
                Array($0.start..<$0.start + $0.count)
            }
            return .success(
                result.shots.map { shot in
                    var own = BitString(zeros: bits.count)
                    for (k, bit) in bits.enumerated() where shot[bit] { own[k] = true }
                    return own
                })
        } catch let error as DeviceError {
            return .failure(Failure(message: error.message, isCancelled: error.code == .cancelled))
        } catch let error as CompilerError {
            return .failure(Failure(message: error.message))
        } catch {
            return .failure(Failure(message: "\(error)"))
        }
    }
}
