import Circuits
import Kernel

/// What each program takes and costs alone on each machine, as first calibrated: the truth that jobs are played by.
struct ProgramEstimates: Sendable {
    private var shotSeconds: [Float] = []
    private var costs: [Float] = []
    private let machineCount: Int

    /// - Throws: `ScenarioError` where a program fits no machine.
    init(
        _ programs: ProgramTable, _ libraries: [RegionLibrary?], coherenceBudget: Double
    ) throws(ScenarioError) {
        machineCount = libraries.count
        for (place, entry) in programs.entries.enumerated() {
            var fits = false
            for library in libraries {
                guard let library,
                    case .success(let found) = library.region(
                        for: entry.profile, within: library.map.live, coherenceBudget: coherenceBudget)
                else {
                    shotSeconds.append(-1)
                    costs.append(0)
                    continue
                }
                fits = true
                shotSeconds.append(found.estimate.shotSeconds + Float(library.map.timing.repetitionDelay))
                costs.append(found.estimate.cost)
            }
            guard fits else {
                throw ScenarioError(
                    "workload.programs", "\(entry.circuit.name) fits none of the machines (program \(place))",
                    cure: "ask for fewer qubits, or add a wider machine")
            }
        }
    }

    /// Machine seconds of one shot; 0 where the program does not fit.
    func shotSeconds(_ program: Int, on machine: Int) -> Double {
        Double(max(0, shotSeconds[program * machineCount + machine]))
    }

    /// The mean over the machines that the program fits.
    func meanShotSeconds(_ program: Int) -> Double {
        let fitting = shotSeconds[program * machineCount..<(program + 1) * machineCount].filter { $0 >= 0 }
        return Double(fitting.reduce(0, +)) / Double(max(1, fitting.count))
    }

    /// −ln of the chance of success.
    func cost(_ program: Int, on machine: Int) -> Double { Double(costs[program * machineCount + machine]) }
}
