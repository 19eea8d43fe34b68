// The driver of the guide Docs/write-a-driver.md, word for word; a test keeps the two equal.
// guide:begin
import Circuits
import Hardware

/// A machine of two quantum coins that never err.
struct CoinMachine: Device {
    let description = DeviceDescription(
        id: "coins", name: "Two coins", vendor: "Example", modality: .simulator, isEmulated: true,
        source: "the table in front of you", siteCount: 2,
        nativeGates: [
            NativeGate(gate: .x), NativeGate(gate: .rx), NativeGate(gate: .rz), NativeGate(gate: .cz),
        ],
        connectivity: .couplings([Coupling(Site(0), Site(1)), Coupling(Site(1), Site(0))]), timing: .none,
        abilities: Abilities(midCircuitMeasurement: false, feedForward: false, reset: false, maxShots: 10_000))

    /// The figures in force. The id must change when a figure changes; this initialiser computes it from them.
    private var record: Calibration {
        let perfect: [GateCalibration] = [.x, .rx, .rz, .cz].map {
            GateCalibration(gate: $0, sites: [], error: 0, duration: .zero)
        }
        let readout = ReadoutCalibration(falseOne: 0, falseZero: 0, duration: Seconds(1e-6))
        let site = SiteCalibration(readout: readout)
        return Calibration(deviceID: "coins", timestamp: 0, sites: [site, site], gates: [], defaults: perfect)
    }

    func calibration() throws(DeviceError) -> Calibration { record }

    func status() -> DeviceStatus { .online }

    func validate(_ executable: Executable, shots: Int) throws(DeviceError) {
        guard executable.deviceID == description.id, executable.calibrationID == record.id else {
            throw DeviceError(.unsupported, "the program was compiled for something else", cure: "compile it again")
        }
        guard (1...description.abilities.maxShots).contains(shots) else {
            throw DeviceError(.tooLarge, "\(shots) shots", cure: "ask for 1…\(description.abilities.maxShots)")
        }
        for instruction in executable.circuit.body {
            switch instruction.operation {
            case .gate(.standard(let gate)) where gate == .gphase || description.nativeGate(gate) != nil: break
            case .measure, .barrier, .delay, .end: break
            default: throw DeviceError(.unsupported, "a statement that coins cannot follow", cure: "compile it again")
            }
        }
    }

    func run(
        _ executable: Executable, shots: Int, seed: UInt64, progress: (@Sendable (Double) -> Void)?
    ) async throws(DeviceError) -> RawResult {
        try validate(executable, shots: shots)
        var machine = TwoQubits()
        var reads: [(site: Int, bit: Int)] = []
        for instruction in executable.circuit.body {
            let sites = instruction.qubits.map(\.index)
            switch instruction.operation {
            case .gate(.standard(let gate)) where gate != .gphase:
                machine.apply(gate.matrix(instruction.parameters.map { $0.constant ?? 0 }), on: sites)
            case .measure(let bit?): reads.append((sites[0], bit.index))
            default: break
            }
        }
        // The same seed gives the same shots, on any machine.
        var generator = SplitMix(state: seed)
        var outcomes: [BitString] = []
        for shot in 0..<shots {
            if Task.isCancelled { throw DeviceError(.cancelled, "cancelled") }
            if shot % 1_000 == 0 { progress?(Double(shot) / Double(shots)) }
            let state = machine.sample(generator.uniform())
            var bits = BitString(zeros: executable.circuit.bitCount)
            for read in reads where state >> read.site & 1 == 1 { bits[read.bit] = true }
            outcomes.append(bits)
        }
        if Task.isCancelled { throw DeviceError(.cancelled, "cancelled") }
        return RawResult(
            shots: outcomes, method: "two coins", isEmulated: true, deviceTime: Seconds(1e-6 * Double(shots)))
    }
}

/// Four amplitudes; site 0 is the least significant bit.
struct TwoQubits {
    private var amplitudes: [Complex] = [.one, .zero, .zero, .zero]

    mutating func apply(_ matrix: Matrix, on sites: [Int]) {
        var result = [Complex](repeating: .zero, count: 4)
        let mask = sites.reduce(0) { $0 | 1 << $1 }
        // The operands' bits of an index; operand 0 is the least significant.
        func local(_ index: Int) -> Int { sites.enumerated().reduce(0) { $0 | (index >> $1.element & 1) << $1.offset } }
        for row in 0..<4 {
            for column in 0..<4 where row & ~mask == column & ~mask {
                result[row] = result[row] + matrix[local(row), local(column)] * amplitudes[column]
            }
        }
        amplitudes = result
    }

    /// The basis state at a place u in [0, 1) of the cumulative distribution.
    func sample(_ u: Double) -> Int {
        var rest = u
        for (state, amplitude) in amplitudes.enumerated() {
            rest -= amplitude.norm
            if rest < 0 { return state }
        }
        return 3
    }
}

/// Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (OOPSLA 2014).
struct SplitMix {
    var state: UInt64

    mutating func uniform() -> Double {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Double((z ^ (z >> 31)) >> 11) * 0x1p-53
    }
}
// guide:end
