import Circuits
import Hardware

/// Whether a device can run an executable, asked of every instruction before anything runs.
///
/// An executable comes from a compiler, but not always from ours and not always for this device: nothing is taken for
/// granted.
struct ExecutableCheck {
    let description: DeviceDescription
    let calibration: Calibration
    /// Whether gates that the program defines may stand in it (the simulator takes them apart).
    var allowsDefinedGates = false

    private var instructions = 0
    /// Sites whose measurement has been seen on the way through the text.
    private var measured: [Bool]

    init(description: DeviceDescription, calibration: Calibration, allowsDefinedGates: Bool = false) {
        self.description = description
        self.calibration = calibration
        self.allowsDefinedGates = allowsDefinedGates
        measured = Array(repeating: false, count: description.siteCount)
    }

    mutating func check(_ executable: Executable, shots: Int) throws(DeviceError) {
        let id = description.id
        guard executable.deviceID == id else {
            throw DeviceError(
                .unsupported, "the program was compiled for the device \(executable.deviceID), not for \(id)",
                cure: "compile it for \(id)")
        }
        guard executable.calibrationID == calibration.id else {
            throw DeviceError(
                .unsupported,
                "the program was compiled against the calibration \(executable.calibrationID); in force on \(id) is "
                    + calibration.id, cure: "compile it again")
        }
        guard shots >= 1 else {
            throw DeviceError(.unsupported, "\(shots) shots", cure: "ask for at least one")
        }
        guard shots <= description.abilities.maxShots else {
            throw DeviceError(
                .tooLarge, "\(shots) shots; \(id) takes \(description.abilities.maxShots) in one run",
                cure: "ask for fewer, or split the run")
        }
        let circuit = executable.circuit
        guard circuit.qubitCount <= description.siteCount else {
            throw DeviceError(
                .tooLarge, "the program has \(circuit.qubitCount) qubits; \(id) has \(description.siteCount) sites",
                cure: "use a larger device")
        }
        if let schedule = executable.schedule, !schedule.fits(circuit.body) {
            throw DeviceError(
                .unsupported, "the schedule does not belong to the program: its instructions differ in number or time",
                cure: "schedule the program again")
        }
        try check(circuit.body, of: circuit, isNested: false)
        if let limit = description.abilities.maxInstructions, instructions > limit {
            throw DeviceError(
                .tooLarge, "the program has \(instructions) instructions; \(id) takes \(limit)",
                cure: "split the program")
        }
    }

    private mutating func check(_ block: Block, of circuit: Circuit, isNested: Bool) throws(DeviceError) {
        for position in block.indices {
            instructions += 1
            let instruction = block[position]
            switch instruction.operation {
            case .gate(let gate):
                try check(gate, instruction, circuit)
                try touch(instruction, circuit.name(of: gate))
            case .measure:
                try touch(instruction, "measure")
                let site = instruction.qubits[0].index
                if isNested && !description.abilities.midCircuitMeasurement { throw noMidCircuit(site, instruction) }
                measured[site] = true
            case .reset:
                guard description.abilities.reset else {
                    throw DeviceError(
                        .unsupported, "\(description.id) has no reset", cure: "leave it out, or use another device",
                        location: instruction.location)
                }
                try touch(instruction, "reset")
            case .controlFlow(let place):
                try check(block.controlFlow[place], of: circuit, instruction)
            case .barrier, .delay, .assign, .break, .continue, .end: break
            }
        }
    }

    private mutating func check(
        _ statement: ControlFlow, of circuit: Circuit, _ instruction: Instruction
    ) throws(DeviceError) {
        switch statement {
        case .branch, .switch, .while:
            guard description.abilities.feedForward else {
                throw DeviceError(
                    .unsupported, "\(description.id) cannot decide while a program runs (no feed-forward)",
                    cure: "defer the measurements, or use another device", location: instruction.location)
            }
        case .for, .box: break
        }
        var isNested = true
        if case .box = statement { isNested = false }
        for block in statement.blocks { try check(block, of: circuit, isNested: isNested) }
    }

    /// The sites exist and work, and nothing follows a measurement where the device cannot go on after one.
    private func touch(_ instruction: Instruction, _ name: String) throws(DeviceError) {
        for qubit in instruction.qubits {
            guard calibration.isOperational(Site(qubit.index)) else {
                throw DeviceError(
                    .unsupported, "\(name) on site \(qubit.index) of \(description.id), which is reported dead",
                    cure: "compile the program again; dead sites are left out then", location: instruction.location)
            }
            if measured[qubit.index] && !description.abilities.midCircuitMeasurement {
                throw noMidCircuit(qubit.index, instruction)
            }
        }
    }

    private func noMidCircuit(_ site: Int, _ instruction: Instruction) -> DeviceError {
        DeviceError(
            .unsupported,
            "site \(site) is measured before the program's end; \(description.id) measures at the end only",
            cure: "move the measurement to the end, or use another device", location: instruction.location)
    }

    private func check(_ gate: Gate, _ instruction: Instruction, _ circuit: Circuit) throws(DeviceError) {
        func fault(_ message: String, _ cure: String) -> DeviceError {
            DeviceError(.unsupported, message, cure: cure, location: instruction.location)
        }
        let id = description.id
        guard let standard = gate.standard else {
            if allowsDefinedGates { return }
            throw fault("\(circuit.name(of: gate)) is no native gate of \(id)", "compile the program for \(id)")
        }
        if standard == .gphase { return }
        guard let native = description.nativeGate(standard) else {
            throw fault("\(standard.name) is no native gate of \(id)", "compile the program for \(id)")
        }
        for (k, range) in native.angleRanges.enumerated() {
            guard let range else { continue }
            guard let angle = instruction.parameters[k].constant else {
                throw fault(
                    "the angle of \(standard.name) is computed while the program runs; \(id) takes "
                        + "\(range.lowerBound)…\(range.upperBound) and must know it before",
                    "bind the parameter before compilation")
            }
            // Angles of compiled programs carry rounding errors.
            guard angle >= range.lowerBound - 1e-9, angle <= range.upperBound + 1e-9 else {
                throw fault(
                    "\(standard.name)(\(angle)) is outside the angles that \(id) takes, "
                        + "\(range.lowerBound)…\(range.upperBound)", "compile the program for \(id)")
            }
        }
        if native.isVirtual { return }
        let sites = instruction.qubits.map { $0.index }
        let place = sites.map(String.init).joined(separator: ", ")
        guard let figures = calibration.figures(for: standard, on: instruction.qubits) else {
            throw fault(
                sites.count == 1
                    ? "\(id) has no \(standard.name) on site \(place)"
                    : "\(id) has no \(standard.name) between sites \(place)",
                "compile the program for \(id)")
        }
        guard !figures.isDead else {
            throw fault(
                "\(standard.name) on sites \(place) of \(id) is reported dead (error 1)",
                "compile the program again; dead couplers are left out then")
        }
    }
}

extension Schedule {
    /// Whether it has a finite time, not negative, for each instruction of the block and of all blocks in it.
    func fits(_ block: Block) -> Bool {
        func isTime(_ value: Double) -> Bool { value.isFinite && value >= 0 }
        guard starts.count == block.count, durations.count == block.count, isTime(duration),
            starts.allSatisfy(isTime), durations.allSatisfy(isTime), nested.count == block.controlFlow.count
        else { return false }
        return zip(nested, block.controlFlow).allSatisfy { schedules, statement in
            let blocks = statement.blocks
            return schedules.count == blocks.count && zip(schedules, blocks).allSatisfy { $0.fits($1) }
        }
    }
}
