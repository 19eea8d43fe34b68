import Circuits
import Hardware

extension Bench {
    /// Several numbers of shots, an odd one among them; a bit that nobody writes.
    func checkShots(_ finding: inout ConformanceSuite.Finding) async throws(DeviceError) {
        guard let site = sites.first else { return finding.faults.append("no site works") }
        var circuit = Circuit(name: "shots", qubitCount: 1, bitCount: 3)
        circuit.append(.x, [0])
        circuit.measure(0, into: 1)
        let executable = try compiled(circuit, on: [site])
        let bound = expectedError(of: executable)
        let loss = expectedLoss(of: executable)
        // Of a single shot nothing may be left on a machine that loses some.
        for shots in Set([loss > 0 ? 2 : 1, 7, min(shots, 1_001)]).sorted()
        where shots <= description.abilities.maxShots {
            let result = try await device.run(executable, shots: shots, seed: seed, progress: nil)
            if result.shots.count + result.lostShots != shots {
                finding.faults.append(
                    "\(result.shots.count) outcomes and \(result.lostShots) lost shots where \(shots) shots were asked for"
                )
            }
            let allowed = loss > 0 ? loss * 1.5 + fluctuation(shots) : 0
            if Double(result.lostShots) > allowed * Double(shots) {
                finding.faults.append(
                    "\(result.lostShots) of \(shots) shots are said to be lost, where the calibration tells of "
                        + Self.percent(loss))
            }
            if let odd = result.shots.first(where: { $0.count != 3 }) {
                finding.faults.append("an outcome of \(odd.count) bits, where the program has 3")
                continue
            }
            if result.shots.contains(where: { $0[0] || $0[2] }) {
                finding.faults.append("a bit that the program never writes is 1")
            }
            let ones = Double(result.shots.count { $0[1] }) / Double(max(1, result.shots.count))
            if ones < 1 - bound - fluctuation(shots) {
                finding.faults.append("after x a qubit reads 1 in \(Self.percent(ones)) of the shots")
            }
        }
        finding.detail = "\(loss > 0 ? 2 : 1), 7 and up to 1,001 shots of one qubit into the middle of three bits"
    }

    /// One excited qubit at a time, measured into a register in an order of its own.
    func checkBitOrder(_ finding: inout ConformanceSuite.Finding) async throws(DeviceError) {
        let width = min(3, sites.count)
        guard width > 1 else {
            finding.detail = "one site has no order"
            return
        }
        // The sites need not touch: no gate joins them.
        let places = Array(sites.prefix(width))
        let order = Array([1, 2, 0].prefix(width)).map { $0 % width }
        let shots = min(shots, 500)
        for excited in 0..<width {
            var circuit = Circuit(name: "bit order", qubitCount: width, bitCount: width)
            circuit.append(.x, [excited])
            for qubit in 0..<width { circuit.measure(qubit, into: order[qubit]) }
            let executable = try compiled(circuit, on: places)
            let result = try await device.run(executable, shots: shots, seed: seed, progress: nil)
            guard result.shots.allSatisfy({ $0.count == width }) else {
                return finding.faults.append("outcomes have another number of bits than the program")
            }
            let bound = expectedError(of: executable) + fluctuation(shots)
            for qubit in 0..<width {
                let ones = Double(result.shots.count { $0[order[qubit]] }) / Double(max(1, result.shots.count))
                let expected = qubit == excited ? 1.0 : 0.0
                if abs(ones - expected) > bound {
                    finding.faults.append(
                        "qubit \(qubit) on site \(places[qubit].index), measured into bit \(order[qubit]), reads 1 in "
                            + "\(Self.percent(ones)) of the shots where \(Self.percent(expected)) belong (qubit "
                            + "\(excited) is excited)")
                }
            }
        }
        finding.detail = "\(width) qubits on sites \(places.map(\.index)), each excited in turn, bits permuted"
    }

    static func percent(_ value: Double) -> String { "\((value * 1_000).rounded() / 10) %" }
}
