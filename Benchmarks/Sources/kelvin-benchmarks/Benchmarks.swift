import Circuits
import Languages
import Simulators

/// `kelvin-benchmarks parse FILE…`, `instructions`, `kernels` or `session`: one JSON object a line with medians of repetitions.
@main
struct Benchmarks {
    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch arguments.first {
        case "parse": for file in arguments.dropFirst() { Parsing.measure(file) }
        case "instructions": InstructionBuild.measure(count: 1_000_000)
        case "kernels": StateVectorKernels.measure(qubitCount: arguments.count > 1 ? Int(arguments[1]) ?? 24 : 24)
        case "session":
            try await SessionIterations.measure(
                qubitCount: arguments.count > 1 ? Int(arguments[1]) ?? 4 : 4, iterations: 100)
        default: print("usage: kelvin-benchmarks parse FILE… | instructions | kernels [QUBITS] | session [QUBITS]")
        }
    }
}

/// The seconds of `repetitions` calls after one that warms up.
func seconds(repetitions: Int, _ work: () -> Void) -> Times {
    work()
    let clock = ContinuousClock()
    var times: [Double] = []
    for _ in 0..<repetitions {
        let begin = clock.now
        work()
        times.append(begin.duration(to: clock.now) / .seconds(1))
    }
    times.sort()
    return Times(median: times[times.count / 2], best: times[0])
}

struct Times {
    var median: Double
    /// On a machine that does other things too, the least disturbed.
    var best: Double
}
