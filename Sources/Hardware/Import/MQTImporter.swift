import Circuits

/// A superconducting device of mqt-core: the JSON its QDMI library MQT_SC is configured with (`schema-version` 1).
enum MQTImporter {
    static func read(_ documents: [ForeignDocument]) throws(DeviceError) -> MachineRecord {
        try documents[0].reading { node throws(DeviceFileFault) in try machine(node, file: documents[0].name) }
    }

    private static func machine(_ node: JSONNode, file: String) throws(DeviceFileFault) -> MachineRecord {
        let version = try node.required("schema-version") { node throws(DeviceFileFault) in try node.number() }
        guard version == 1 else {
            throw DeviceFileFault(
                "schema version \(DeviceFileWriter.number(version))", cure: "this Kelvin reads version 1",
                at: node.member("schema-version")?.offset
            ).inside("schema-version")
        }
        let count = try node.required("numQubits") { node throws(DeviceFileFault) in
            try node.integer(in: 1...DeviceFile.maximumSites)
        }
        var record = MachineRecord(siteCount: count)
        record.name = try node.required("name") { node throws(DeviceFileFault) in try node.text() }
        record.id = record.name
        record.vendor = record.name.split(separator: " ").first.map(String.init) ?? "unknown"
        record.source = "mqt-core device description \(file.split(separator: "/").last.map(String.init) ?? file)"
        let unit = try node.required("durationUnit") { node throws(DeviceFileFault) in
            let scale = try node.optional("scaleFactor") { node throws(DeviceFileFault) in
                try node.number(in: Double.leastNormalMagnitude...1e12, "a scale factor")
            }
            return try ForeignUnits.scaled(scale ?? 1, unit: node.member("unit"))
        }
        try qubits(node, unit: unit, into: &record)
        let pairs = try node.optional("couplings") { node throws(DeviceFileFault) in
            try node.elements { node throws(DeviceFileFault) in
                let pair = try DeviceFileReader.sites(node, count: 2, siteCount: count)
                return Coupling(pair[0], pair[1])
            }
        }
        record.couplings = pairs
        _ = try node.required("operations") { node throws(DeviceFileFault) in
            try node.elements { node throws(DeviceFileFault) in try operation(node, unit: unit, into: &record) }
        }
        // Where only one direction of a coupling is listed, symmetric gates work in both.
        if let pairs {
            let reversed = pairs.map(\.reversed)
            let isSymmetric = record.gates.contains { $0.gate.qubitCount == 2 && $0.gate.isSymmetric }
            if isSymmetric { record.couplings = pairs + reversed }
        }
        record.abilities.feedForward = false
        return record
    }

    private static func qubits(
        _ node: JSONNode, unit: Double, into record: inout MachineRecord
    ) throws(DeviceFileFault) {
        guard let properties = node.member("qubitProperties") else { return }
        func times(_ node: JSONNode) throws(DeviceFileFault) -> (t1: Double?, t2: Double?) {
            func time(_ key: String) throws(DeviceFileFault) -> Double? {
                try node.optional(key) { node throws(DeviceFileFault) in Self.product(try node.number(), unit) }
            }
            return (try time("t1"), try time("t2"))
        }
        do throws(DeviceFileFault) {
            let common = try properties.optional("defaults") { node throws(DeviceFileFault) in try times(node) }
            for k in record.sites.indices {
                record.sites[k].t1 = common?.t1
                record.sites[k].t2 = common?.t2
            }
            let count = record.sites.count
            let overrides = try properties.optional("overrides") { node throws(DeviceFileFault) in
                try node.elements { node throws(DeviceFileFault) in
                    let site = try node.required("qubit") { node throws(DeviceFileFault) in
                        try DeviceFileReader.site(node, siteCount: count)
                    }
                    return (site, try times(node))
                }
            }
            for (site, own) in overrides ?? [] {
                record.sites[site.index].t1 = own.t1 ?? record.sites[site.index].t1
                record.sites[site.index].t2 = own.t2 ?? record.sites[site.index].t2
            }
        } catch { throw error.inside("qubitProperties") }
    }

    /// Whole raw values and decimal units multiply without a rounding of their own.
    static func product(_ raw: Double, _ unit: Double) -> Double {
        let exact = raw * unit
        let digits = (exact * 1e18).rounded()
        return digits.magnitude < 9e15 ? digits / 1e18 : exact
    }

    private static func operation(
        _ node: JSONNode, unit: Double, into record: inout MachineRecord
    ) throws(DeviceFileFault) {
        let name = try node.required("name") { node throws(DeviceFileFault) in try node.text() }
        func figure(_ node: JSONNode) throws(DeviceFileFault) -> MachineRecord.Figure {
            MachineRecord.Figure(
                error: try node.optional("fidelity") { node throws(DeviceFileFault) in 1 - (try node.probability()) },
                duration: try node.optional("duration") { node throws(DeviceFileFault) in
                    product(try node.timeOrZero().value, unit)
                })
        }
        let common = try figure(node)
        let count = record.sites.count
        let places = try node.optional("siteOverrides") { node throws(DeviceFileFault) in
            try node.elements { node throws(DeviceFileFault) in
                let sites = try node.required("sites") { node throws(DeviceFileFault) in
                    try node.elements { node throws(DeviceFileFault) in
                        try DeviceFileReader.site(node, siteCount: count)
                    }
                }
                return (sites: sites, figure: try figure(node))
            }
        }
        if name == "measure" || name == "reset" {
            for k in record.sites.indices {
                let own = places?.first { $0.sites == [Site(k)] }?.figure
                let error = own?.error ?? common.error, duration = own?.duration ?? common.duration
                if name == "measure" {
                    (record.sites[k].falseOne, record.sites[k].falseZero) = (error, error)
                    record.sites[k].readoutDuration = duration
                } else {
                    record.sites[k].resetDuration = duration
                    record.sites[k].resetError = error
                }
            }
            if name == "reset" { record.abilities.reset = true }
            return
        }
        guard let meaning = ForeignGates.meaning(name) else {
            record.warnings.append("the operation \(name) is unknown and was left out")
            return
        }
        var native = MachineRecord.NativeFigures(gate: meaning.gate, angleRanges: meaning.angleRanges)
        native.isVirtual = (meaning.gate == .rz || meaning.gate == .p) && common.error == nil && places == nil
        if common.error != nil || common.duration != nil { native.common = common }
        native.places = places ?? []
        for place in native.places where place.sites.count != meaning.gate.qubitCount {
            throw DeviceFileFault(
                "\(name) on \(place.sites.count) sites", cure: "it takes \(meaning.gate.qubitCount)", at: node.offset)
        }
        if meaning.gate.qubitCount == 2, meaning.gate.isSymmetric {
            let listed = Set(native.places.map(\.sites))
            native.places += native.places.filter { !listed.contains($0.sites.reversed()) }.map {
                (sites: $0.sites.reversed(), figure: $0.figure)
            }
        }
        record.gates.append(native)
    }
}
