import Circuits
import Compiler
import Hardware
import Mitigation
import Synchronization

/// What a session keeps between its jobs: measurement bases, programs compiled with their inputs open, and the readout
/// as measured. All but the bases is keyed by a calibration; what was not asked for for long goes when there is too much.
final class SessionWarmth: Sendable {
    private struct Bases: Hashable {
        let circuit: Circuit
        let observables: [Observable]
    }

    private struct Program: Hashable {
        let circuit: Circuit
        let options: CompilerOptions
        let seed: UInt64
        let calibration: String
    }

    private struct Place: Hashable {
        let sites: [Site]
        let calibration: String
    }

    /// Operations of all circuits that are kept of a kind, about.
    private static let mostOperations = 1 << 19
    /// The largest programs are kept as well, but not many of them.
    private static let heaviest = mostOperations / 16
    private static let mostPlaces = 512

    private let bases = Recent<Bases, [ObservableMeasurement]>(capacity: mostOperations)
    private let templates = Recent<Program, Compilation>(capacity: mostOperations)
    private let readouts = Recent<Place, MeasuredReadout>(capacity: mostPlaces)

    func measurements(of observables: [Observable], after circuit: Circuit) -> [ObservableMeasurement] {
        let key = Bases(circuit: circuit, observables: observables)
        if let known = bases.known(key) { return known }
        let measurements = ObservableMeasurement.plan(circuit, observables: observables)
        let weight = measurements.reduce(16) { $0 + $1.circuit.body.count }
        bases.keep(measurements, for: key, weight: min(weight, Self.heaviest))
        return measurements
    }

    /// The template compiled for a calibration, from memory or by `compile`.
    ///
    /// - Returns: false as the second where it came from memory.
    func template(
        _ circuit: Circuit, _ options: CompilerOptions, seed: UInt64, calibration: String,
        compile: () throws(KernelError) -> Compilation
    ) throws(KernelError) -> (compilation: Compilation, isNew: Bool) {
        let key = Program(circuit: circuit, options: options, seed: seed, calibration: calibration)
        if let known = templates.known(key) { return (known, false) }
        let compilation = try compile()
        let weight = circuit.body.count + compilation.executable.circuit.body.count + 16
        templates.keep(compilation, for: key, weight: min(weight, Self.heaviest))
        return (compilation, true)
    }

    /// The readout of these sites as measured under a calibration.
    func readout(of sites: [Site], shots: Int, calibration: String) -> MeasuredReadout? {
        guard let known = readouts.known(Place(sites: sites, calibration: calibration)), known.shots >= shots else {
            return nil
        }
        return known
    }

    func keep(_ measured: [MeasuredReadout]) {
        for readout in measured {
            let place = Place(sites: readout.sites.map { Site($0) }, calibration: readout.calibration)
            readouts.keep(readout, for: place, weight: 1)
        }
    }
}
