import Circuits

/// A calibration of Google's quantum engine as cirq-google writes it, with the device specification where there is one.
///
/// Errors of two-qubit gates are published as Pauli errors of a cross-entropy cycle; the figure here is that of the gate
/// alone: the one-qubit errors of the cycle are taken off, and the Pauli error is turned into the average infidelity.
enum CirqImporter {
    /// Gate durations where no specification says them: those of cirq-google's `DEFAULT_GATE_NS`.
    private static let legacyDurations: [String: Double] = [
        "phased_xz": 2.5e-8, "cz": 2.6e-8, "sqrt_iswap": 3.2e-8, "meas": 4e-6, "reset": 2.5e-7,
    ]

    private static let entanglers: [(metric: String, name: String)] = [
        ("two_qubit_parallel_cz_gate_xeb_pauli_error_per_cycle", "cz"),
        ("two_qubit_parallel_sqrt_iswap_gate_xeb_pauli_error_per_cycle", "sqrt_iswap"),
    ]

    static func read(_ documents: [ForeignDocument]) throws(DeviceError) -> MachineRecord {
        guard let calibration = documents.first(where: { $0.json?.has("metrics") == true }) else {
            throw DeviceError(
                .invalidFile, "\(documents[0].name): the calibration is missing (no \"metrics\")",
                cure: "give the calibration's JSON; the device specification alone has no errors")
        }
        let metrics = try calibration.reading { node throws(DeviceFileFault) in try Metrics(node) }
        let specification = documents.lazy.compactMap { document -> GridSpecification? in
            if case .protocolText(let text) = document.content { GridSpecification(text) } else { nil }
        }.first
        do { return try machine(metrics, specification, file: calibration.name) } catch {
            throw DeviceError(.invalidFile, "\(calibration.name): \(error.message)", cure: error.cure)
        }
    }

    private static func machine(
        _ metrics: Metrics, _ specification: GridSpecification?, file: String
    ) throws(DeviceFileFault) -> MachineRecord {
        let qubits = Set(specification?.qubits ?? []).union(metrics.qubits).sorted()
        guard !qubits.isEmpty, qubits.count <= DeviceFile.maximumSites else {
            throw DeviceFileFault("no qubit is calibrated", cure: "give the whole calibration")
        }
        let place = Dictionary(uniqueKeysWithValues: qubits.enumerated().map { ($1, Site($0)) })
        var record = MachineRecord(siteCount: qubits.count)
        let stem = (file.split(separator: "/").last.map(String.init) ?? file).split(separator: ".").first
        let name = (stem.map(String.init) ?? "google").replacingSuffix("_calibration", with: "")
        record.id = name
        record.name = "Google \(name)"
        record.vendor = "Google"
        record.source =
            "calibration of Google's quantum engine, \(file.split(separator: "/").last.map(String.init) ?? file)"
            + "; site k is the k-th qubit by row and column"
        record.coordinates = qubits.map { SiteCoordinate(row: Double($0.row), column: Double($0.column)) }
        record.timestamp = metrics.timestamp ?? date(in: file)
        record.abilities = Abilities(
            midCircuitMeasurement: true, feedForward: false, reset: specification?.durations["reset"] != nil,
            maxShots: 1_000_000)
        fillSites(metrics, specification, qubits, into: &record)
        addOneQubitGates(metrics, specification, place, to: &record)
        try addEntanglers(metrics, specification, place, to: &record)
        return record
    }

    private static func duration(_ name: String, _ specification: GridSpecification?, _ record: inout MachineRecord)
        -> Double?
    {
        if let own = specification?.durations[name] { return own }
        record.assume(
            "calibration.durations.\(name)",
            "not in the calibration: cirq-google's default for its older machines (DEFAULT_GATE_NS)")
        return legacyDurations[name]
    }

    private static func fillSites(
        _ metrics: Metrics, _ specification: GridSpecification?, _ qubits: [GridQubit], into record: inout MachineRecord
    ) {
        let readout = duration("meas", specification, &record), pulse = duration("phased_xz", specification, &record)
        let incoherent = metrics.single["single_qubit_rb_incoherent_error_per_gate"] ?? [:]
        for (k, qubit) in qubits.enumerated() {
            let t1 = metrics.single["single_qubit_idle_t1_micros"]?[qubit].map {
                ForeignUnits.scaled($0, exponent: -6)
            }
            record.sites[k].t1 = t1
            record.sites[k].falseOne = metrics.single["single_qubit_p00_error"]?[qubit]
            record.sites[k].falseZero = metrics.single["single_qubit_p11_error"]?[qubit]
            record.sites[k].readoutDuration = readout
            record.sites[k].resetDuration = specification?.durations["reset"]
            // The incoherent error of a pulse is t/3·(1/T1 + 1/Tφ), as cirq-google's calibration_to_noise_properties.
            if let t1, t1 > 0, let pulse, let error = incoherent[qubit] {
                let dephasing = error - pulse / (3 * t1)
                record.sites[k].t2 = 1 / (1 / (2 * t1) + max(0, 3 * dephasing / pulse))
            }
        }
        if !incoherent.isEmpty {
            record.assume(
                "calibration.sites.t2",
                "computed from T1 and the incoherent error of one-qubit randomised benchmarking, as cirq-google does")
        }
    }

    private static func addOneQubitGates(
        _ metrics: Metrics, _ specification: GridSpecification?, _ place: [GridQubit: Site],
        to record: inout MachineRecord
    ) {
        var rotation = MachineRecord.NativeFigures(gate: .r)
        let time = duration("phased_xz", specification, &record)
        for (qubit, site) in place.sorted(by: { $0.value < $1.value }) {
            guard let error = metrics.oneQubitError(of: qubit) else { continue }
            rotation.places.append((sites: [site], figure: .init(error: error, duration: time)))
        }
        if rotation.places.isEmpty { rotation.common = .init(error: nil, duration: time) }
        record.gates = [rotation, MachineRecord.NativeFigures(gate: .rz, isVirtual: true)]
    }

    private static func addEntanglers(
        _ metrics: Metrics, _ specification: GridSpecification?, _ place: [GridQubit: Site],
        to record: inout MachineRecord
    ) throws(DeviceFileFault) {
        var couplings: Set<Coupling> = []
        if let targets = specification?.targets {
            for pair in targets {
                guard let a = place[pair.first], let b = place[pair.second], a != b else { continue }
                couplings.formUnion([Coupling(a, b), Coupling(b, a)])
            }
        }
        var hasEntangler = false
        for (metric, name) in entanglers {
            guard let figures = metrics.pairs[metric], let meaning = ForeignGates.meaning(name) else { continue }
            var native = MachineRecord.NativeFigures(gate: meaning.gate, angleRanges: meaning.angleRanges)
            let time = duration(name, specification, &record)
            var corrected = 0
            for (pair, cycle) in figures.sorted(by: { $0.key < $1.key }) {
                guard let a = place[pair.first], let b = place[pair.second], a != b else { continue }
                let others = [pair.first, pair.second].reduce(0.0) { $0 + 1.5 * (metrics.oneQubitError(of: $1) ?? 0) }
                let pauli = cycle - others
                if pauli < 0 { corrected += 1 }
                let error = min(1, max(0, pauli) * 0.8)
                couplings.formUnion([Coupling(a, b), Coupling(b, a)])
                native.places.append((sites: [a, b], figure: .init(error: error, duration: time)))
                native.places.append((sites: [b, a], figure: .init(error: error, duration: time)))
            }
            if corrected > 0 {
                record.warnings.append(
                    "\(name): on \(corrected) pairs the one-qubit errors exceed the error of the cycle: 0 is taken")
            }
            if native.places.isEmpty { continue }
            hasEntangler = true
            record.gates.append(native)
            record.assume(
                "calibration.gates.\(meaning.gate.name).error",
                "Pauli error of a parallel cross-entropy cycle less those of its one-qubit gates, times 4/5")
        }
        if metrics.pairs.keys.contains(where: { $0.contains("sycamore") }) {
            record.warnings.append("the gate syc (fSim(π/2, π/6)) is none of Kelvin's standard gates and was left out")
        }
        guard hasEntangler || record.sites.count == 1 else {
            throw DeviceFileFault(
                "no two-qubit gate that Kelvin knows is calibrated",
                cure: "cz and sqrt_iswap are known, by their parallel cross-entropy errors")
        }
        record.couplings = Array(couplings)
    }

    /// The first date in a file's name, as in `willow_2024_08_16`.
    private static func date(in name: String) -> Double? {
        let digits = name.utf8.map { $0 >= 0x30 && $0 <= 0x39 ? $0 : 0x20 }
        let words = String(decoding: digits, as: UTF8.self).split(separator: " ")
        for k in words.indices where words[k].count == 4 && k + 2 < words.count {
            let text = "\(words[k])-\(words[k + 1])-\(words[k + 2])T00:00:00Z"
            if let seconds = Timestamp.seconds(from: text) { return seconds }
        }
        return nil
    }
}

extension String {
    fileprivate func replacingSuffix(_ suffix: String, with other: String) -> String {
        hasSuffix(suffix) ? String(dropLast(suffix.count)) + other : self
    }
}
