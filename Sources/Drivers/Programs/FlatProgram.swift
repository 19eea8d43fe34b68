import Circuits
import Hardware

/// A compiled program without control flow and with numbers for angles: what interfaces that know no more can be given.
struct FlatProgram {
    enum Step {
        case gate(StandardGate, [Double], sites: [Int])
        case measure(site: Int, bit: Int)
        case reset(site: Int)
        case barrier(sites: [Int])
    }

    var steps: [Step] = []
    /// Of the source program.
    let bitCount: Int
    let siteCount: Int

    /// - Throws: `DeviceError.unsupported` at the first statement that cannot be said.
    init(_ executable: Executable, for device: String) throws(DeviceError) {
        let circuit = executable.circuit
        bitCount = circuit.bitCount
        siteCount = circuit.qubitCount
        if circuit.variables.contains(where: { $0.role == .output }) {
            throw DeviceError(
                .unsupported, "the program computes output variables; \(device) returns measured bits alone",
                cure: "measure into bits and compute afterwards, or use another device")
        }
        try append(circuit.body, of: circuit, device)
        guard steps.contains(where: { if case .measure = $0 { true } else { false } }) else {
            throw DeviceError(
                .unsupported, "the program measures nothing; \(device) returns measured bits alone",
                cure: "measure at least one qubit")
        }
    }

    private mutating func append(_ block: Block, of circuit: Circuit, _ device: String) throws(DeviceError) {
        for position in block.indices {
            let instruction = block[position]
            let sites = instruction.qubits.map(\.index)
            func unsupported(_ what: String) -> DeviceError {
                DeviceError(
                    .unsupported, "\(device) takes programs without \(what)",
                    cure: "use a device with feed-forward, or write the program without it",
                    location: instruction.location)
            }
            switch instruction.operation {
            case .gate(.standard(.gphase)): break
            case .gate(.standard(let gate)):
                var angles: [Double] = []
                for parameter in instruction.parameters {
                    guard let angle = parameter.constant else {
                        throw unsupported("angles that are computed while it runs")
                    }
                    angles.append(angle)
                }
                steps.append(.gate(gate, angles, sites: sites))
            case .gate(let gate):
                throw DeviceError(
                    .unsupported, "\(circuit.name(of: gate)) is no native gate of \(device)",
                    cure: "compile the program",
                    location: instruction.location)
            case .measure(let bit): if let bit { steps.append(.measure(site: sites[0], bit: bit.index)) }
            case .reset: steps.append(.reset(site: sites[0]))
            case .barrier: steps.append(.barrier(sites: sites))
            // Without a machine's clock a delay is a place where nothing happens.
            case .delay: steps.append(.barrier(sites: sites))
            case .controlFlow(let place):
                guard case .box(_, let body) = block.controlFlow[place] else { throw unsupported("control flow") }
                try append(body, of: circuit, device)
            case .assign: throw unsupported("classical computation")
            case .break, .continue: throw unsupported("control flow")
            case .end: return
            }
        }
    }

    /// Sites that some step touches, ascending.
    var usedSites: [Int] {
        var used: Set<Int> = []
        for step in steps {
            switch step {
            case .gate(_, _, let sites): used.formUnion(sites)
            case .measure(let site, _), .reset(let site): used.insert(site)
            case .barrier: break
            }
        }
        return used.sorted()
    }

    /// The measured bits, each once, in ascending order.
    var measuredBits: [Int] {
        Set(steps.compactMap { if case .measure(_, let bit) = $0 { bit } else { nil } }).sorted()
    }

    /// Site and bit of each measurement, if no site is touched after it was measured and no bit is written twice; where
    /// the machine measures at the end only.
    ///
    /// - Throws: `DeviceError.unsupported` otherwise.
    func finalMeasurements(for device: String) throws(DeviceError) -> [(site: Int, bit: Int)] {
        var result: [(site: Int, bit: Int)] = []
        var measured: Set<Int> = [], written: Set<Int> = []
        for step in steps {
            let touched: [Int]
            switch step {
            case .gate(_, _, let sites): touched = sites
            case .reset(let site):
                throw DeviceError(
                    .unsupported, "a reset of site \(site); \(device) has none", cure: "leave it out")
            case .barrier: touched = []
            case .measure(let site, let bit):
                touched = [site]
                result.append((site, bit))
                guard written.insert(bit).inserted else {
                    throw DeviceError(
                        .unsupported, "bit \(bit) is measured twice; \(device) measures at the end only",
                        cure: "measure into different bits")
                }
            }
            if let site = touched.first(where: measured.contains) {
                throw DeviceError(
                    .unsupported, "site \(site) is used after its measurement; \(device) measures at the end only",
                    cure: "move the measurement to the end, or use another device")
            }
            if case .measure(let site, _) = step { measured.insert(site) }
        }
        return result
    }

    /// All bits of the program from the measured ones; bits nobody measured are 0.
    ///
    /// - Parameter values: the value of each of `bits`.
    func bits(_ bits: [Int], _ values: BitString) -> BitString {
        var result = BitString(zeros: bitCount)
        for (k, bit) in bits.enumerated() where values[k] { result[bit] = true }
        return result
    }
}
