import Circuits

/// A backend of IonQ's interface v0.4 (`GET /backends/{name}`), and what is known of it
/// (`GET /backends/{name}/characterizations`). Figures are means of the whole machine.
enum IonQImporter {
    static func read(_ documents: [ForeignDocument]) throws(DeviceError) -> MachineRecord {
        let backend = documents.first { $0.json?.has("backend") == true && $0.json?.has("qubits") == true }
        guard let backend else {
            throw DeviceError(
                .invalidFile, "\(documents[0].name): no backend (\"backend\", \"qubits\")",
                cure: "give the answer of GET /backends/{name}")
        }
        var record = try backend.reading { node throws(DeviceFileFault) in try machine(node) }
        for document in documents where document.json?.has("characterizations") == true {
            try document.reading { node throws(DeviceFileFault) in
                try node.required("characterizations") { node throws(DeviceFileFault) in
                    if let first = try node.elements({ node throws(DeviceFileFault) in node }).first {
                        try characterise(first, &record)
                    }
                }
            }
        }
        return record
    }

    private static func machine(_ node: JSONNode) throws(DeviceFileFault) -> MachineRecord {
        let count = try node.required("qubits") { node throws(DeviceFileFault) in
            try node.integer(in: 1...DeviceFile.maximumSites)
        }
        let name = try node.required("backend") { node throws(DeviceFileFault) in try node.text() }
        var record = MachineRecord(siteCount: count)
        record.id = "ionq-\(name)"
        record.name = "IonQ \(name), \(count) qubits"
        record.vendor = "IonQ"
        record.source = "IonQ's interface v0.4, backend \(name)"
        record.couplings = nil
        let isSimulator = name.hasPrefix("simulator")
        record.modality = isSimulator ? .simulator : .trappedIon
        record.timestamp = try node.optional("last_updated") { node throws(DeviceFileFault) in
            try ForeignUnits.moment(node)
        }
        record.abilities = Abilities(
            midCircuitMeasurement: false, feedForward: false, reset: false, maxShots: 1_000_000)
        // The gate set `qis` is accepted everywhere; IonQ compiles it to its own. These have matrices equal to Kelvin's.
        for gate: StandardGate in [
            .x, .y, .z, .h, .s, .sdg, .t, .tdg, .sx, .sxdg, .rx, .ry, .rz, .cx, .rxx, .ryy, .rzz,
        ] {
            record.gates.append(MachineRecord.NativeFigures(gate: gate, isVirtual: false))
        }
        if isSimulator {
            for k in record.gates.indices { record.gates[k].common = .init(error: 0, duration: nil) }
        }
        return record
    }

    private static func characterise(_ node: JSONNode, _ record: inout MachineRecord) throws(DeviceFileFault) {
        func fidelity(_ key: String) throws(DeviceFileFault) -> Double? {
            try node.optional("fidelity") { node throws(DeviceFileFault) -> Double? in
                try node.optional(key) { node throws(DeviceFileFault) -> Double? in
                    if let median = node.member("median") { return try median.probability() }
                    return try node.optional("mean") { node throws(DeviceFileFault) in try node.probability() }
                } ?? nil
            } ?? nil
        }
        func time(_ key: String) throws(DeviceFileFault) -> Double? {
            try node.optional("timing") { node throws(DeviceFileFault) -> Double? in
                try node.optional(key) { node throws(DeviceFileFault) in try node.timeOrZero().value }
            } ?? nil
        }
        let one = MachineRecord.Figure(error: try fidelity("1q").map { 1 - $0 }, duration: try time("1q"))
        let two = MachineRecord.Figure(error: try fidelity("2q").map { 1 - $0 }, duration: try time("2q"))
        for k in record.gates.indices { record.gates[k].common = record.gates[k].gate.qubitCount == 1 ? one : two }
        let spam = try fidelity("spam").map { 1 - $0 }
        let t1 = try time("t1"), t2 = try time("t2"), readout = try time("readout"), reset = try time("reset")
        for k in record.sites.indices {
            (record.sites[k].t1, record.sites[k].t2) = (t1, t2)
            (record.sites[k].falseOne, record.sites[k].falseZero) = (spam, spam)
            record.sites[k].readoutDuration = readout
            record.sites[k].resetDuration = reset
        }
        if let date = try node.optional("date", { node throws(DeviceFileFault) in try ForeignUnits.moment(node) }) {
            record.timestamp = date
        }
        record.assume("calibration", "medians of the whole machine, as IonQ publishes them")
    }
}
