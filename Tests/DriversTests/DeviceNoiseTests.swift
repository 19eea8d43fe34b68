import Circuits
import Hardware
import Simulators
import Testing

@testable import Drivers

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

@Suite struct DeviceNoiseTests {
    /// The Kraus operators of a relaxation after the textbook, independent of the simulator's: amplitude damping with
    /// γ = 1 − e^(−t/T1), then a phase flip that brings the coherence to e^(−t/T2).
    private func relaxation(_ t: Double, _ site: SiteCalibration) -> [Matrix] {
        let t1 = site.t1!.value, t2 = min(site.t2!.value, 2 * t1)
        let gamma = 1 - exp(-t / t1), p = (1 - exp(-t / t2) / (1 - gamma).squareRoot()) / 2
        let damping = [
            Matrix(diagonal: [.one, Complex((1 - gamma).squareRoot())]),
            Matrix(dimension: 2, elements: [.zero, Complex(gamma.squareRoot()), .zero, .zero]),
        ]
        let flips = [
            Complex((1 - p).squareRoot()) * Matrix(identity: 2),
            Complex(max(p, 0).squareRoot()) * StandardGate.z.matrix(),
        ]
        return flips.flatMap { flip in damping.map { flip * $0 } }
    }

    private func averageInfidelity(_ kraus: [Matrix]) -> Double {
        let d = Double(kraus[0].dimension)
        let entanglement = kraus.reduce(0) { $0 + $1.trace.norm } / (d * d)
        return 1 - (d * entanglement + 1) / (d + 1)
    }

    /// All gates of both shipped machines: the channels that the emulator applies compose to the published infidelity.
    @Test(arguments: ["heron-133", "heron-156"]) func gatesHaveThePublishedInfidelity(_ id: String) throws {
        let file = try DeviceCatalog().file(id)
        let c = file.calibration
        var noise = GateNoise(file.description, MachineTruth(c)), limited = 0, exact = 0
        for figures in c.gates where !figures.isDead && figures.sites.allSatisfy(c.isOperational) {
            let qubits = Operands(figures.sites.map { Qubit($0.index) })
            let gate = noise.noise(of: figures.gate, on: qubits)
            let relaxed = figures.sites.map { relaxation(figures.duration.value, c.sites[$0.index]) }
            let joint = relaxed.count == 1 ? relaxed[0] : relaxed[1].flatMap { b in relaxed[0].map { b.kronecker($0) } }
            if let depolarizing = gate.error {
                #expect(Array(qubits) == depolarizing.qubits)
                let all = depolarizing.channel.krausOperators.flatMap { d in joint.map { d * $0 } }
                #expect(abs(averageInfidelity(all) - figures.error) < 1e-12, "\(figures.gate) on \(figures.sites)")
                exact += 1
            } else {
                #expect(averageInfidelity(joint) >= figures.error)
                limited += 1
            }
        }
        #expect(limited == noise.relaxationLimited.count, "\(limited)")
        #expect(exact > 9 * limited, "\(exact) solved, \(limited) limited by relaxation")
    }

    /// Average over the six eigenstates of the Pauli operators, a state 2-design: no formula in between.
    @Test func infidelityIsThatOfAveragedStates() throws {
        let file = try DeviceCatalog().file("heron-133")
        var noise = GateNoise(file.description, MachineTruth(file.calibration))
        let figures = file.calibration.figures(for: .sx, on: [Site(86)])!
        let gate = noise.noise(of: .sx, on: [Qubit(86)])
        let depolarizing = try #require(gate.error).channel.krausOperators
        let kraus = depolarizing.flatMap { d in
            relaxation(figures.duration.value, file.calibration.sites[86]).map { d * $0 }
        }
        let h = Complex(0.5.squareRoot())
        let states: [[Complex]] = [[.one, .zero], [.zero, .one], [h, h], [h, -h], [h, .i * h], [h, -(.i * h)]]
        let fidelity =
            states.reduce(0.0) { total, psi in
                total
                    + kraus.reduce(0.0) { sum, k in
                        let image = [k[0, 0] * psi[0] + k[0, 1] * psi[1], k[1, 0] * psi[0] + k[1, 1] * psi[1]]
                        return sum + (psi[0].conjugate * image[0] + psi[1].conjugate * image[1]).norm
                    }
            } / 6
        #expect(abs(1 - fidelity - figures.error) < 1e-12)
    }

    @Test func relaxationWorseThanPublishedLeavesNoDepolarizing() throws {
        let device = TestMachine(t1: 1e-6, t2: 1e-6, oneQubitError: 0.001).file
        var noise = GateNoise(device.description, MachineTruth(device.calibration))
        #expect(noise.noise(of: .sx, on: [Qubit(1)]).error == nil)
        #expect(noise.noise(of: .sx, on: [Qubit(0)]).error == nil)
        #expect(noise.noise(of: .rz, on: [Qubit(2)]).isVirtual)
        #expect(noise.relaxationLimited == ["sx on 0", "sx on 1"])
    }

    /// Relaxation accumulates over gates and gaps, and each site's own readout is left out.
    @Test func relaxationFollowsTheSchedule() throws {
        let machine = TestMachine()
        var circuit = Circuit(qubitCount: 3, bitCount: 3)
        circuit.append(.sx, [0])  // at 1 µs: nothing before it matters
        circuit.append(.rz, [0], [1])  // no time, no noise
        circuit.append(.cz, [0, 1])  // at 5 µs
        circuit.measure(0, into: 0)  // at 6 µs, to 7 µs
        circuit.append(.x, [0])  // at 9 µs
        circuit.measure(1, into: 1)  // at 20 µs
        circuit.measure(0, into: 2)  // at 30 µs
        let executable = machine.executable(circuit, starts: [1e-6, 2e-6, 5e-6, 6e-6, 9e-6, 20e-6, 30e-6])
        let file = machine.file
        let noise = DeviceNoise(executable, description: file.description, truth: MachineTruth(file.calibration))
        func before(_ k: Int) -> [LocatedChannel] { noise.channels(before: k, of: circuit.body, at: .body) }
        func after(_ k: Int) -> [LocatedChannel] { noise.channels(after: k, of: circuit.body, at: .body) }
        func relaxed(_ qubit: Int, _ time: Double, _ channels: [LocatedChannel]) -> Bool {
            guard channels.count == 1, channels[0].qubits == [Qubit(qubit)],
                case .relaxation(let decay, let coherence) = channels[0].channel.form
            else { return false }
            return abs(decay - (1 - exp(-time / 100e-6))) < 1e-12 && abs(coherence - exp(-time / 80e-6)) < 1e-12
        }
        #expect(before(0).isEmpty && before(1).isEmpty && after(1).isEmpty)
        #expect(relaxed(0, 4e-6, before(2)), "site 1 is still in its ground state")
        #expect(after(2).count == 1 && after(2)[0].qubits == [Qubit(0), Qubit(1)])
        #expect(relaxed(0, 1e-6, before(3)) && after(3).isEmpty)
        #expect(relaxed(0, 2e-6, before(4)), "from the end of the readout")
        #expect(relaxed(1, 15e-6, before(5)), "through the gate and all that others do")
        #expect(relaxed(0, 21e-6, before(6)))
        #expect(noise.channels(atEndOf: circuit.body, at: .body).isEmpty)
    }
}
