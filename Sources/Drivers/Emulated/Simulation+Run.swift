import Circuits
import Hardware
import Simulators
import Synchronization

extension Simulation {
    /// Runs under the surrounding task: its cancellation ends the simulation; errors become those of devices.
    func run(
        shots: Int, seed: UInt64, progress: (@Sendable (Double) -> Void)?
    ) async throws(DeviceError) -> SimulatedShots {
        let cancellation = Cancellation()
        var simulation = self
        let report = simulation.options.watch.report, isCancelled = simulation.options.watch.isCancelled
        simulation.options.watch = SimulationWatch(
            report: { fraction in
                report(fraction)
                progress?(fraction)
            }, isCancelled: { cancellation.isRequested.load(ordering: .relaxed) || isCancelled() })
        let ready = simulation
        let result = await withTaskCancellationHandler {
            Result { () throws(SimulationError) in try ready.run(shots: shots, seed: seed) }
        } onCancel: {
            cancellation.isRequested.store(true, ordering: .relaxed)
        }
        switch result {
        case .success(let shots): return shots
        case .failure(let error): throw DeviceError(error)
        }
    }
}

/// The task's cancellation, where threads that belong to no task can see it.
private final class Cancellation: Sendable {
    let isRequested = Atomic(false)
}

extension DeviceError {
    init(_ error: SimulationError) {
        let code: DeviceError.Code
        switch error.code {
        case .memory, .work: code = .tooLarge
        case .gate, .unsupported: code = .unsupported
        case .loopLimit, .evaluation: code = .programFault
        case .cancelled: code = .cancelled
        }
        self.init(code, error.message, location: error.location)
        if code == .programFault { fault = error.evaluation?.rawValue ?? error.code.rawValue }
    }
}
