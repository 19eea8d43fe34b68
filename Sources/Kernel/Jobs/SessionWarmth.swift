import Circuits
import Compiler
import Hardware
import Mitigation
import Synchronization

/// What a session keeps between its jobs: measurement bases, programs compiled with their inputs open, and the readout
/// as measured. All but the bases belongs to one calibration and goes when that does.
final class SessionWarmth: Sendable {
    private struct Bases: Hashable {
        let circuit: Circuit
        let observables: [Observable]
    }

    private struct Program: Hashable {
        let circuit: Circuit
        let options: CompilerOptions
        let seed: UInt64
    }

    private struct Memory {
        var bases: [Bases: [ObservableMeasurement]] = [:]
        var calibration = ""
        var templates: [Program: Compilation] = [:]
        var readout: [[Site]: JobSegment.ReadoutRun] = [:]
    }

    private let memory = Mutex(Memory())

    func measurements(of observables: [Observable], after circuit: Circuit) -> [ObservableMeasurement] {
        let key = Bases(circuit: circuit, observables: observables)
        if let known = memory.withLock({ $0.bases[key] }) { return known }
        let measurements = ObservableMeasurement.plan(circuit, observables: observables)
        memory.withLock { $0.bases[key] = measurements }
        return measurements
    }

    /// The template compiled for a calibration, from memory or by `compile`.
    ///
    /// - Returns: nil as the second where it came from memory.
    func template(
        _ circuit: Circuit, _ options: CompilerOptions, seed: UInt64, calibration: String,
        compile: () throws(KernelError) -> Compilation
    ) throws(KernelError) -> (compilation: Compilation, isNew: Bool) {
        let key = Program(circuit: circuit, options: options, seed: seed)
        if let known = memory.withLock({ Self.current(&$0, calibration).templates[key] }) { return (known, false) }
        let compilation = try compile()
        memory.withLock { memory in
            if memory.calibration == calibration { memory.templates[key] = compilation }
        }
        return (compilation, true)
    }

    /// The readout of these sites as measured under a calibration.
    func readout(of sites: [Site], shots: Int, calibration: String) -> JobSegment.ReadoutRun? {
        memory.withLock { memory in
            guard let run = Self.current(&memory, calibration).readout[sites], run.shots >= shots else { return nil }
            return run
        }
    }

    func keep(_ runs: [[Site]: JobSegment.ReadoutRun], calibration: String) {
        memory.withLock { memory in
            guard memory.calibration == calibration else { return }
            for (sites, run) in runs where run.counts.count == ReadoutExperiment.allCases.count {
                memory.readout[sites] = run
            }
        }
    }

    private static func current(_ memory: inout Memory, _ calibration: String) -> Memory {
        if memory.calibration != calibration {
            memory.calibration = calibration
            memory.templates = [:]
            memory.readout = [:]
        }
        return memory
    }
}
