import Circuits
import Drivers
import Hardware
import Testing

@Suite struct IdealDeviceTests {
    private func executable(_ circuit: Circuit) -> Executable {
        Executable(
            deviceID: "ideal", calibrationID: "ideal", circuit: circuit, schedule: nil, initialLayout: [],
            finalLayout: [])
    }

    @Test func runsEveryStandardGateAndDefinedOnes() async throws {
        let device = IdealDevice()
        for gate in StandardGate.allCases {
            var circuit = Circuit(qubitCount: max(1, gate.qubitCount), bitCount: 1)
            circuit.append(gate, Array(0..<gate.qubitCount), Array(repeating: 0.3, count: gate.parameterCount))
            circuit.measure(0, into: 0)
            try device.validate(executable(circuit), shots: 1)
        }
        var circuit = Circuit(qubitCount: 1, bitCount: 1)
        let flip = circuit.addGate(
            GateDefinition(name: "flip", qubitCount: 1, implementation: .matrix(StandardGate.x.matrix())))
        circuit.append(flip, [0])
        circuit.measure(0, into: 0)
        let result = try await device.run(executable(circuit), shots: 10, seed: 1, progress: nil)
        #expect(result.shots.allSatisfy { $0[0] } && result.isEmulated && result.deviceTime == .zero)
    }

    @Test func bellPair() async throws {
        var circuit = Circuit(qubitCount: 2, bitCount: 2)
        circuit.append(.h, [0])
        circuit.append(.cx, [0, 1])
        circuit.measureAll()
        let result = try await IdealDevice().run(executable(circuit), shots: 20_000, seed: 3, progress: nil)
        #expect(result.shots.allSatisfy { $0[0] == $0[1] })
        #expect(agrees(frequency(of: 0, in: result), 0.5, shots: 20_000))
        let exact = try #require(result.exactProbabilities)
        #expect(exact.map(\.bits.description) == ["00", "11"])
        #expect(exact.allSatisfy { abs($0.probability - 0.5) < 1e-12 })
    }

    @Test func figures() throws {
        let device = IdealDevice(), calibration = try IdealDevice().calibration()
        #expect(device.description.connectivity == .all && device.description.nativeGate(.c4x) != nil)
        #expect(calibration.figures(for: .cx, on: [Site(3), Site(900)])?.error == 0)
        #expect(calibration.warnings.isEmpty)
        let graph = CouplingGraph(description: device.description, calibration: calibration)
        #expect(graph.areNeighbours(Site(0), Site(1023)) && !graph.areNeighbours(Site(0), Site(1024)))
    }
}
