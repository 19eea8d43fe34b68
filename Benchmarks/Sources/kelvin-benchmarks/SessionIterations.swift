import Circuits
import Drivers
import Hardware
import Kernel
import Synchronization

/// A VQE loop on the emulated Heron machine: what an iteration costs beyond its shots, in a session and as a job of its
/// own. Simulated throughout.
enum SessionIterations {
    /// A machine that keeps the time spent inside it apart.
    private final class Metered: Device, DeviceProvider {
        private let machine: any Device
        private let busy = Mutex(0.0)

        init(_ machine: any Device) { self.machine = machine }

        var description: DeviceDescription { machine.description }
        func calibration() throws(DeviceError) -> Calibration { try machine.calibration() }
        func status() -> DeviceStatus { machine.status() }
        func device(_ id: String) throws(DeviceError) -> any Device { self }
        func validate(_ executable: Executable, shots: Int) throws(DeviceError) {
            try machine.validate(executable, shots: shots)
        }
        func run(
            _ executable: Executable, shots: Int, seed: UInt64, progress: (@Sendable (Double) -> Void)?
        ) async throws(DeviceError) -> RawResult {
            let begin = ContinuousClock.now
            defer { busy.withLock { $0 += begin.duration(to: .now) / .seconds(1) } }
            return try await machine.run(executable, shots: shots, seed: seed, progress: progress)
        }

        func takeBusySeconds() -> Double {
            busy.withLock { seconds in
                defer { seconds = 0 }
                return seconds
            }
        }
    }

    static func measure(qubitCount: Int, iterations: Int) async throws {
        let device = Metered(try DeviceCatalog().device("heron-133"))
        let runtime = Runtime(devices: device)
        let session = try await runtime.openSession(.dedicated, on: "heron-133")
        let program = try ansatz(qubitCount)
        func request(_ iteration: Int) -> JobRequest {
            let values = program.circuit.inputs.enumerated().map { place, input in
                (name: input.name, value: InputValue.real(0.1 * Double(place) + 0.01 * Double(iteration)))
            }
            return JobRequest(
                name: "vqe",
                workload: .estimate([
                    EstimatorPUB(
                        program.circuit, observables: [program.observable], parameters: ParameterTable(values))
                ]), device: "heron-133", shots: 1000, seed: UInt64(iteration))
        }
        _ = try await session.run(request(0))
        _ = device.takeBusySeconds()
        var warm: [Double] = [], warmTotal: [Double] = [], cold: [Double] = []
        for iteration in 1...iterations {
            let begin = ContinuousClock.now
            _ = try await session.run(request(iteration))
            let seconds = begin.duration(to: .now) / .seconds(1)
            warmTotal.append(seconds)
            warm.append(seconds - device.takeBusySeconds())
        }
        try await session.close()
        for iteration in 1...max(3, iterations / 10) {
            let begin = ContinuousClock.now
            let job = try await runtime.submit(request(iteration))
            _ = try await runtime.result(of: job)
            cold.append(begin.duration(to: .now) / .seconds(1))
        }
        func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
        print(
            """
            {"qubits": \(qubitCount), "iterations": \(iterations), "shots": 1000, "simulated": true, \
            "overheadSeconds": \(median(warm)), "leastOverheadSeconds": \(warm.min() ?? 0), \
            "sessionIterationSeconds": \(median(warmTotal)), "coldJobSeconds": \(median(cold)), \
            "ratio": \(median(cold) / median(warmTotal))}
            """)
    }

    /// Two layers of rotations and entanglers on a line, and the transverse-field Ising model after them: two bases.
    private static func ansatz(_ count: Int) throws -> (circuit: Circuit, observable: Observable) {
        var circuit = Circuit(name: "vqe", qubitCount: count)
        for layer in 0..<2 {
            for qubit in 0..<count {
                let variable = circuit.addVariable(
                    Variable(name: "theta_\(layer)_\(qubit)", type: .float(64), role: .input))
                let angle = circuit.addParameter(Expression(.variable(variable), type: .float(64)))
                circuit.append(.standard(.ry), [qubit], [angle])
            }
            for qubit in 1..<count { circuit.append(.cx, [qubit - 1, qubit]) }
        }
        var terms: [String] = []
        for qubit in 0..<count {
            terms.append("0.5*X\(qubit)")
            if qubit > 0 { terms.append("Z\(qubit - 1) Z\(qubit)") }
        }
        return (circuit, try Observable(parsing: terms.joined(separator: " + "), qubitCount: count))
    }
}
