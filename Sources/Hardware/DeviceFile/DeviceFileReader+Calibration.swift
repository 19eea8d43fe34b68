import Circuits

extension DeviceFileReader {
    func calibration(_ node: JSONNode) throws(DeviceFileFault) -> Calibration {
        let object = try JSONObject(node, keys: ["timestamp", "sites", "gates", "environment"])
        let timestamp = try object.required("timestamp") { node throws(DeviceFileFault) in
            guard let seconds = Timestamp.seconds(from: try node.text()) else {
                throw DeviceFileFault(
                    "\(node.excerpt) is no moment", cure: "write it in UTC as 2025-02-26T20:26:08Z", at: node.offset)
            }
            return seconds
        }
        var sites = try object.required("sites") { node throws(DeviceFileFault) in try siteFigures(node) }
        let gates = try object.required("gates") { node throws(DeviceFileFault) in try gateFigures(node, sites: sites) }
        for (k, site) in DeviceFileReader.sitesWithoutLivingGate(description, gates.figures, gates.defaults)
            .enumerated()
        where site {
            sites[k].isOperational = false
        }
        return Calibration(
            deviceID: description.id, timestamp: timestamp, sites: sites, gates: gates.figures,
            defaults: gates.defaults, globals: gates.globals,
            environment: try object.optional("environment") { node throws(DeviceFileFault) in try environment(node) }
                ?? .none)
    }

    /// A site is dead where each physical one-qubit gate it has is reported dead (an error of 1.0).
    static func sitesWithoutLivingGate(
        _ description: DeviceDescription, _ figures: [GateCalibration], _ defaults: [GateCalibration]
    ) -> [Bool] {
        var living = [Int](repeating: 0, count: description.siteCount)
        var dead = living
        for entry in figures where entry.gate.qubitCount == 1 {
            if entry.isDead { dead[entry.sites[0].index] += 1 } else { living[entry.sites[0].index] += 1 }
        }
        return zip(living, dead).map { $0 == 0 && $1 > 0 }
    }

    private func siteFigures(_ node: JSONNode) throws(DeviceFileFault) -> [SiteCalibration] {
        var sites = [SiteCalibration?](repeating: nil, count: description.siteCount)
        _ = try node.elements { node throws(DeviceFileFault) in
            let object = try JSONObject(
                node, keys: ["site", "t1", "t2", "frequency", "readout", "reset", "operational"])
            let site = try object.required("site") { node throws(DeviceFileFault) in
                try DeviceFileReader.site(node, siteCount: description.siteCount)
            }
            guard sites[site.index] == nil else {
                throw DeviceFileFault("site \(site.index) is listed twice", cure: "remove one entry", at: node.offset)
            }
            sites[site.index] = try siteFigures(object, site)
        }
        if let missing = sites.firstIndex(where: { $0 == nil }) {
            throw DeviceFileFault(
                "site \(missing) has no entry", cure: "give one for each of the \(description.siteCount) sites",
                at: node.offset)
        }
        return sites.compactMap { $0 }
    }

    private func siteFigures(_ object: JSONObject, _ site: Site) throws(DeviceFileFault) -> SiteCalibration {
        let reset = try object.optional("reset") { node throws(DeviceFileFault) in
            let object = try JSONObject(node, keys: ["error", "duration"])
            return (
                error: try object.optional("error") { node throws(DeviceFileFault) in try node.probability() },
                duration: try object.required("duration") { node throws(DeviceFileFault) in try node.time() }
            )
        }
        var result = SiteCalibration(
            t1: try object.optional("t1") { node throws(DeviceFileFault) in try node.time() },
            t2: try object.optional("t2") { node throws(DeviceFileFault) in try node.time() },
            readout: try object.optional("readout") { node throws(DeviceFileFault) in
                let object = try JSONObject(
                    node, keys: ["falseOne", "falseZero", "duration", "efficiency", "darkCounts"])
                return ReadoutCalibration(
                    falseOne: try object.required("falseOne") { node throws(DeviceFileFault) in try node.probability()
                    },
                    falseZero: try object.required("falseZero") { node throws(DeviceFileFault) in
                        try node.probability()
                    },
                    duration: try object.required("duration") { node throws(DeviceFileFault) in try node.time() },
                    efficiency: try object.optional("efficiency") { node throws(DeviceFileFault) in
                        try node.probability()
                    } ?? 1,
                    darkCounts: try object.optional("darkCounts") { node throws(DeviceFileFault) in
                        try node.probability()
                    } ?? 0)
            },
            resetDuration: reset?.duration, resetError: reset?.error,
            frequency: try object.optional("frequency") { node throws(DeviceFileFault) in
                let value = try node.number()
                guard value > 0 else {
                    throw DeviceFileFault(
                        "a frequency of \(node.excerpt) Hz", cure: "give it in hertz", at: node.offset)
                }
                return value
            },
            isOperational: try object.optional("operational") { node throws(DeviceFileFault) in try node.flag() }
                ?? true
        )
        if let readout = result.readout {
            if readout.error >= 1 { result.isOperational = false }
        } else if result.isOperational {
            throw DeviceFileFault(
                "site \(site.index) has no readout figures",
                cure: "add \"readout\", or mark the site \"operational\": false", at: object.offset)
        }
        return result
    }

    private func gateFigures(
        _ node: JSONNode, sites: [SiteCalibration]
    ) throws(DeviceFileFault) -> (
        figures: [GateCalibration], defaults: [GateCalibration], globals: [GateCalibration]
    ) {
        var couplings: Set<Coupling>?
        if case .couplings(let list) = description.connectivity { couplings = Set(list) }
        var figures: [GateCalibration] = [], defaults: [GateCalibration] = [], globals: [GateCalibration] = []
        var seenGates: Set<StandardGate> = []
        _ = try node.elements { node throws(DeviceFileFault) in
            let object = try JSONObject(node, keys: ["gate", "default", "global", "figures"])
            let gate = try object.required("gate") { node throws(DeviceFileFault) in
                try calibratedGate(node, seen: &seenGates)
            }
            let standard = try object.optional("default") { node throws(DeviceFileFault) in
                try self.figures(
                    JSONObject(node, keys: ["error", "duration"] + DeviceFileReader.faultKeys), gate, sites: [])
            }
            if let standard { defaults.append(standard) }
            let global = try object.optional("global") { node throws(DeviceFileFault) in
                guard gate.qubitCount == 1 else {
                    throw DeviceFileFault(
                        "a global \(gate.name)", cure: "only one-qubit gates act on all sites at once", at: node.offset)
                }
                return try self.figures(
                    JSONObject(node, keys: ["error", "duration"] + DeviceFileReader.faultKeys), gate, sites: [])
            }
            if let global { globals.append(global) }
            var seen: Set<[Site]> = []
            let list = try object.optional("figures") { node throws(DeviceFileFault) in
                try node.elements { node throws(DeviceFileFault) in
                    let object = try JSONObject(
                        node, keys: ["sites", "error", "duration"] + DeviceFileReader.faultKeys)
                    let sites = try object.required("sites") { node throws(DeviceFileFault) in
                        try operands(node, gate, couplings: couplings, seen: &seen)
                    }
                    return try self.figures(object, gate, sites: sites)
                }
            }
            if let list { figures += list }
            if standard == nil { try checkCoverage(gate, seen, sites: sites, at: node.offset) }
        }
        for native in description.nativeGates where !native.isVirtual && !seenGates.contains(native.gate) {
            throw DeviceFileFault(
                "the native gate \(native.gate.name) has no figures",
                cure: "add them, or mark the gate \"virtual\": true if it is free", at: node.offset)
        }
        if let couplings { try checkCouplings(couplings, figures, defaults, at: node.offset) }
        return (figures, defaults, globals)
    }

    private func calibratedGate(_ node: JSONNode, seen: inout Set<StandardGate>) throws(DeviceFileFault) -> StandardGate
    {
        let gate = try DeviceFileReader.gate(node)
        guard let native = description.nativeGate(gate) else {
            throw DeviceFileFault(
                "\(gate.name) is calibrated but not native",
                cure: "add it to the file's \"gates\", or remove its figures",
                at: node.offset)
        }
        guard !native.isVirtual else {
            throw DeviceFileFault(
                "\(gate.name) is virtual and has figures", cure: "a virtual gate is free; remove one of the two",
                at: node.offset)
        }
        guard seen.insert(gate).inserted else {
            throw DeviceFileFault("\(gate.name) is listed twice", cure: "join the entries", at: node.offset)
        }
        return gate
    }

    private func figures(
        _ object: JSONObject, _ gate: StandardGate, sites: [Site]
    ) throws(DeviceFileFault) -> GateCalibration {
        GateCalibration(
            gate: gate, sites: sites,
            error: try object.required("error") { node throws(DeviceFileFault) in try node.probability() },
            duration: try object.required("duration") { node throws(DeviceFileFault) in try node.time() },
            faults: try faults(object, gate))
    }

    private func operands(
        _ node: JSONNode, _ gate: StandardGate, couplings: Set<Coupling>?, seen: inout Set<[Site]>
    ) throws(DeviceFileFault) -> [Site] {
        let sites = try DeviceFileReader.sites(node, count: gate.qubitCount, siteCount: description.siteCount)
        let name = "[" + sites.map { "\($0.index)" }.joined(separator: ", ") + "]"
        guard seen.insert(sites).inserted else {
            throw DeviceFileFault(
                "\(gate.name) on \(name) is listed twice", cure: "remove one entry", at: node.offset)
        }
        if let couplings, sites.count == 2, !couplings.contains(Coupling(sites[0], sites[1])) {
            throw DeviceFileFault(
                "\(gate.name) is calibrated on \(name), which is no coupling",
                cure: "add the pair to \"connectivity\", or remove the figures", at: node.offset)
        }
        return sites
    }

    /// A gate without default figures must have its own on each operational site, or between all sites if all connect.
    private func checkCoverage(
        _ gate: StandardGate, _ seen: Set<[Site]>, sites: [SiteCalibration], at offset: Int
    ) throws(DeviceFileFault) {
        func missing(_ places: String) -> DeviceFileFault {
            DeviceFileFault(
                "\(gate.name) has no figures on \(places)",
                cure: "add them, add a \"default\", or give the error 1 if it is dead there", at: offset)
        }
        if gate.qubitCount == 1 {
            for k in sites.indices where sites[k].isOperational && !seen.contains([Site(k)]) {
                throw missing("site \(k)")
            }
        } else if gate.qubitCount == 2, description.connectivity == .all {
            let count = sites.count
            guard seen.count < count * (count - 1) else { return }
            for a in 0..<count {
                for b in 0..<count where a != b && !seen.contains([Site(a), Site(b)]) { throw missing("[\(a), \(b)]") }
            }
        }
    }

    /// Each coupling has some two-qubit gate.
    private func checkCouplings(
        _ couplings: Set<Coupling>, _ figures: [GateCalibration], _ defaults: [GateCalibration], at offset: Int
    ) throws(DeviceFileFault) {
        if defaults.contains(where: { $0.gate.qubitCount == 2 }) { return }
        var bare = couplings
        for entry in figures where entry.sites.count == 2 { bare.remove(Coupling(entry.sites[0], entry.sites[1])) }
        if let first = bare.min(by: { ($0.first, $0.second) < ($1.first, $1.second) }) {
            throw DeviceFileFault(
                "the coupling [\(first.first.index), \(first.second.index)] has no two-qubit gate with figures",
                cure: "add figures (error 1 if it is dead), or remove the pair from \"connectivity\"", at: offset)
        }
    }
}
