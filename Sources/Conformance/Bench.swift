import Circuits
import Compiler
import Hardware

/// A device on the test bench, with what is needed to run programs on it.
struct Bench {
    let device: any Device
    let description: DeviceDescription
    let calibration: Calibration
    /// Places that are used: sites that work and, where pairs are needed, couplings that work, best first.
    let sites: [Site]
    let couplings: [Coupling]
    let shots: Int
    let seed: UInt64

    init(_ device: any Device, shots: Int, seed: UInt64) throws(DeviceError) {
        self.device = device
        description = device.description
        calibration = try device.calibration()
        self.shots = min(shots, description.abilities.maxShots)
        self.seed = seed
        let calibration = calibration, description = description
        sites = description.sites.filter { calibration.isOperational($0) }.sorted {
            Self.readoutError($0, calibration) < Self.readoutError($1, calibration)
        }
        let entanglers = description.nativeGates.filter { $0.gate.qubitCount == 2 }.map(\.gate)
        func error(_ coupling: Coupling) -> Double? {
            guard calibration.isOperational(coupling.first), calibration.isOperational(coupling.second) else {
                return nil
            }
            return entanglers.compactMap {
                calibration.figures(for: $0, on: [coupling.first, coupling.second]).flatMap {
                    $0.isDead ? nil : $0.error
                }
            }.min()
        }
        let pairs: [Coupling]
        switch description.connectivity {
        case .couplings(let list): pairs = list
        // Where all are joined the first few sites are as good as any.
        case .all:
            let first = sites.prefix(4)
            pairs = first.flatMap { a in first.filter { $0 != a }.map { Coupling(a, $0) } }
        }
        couplings = pairs.compactMap { pair in error(pair).map { (pair, $0) } }.sorted {
            $0.1 != $1.1 ? $0.1 < $1.1 : ($0.0.first, $0.0.second) < ($1.0.first, $1.0.second)
        }.map(\.0)
    }

    static func readoutError(_ site: Site, _ calibration: Calibration) -> Double {
        calibration.sites[site.index].readout?.error ?? 0
    }

    /// The circuit compiled so that its qubit k starts on `sites[k]`.
    func compiled(_ circuit: Circuit, on sites: [Site]) throws(DeviceError) -> Executable {
        do {
            return try Compilation(
                of: circuit, for: description, calibration: calibration,
                options: CompilerOptions(effort: .fast, initialLayout: sites), seed: seed
            ).executable
        } catch {
            throw DeviceError(.failed, "a check could not be compiled: \(error.message)", cure: error.cure)
        }
    }

    func run(_ circuit: Circuit, on sites: [Site], shots: Int? = nil) async throws(DeviceError) -> RawResult {
        let executable = try compiled(circuit, on: sites)
        return try await device.run(executable, shots: shots ?? self.shots, seed: seed, progress: nil)
    }

    /// An upper estimate of the probability that a program's outcome is disturbed, from the published figures.
    func expectedError(of executable: Executable) -> Double {
        var survival = 1.0
        for instruction in executable.circuit.body {
            switch instruction.operation {
            case .gate(.standard(let gate)) where description.nativeGate(gate)?.isVirtual == false:
                survival *= 1 - min(1, 2 * (calibration.figures(for: gate, on: instruction.qubits)?.error ?? 0))
            case .measure:
                survival *= 1 - Self.readoutError(Site(instruction.qubits[0].index), calibration)
            default: break
            }
        }
        // Idle times, crosstalk and drift are in no figure of a gate.
        let hasNoise = survival < 1
        return min(1, (1 - survival) * 1.5 + (hasNoise ? 0.02 : 0))
    }

    /// The share of shots that the machine notices to have lost, from the published figures: photons that no detector sees,
    /// gates that fail, carriers whose places are found empty.
    func expectedLoss(of executable: Executable) -> Double {
        let notices = calibration.environment.absence?.isHeralded ?? true
        var survival = 1.0
        for instruction in executable.circuit.body {
            switch instruction.operation {
            case .gate(.standard(let gate)):
                guard let faults = calibration.figures(for: gate, on: instruction.qubits)?.faults else { continue }
                survival *= faults.success
                if notices { for _ in instruction.qubits { survival *= 1 - faults.loss } }
            case .measure:
                guard let readout = calibration.sites[instruction.qubits[0].index].readout else { continue }
                if notices { survival *= readout.efficiency * (1 - 2 * min(0.5, readout.darkCounts)) }
            default: break
            }
        }
        return 1 - survival
    }

    /// Five standard deviations of a probability measured with so many shots, at its widest.
    func fluctuation(_ shots: Int) -> Double { 5 * (0.25 / Double(max(1, shots))).squareRoot() }
}
