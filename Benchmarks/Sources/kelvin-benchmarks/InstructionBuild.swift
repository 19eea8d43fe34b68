import Circuits

/// A circuit of so many instructions, one and two qubits, with and without parameters, grown by `append`.
enum InstructionBuild {
    static func measure(count: Int) {
        var bytes = 0
        let times = seconds(repetitions: 9) {
            var circuit = Circuit(qubitCount: 100)
            for k in 0..<count {
                let first = Qubit(k % 100),
                    second = Qubit((k * 7 + 1) % 100 == k % 100 ? (k + 1) % 100 : (k * 7 + 1) % 100)
                switch k % 3 {
                case 0: circuit.body.append(.cx, [first, second])
                case 1: circuit.body.append(.rz, [first], [Parameter(Double(k) * 1e-6)])
                default: circuit.body.append(.cp, [first, second], [Parameter(Double(k) * 1e-6)])
                }
            }
            precondition(circuit.body.count == count)
            bytes = circuit.body.storageBytes
        }
        print(
            "{\"instructions\": \(count), \"bytes\": \(bytes), \"median\": \(times.median), \"best\": \(times.best)}")
    }
}
