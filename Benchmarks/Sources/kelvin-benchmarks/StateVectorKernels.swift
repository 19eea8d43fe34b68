import Circuits
import Simulators

/// Gates on a state vector, gate by gate without fusion: bytes read and written a second.
enum StateVectorKernels {
    static func measure(qubitCount: Int) {
        let bytes = Double(2 * StateVector.byteCount(qubitCount: qubitCount))
        let last = qubitCount - 1
        let cases: [(name: String, gate: StandardGate, qubits: [Int], angles: [Double], share: Double)] = [
            ("h on qubit 0", .h, [0], [], 1), ("h on qubit 5", .h, [5], [], 1),
            ("h on the last qubit", .h, [last], [], 1),
            ("rz on qubit 5", .rz, [5], [0.3], 1), ("x on qubit 5", .x, [5], [], 1),
            // Only the quarter or half of the amplitudes that a controlled gate changes is counted.
            ("cx 3, 12", .cx, [3, 12], [], 0.5), ("cx 12, 3", .cx, [12, 3], [], 0.5),
            ("cz 3, 12", .cz, [3, 12], [], 0.25),
            ("rxx 3, 12", .rxx, [3, 12], [0.4], 1), ("swap 3, 12", .swap, [3, 12], [], 0.5),
        ]
        for threads in [1, SimulationOptions.processorCount] {
            let state = StateVector(qubitCount: qubitCount, threads: threads)
            for k in 0..<qubitCount { apply(.h, [k], [], to: state) }
            for item in cases {
                let times = seconds(repetitions: 9) { apply(item.gate, item.qubits, item.angles, to: state) }
                print(
                    "{\"kernel\": \"\(item.name)\", \"qubits\": \(qubitCount), \"threads\": \(threads), "
                        + "\"median\": \(times.median), \"best\": \(times.best), "
                        + "\"gigabytesPerSecond\": \(bytes * item.share / times.best / 1e9)}")
            }
        }
    }
}

private func apply(_ gate: StandardGate, _ qubits: [Int], _ angles: [Double], to state: StateVector) {
    state.apply(ElementaryGate(gate, angles, targets: qubits.map { Qubit($0) }))
}
