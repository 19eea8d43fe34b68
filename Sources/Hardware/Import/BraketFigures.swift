import Circuits

/// The figures that Braket's capabilities publish, by place.
struct BraketFigures {
    let numbers: QubitNumbers
    var oneQubit: [(sites: [Site], figure: MachineRecord.Figure)] = []
    var commonOneQubit: MachineRecord.Figure?
    /// By the vendor's gate name in lower case.
    var twoQubit: [String: [(sites: [Site], figure: MachineRecord.Figure)]] = [:]
    var commonTwoQubit: MachineRecord.Figure?

    init(numbers: QubitNumbers) { self.numbers = numbers }

    /// The figures under the gate's name or one of its other names; symmetric gates in both directions.
    func places(of gate: StandardGate, named name: String) -> [(sites: [Site], figure: MachineRecord.Figure)] {
        let own =
            twoQubit[name.lowercased()]
            ?? twoQubit.sorted { $0.key < $1.key }.first { ForeignGates.meaning($0.key)?.gate == gate }?.value ?? []
        let listed = Set(own.map(\.sites)), couplings = numbers.couplings.map { Set($0) }
        return own
            + own.compactMap { entry in
                let reversed: [Site] = entry.sites.reversed()
                if listed.contains(reversed) { return nil }
                let isCoupling = couplings?.contains(Coupling(reversed[0], reversed[1])) ?? true
                return gate.isSymmetric && isCoupling ? (reversed, entry.figure) : nil
            }
    }

    mutating func read(_ node: JSONNode, into record: inout MachineRecord) throws(DeviceFileFault) {
        if let standardized = node.member("standardized") {
            do throws(DeviceFileFault) { try readStandardized(standardized, into: &record) } catch {
                throw error.inside("standardized")
            }
        } else if let provider = node.member("provider") {
            do throws(DeviceFileFault) { try readProvider(provider, into: &record) } catch {
                throw error.inside("provider")
            }
        } else {
            record.warnings.append("the capabilities have neither \"standardized\" nor \"provider\": no figures")
        }
    }

    private mutating func readStandardized(
        _ node: JSONNode, into record: inout MachineRecord
    ) throws(DeviceFileFault) {
        let common = try MachineTimes(node)
        for k in record.sites.indices {
            record.sites[k].t1 = common.t1
            record.sites[k].t2 = common.t2
            record.sites[k].readoutDuration = common.readout
            record.sites[k].resetDuration = common.reset
        }
        let commonReadout = try Self.fidelity(node.member("readoutFidelity"), preferring: [])
        let commonOne = try Self.fidelity(node.member("singleQubitFidelity"), preferring: [])
        if commonOne != nil || common.oneQubit != nil {
            commonOneQubit = .init(error: commonOne.map { 1 - $0 }, duration: common.oneQubit)
        }
        let commonTwo = try Self.fidelity(node.member("twoQubitGateFidelity"), preferring: [])
        if commonTwo != nil || common.twoQubit != nil {
            commonTwoQubit = .init(error: commonTwo.map { 1 - $0 }, duration: common.twoQubit)
        }
        if let commonReadout {
            for k in record.sites.indices {
                (record.sites[k].falseOne, record.sites[k].falseZero) = (1 - commonReadout, 1 - commonReadout)
            }
        }
        let numbers = numbers
        var entries: [(sites: [Site], figure: MachineRecord.Figure)] = []
        _ = try node.optional("oneQubitProperties") { node throws(DeviceFileFault) in
            try node.members { key, value throws(DeviceFileFault) in
                guard let number = Int(key), let site = numbers.site(number) else {
                    record.warnings.append("qubit \(key) has figures and no place in the graph: left out")
                    return
                }
                let times = try MachineTimes(value)
                record.sites[site.index].t1 = times.t1 ?? record.sites[site.index].t1
                record.sites[site.index].t2 = times.t2 ?? record.sites[site.index].t2
                let list = value.member("oneQubitFidelity")
                if let readout = try Self.fidelity(list, named: "READOUT") {
                    (record.sites[site.index].falseOne, record.sites[site.index].falseZero) = (1 - readout, 1 - readout)
                }
                let gate = try Self.fidelity(
                    list, preferring: ["RANDOMIZED_BENCHMARKING", "SIMULTANEOUS_RANDOMIZED_BENCHMARKING"])
                entries.append(([site], .init(error: gate.map { 1 - $0 }, duration: common.oneQubit)))
            }
        }
        oneQubit = entries
        try readPairs(node, common, into: &record)
    }

    private mutating func readPairs(
        _ node: JSONNode, _ common: MachineTimes, into record: inout MachineRecord
    ) throws(DeviceFileFault) {
        let numbers = numbers
        var found = twoQubit
        _ = try node.optional("twoQubitProperties") { node throws(DeviceFileFault) in
            try node.members { key, value throws(DeviceFileFault) in
                let parts = key.split(separator: "-").compactMap { Int($0) }
                guard parts.count == 2, let a = numbers.site(parts[0]), let b = numbers.site(parts[1]), a != b else {
                    record.warnings.append("the pair \(key) has figures and no place in the graph: left out")
                    return
                }
                _ = try value.required("twoQubitGateFidelity") { node throws(DeviceFileFault) in
                    try node.elements { node throws(DeviceFileFault) in
                        let name = try node.required("gateName") { node throws(DeviceFileFault) in try node.text() }
                        let fidelity = try node.required("fidelity") { node throws(DeviceFileFault) in
                            try node.probability()
                        }
                        var sites = [a, b]
                        if let direction = node.member("direction"), let control = direction.member("control"),
                            let first = numbers.site(try QubitNumbers.number(control)), first == b
                        {
                            sites = [b, a]
                        }
                        found[name.lowercased(), default: []].append(
                            (sites, .init(error: 1 - fidelity, duration: common.twoQubit)))
                    }
                }
            }
        }
        twoQubit = found
        if found.isEmpty { return }
        let couplings = Set(record.couplings ?? [])
        // Graphs list a pair once where it works both ways.
        if record.couplings != nil {
            var all = couplings
            for (name, entries) in found {
                let isSymmetric = ForeignGates.meaning(name)?.gate.isSymmetric == true
                for entry in entries {
                    all.insert(Coupling(entry.sites[0], entry.sites[1]))
                    if isSymmetric { all.insert(Coupling(entry.sites[1], entry.sites[0])) }
                }
            }
            record.couplings = Array(all)
        }
    }

    /// IonQ publishes means of the whole machine; Rigetti its specs.
    private mutating func readProvider(
        _ node: JSONNode, into record: inout MachineRecord
    ) throws(DeviceFileFault) {
        if let specs = node.member("specs") { return try readSpecs(specs, into: &record) }
        guard node.has("fidelity") || node.has("timing") else {
            record.warnings.append("the provider's part has no figures that Kelvin knows")
            return
        }
        func mean(_ key: String) throws(DeviceFileFault) -> Double? {
            try node.optional("fidelity") { node throws(DeviceFileFault) in
                try node.optional(key) { node throws(DeviceFileFault) in
                    try node.optional("mean") { node throws(DeviceFileFault) in try node.probability() }
                } ?? nil
            } ?? nil
        }
        func time(_ key: String) throws(DeviceFileFault) -> Double? {
            try node.optional("timing") { node throws(DeviceFileFault) in
                try node.optional(key) { node throws(DeviceFileFault) in try node.timeOrZero().value }
            } ?? nil
        }
        commonOneQubit = .init(error: try mean("1Q").map { 1 - $0 }, duration: try time("1Q"))
        commonTwoQubit = .init(error: try mean("2Q").map { 1 - $0 }, duration: try time("2Q"))
        let spam = try mean("spam"), t1 = try time("T1"), t2 = try time("T2")
        let readout = try time("readout"), reset = try time("reset")
        for k in record.sites.indices {
            record.sites[k].t1 = t1
            record.sites[k].t2 = t2
            (record.sites[k].falseOne, record.sites[k].falseZero) = (spam.map { 1 - $0 }, spam.map { 1 - $0 })
            record.sites[k].readoutDuration = readout
            record.sites[k].resetDuration = reset
        }
        record.assume("calibration", "means of the whole machine, as the vendor publishes them")
    }

    private mutating func readSpecs(_ specs: JSONNode, into record: inout MachineRecord) throws(DeviceFileFault) {
        let numbers = numbers
        var one: [(sites: [Site], figure: MachineRecord.Figure)] = []
        var two: [String: [(sites: [Site], figure: MachineRecord.Figure)]] = [:]
        _ = try specs.optional("1Q") { node throws(DeviceFileFault) in
            try node.members { key, value throws(DeviceFileFault) in
                guard let number = Int(key), let site = numbers.site(number) else { return }
                func figure(_ key: String) throws(DeviceFileFault) -> Double? {
                    try value.optional(key) { node throws(DeviceFileFault) in try node.number() }
                }
                record.sites[site.index].t1 = try figure("T1")
                record.sites[site.index].t2 = try figure("T2")
                if let readout = try value.optional("fRO", { node throws(DeviceFileFault) in try node.probability() }) {
                    (record.sites[site.index].falseOne, record.sites[site.index].falseZero) = (1 - readout, 1 - readout)
                }
                let gate = try value.optional("f1QRB") { node throws(DeviceFileFault) in try node.probability() }
                one.append(([site], .init(error: gate.map { 1 - $0 }, duration: nil)))
            }
        }
        _ = try specs.optional("2Q") { node throws(DeviceFileFault) in
            try node.members { key, value throws(DeviceFileFault) in
                let parts = key.split(separator: "-").compactMap { Int($0) }
                guard parts.count == 2, let a = numbers.site(parts[0]), let b = numbers.site(parts[1]), a != b else {
                    return
                }
                for (figure, gate) in [("fCZ", "cz"), ("fXY", "xy"), ("fISWAP", "iswap"), ("fCPHASE", "cphaseshift")] {
                    guard
                        let fidelity = try value.optional(
                            figure,
                            { node throws(DeviceFileFault) in
                                try node.probability()
                            })
                    else { continue }
                    two[gate, default: []].append(([a, b], .init(error: 1 - fidelity, duration: nil)))
                }
            }
        }
        oneQubit = one
        twoQubit = two
    }

    /// The fidelity of the first of the named kinds, else of the first entry that is no readout.
    private static func fidelity(_ list: JSONNode?, preferring names: [String]) throws(DeviceFileFault) -> Double? {
        for name in names {
            if let value = try fidelity(list, named: name) { return value }
        }
        guard let list else { return nil }
        return try list.elements { node throws(DeviceFileFault) -> Double? in
            if try kind(node)?.hasPrefix("READOUT") == true { return nil }
            return try node.optional("fidelity") { node throws(DeviceFileFault) in try node.probability() }
        }.lazy.compactMap { $0 }.first
    }

    private static func fidelity(_ list: JSONNode?, named name: String) throws(DeviceFileFault) -> Double? {
        guard let list else { return nil }
        return try list.elements { node throws(DeviceFileFault) -> Double? in
            guard try kind(node) == name else { return nil }
            return try node.optional("fidelity") { node throws(DeviceFileFault) in try node.probability() }
        }.lazy.compactMap { $0 }.first
    }

    private static func kind(_ node: JSONNode) throws(DeviceFileFault) -> String? {
        try node.optional("fidelityType") { node throws(DeviceFileFault) in
            try node.optional("name") { node throws(DeviceFileFault) in try node.text() }
        } ?? nil
    }

    /// Times of one qubit or of the whole machine, seconds.
    private struct MachineTimes {
        var t1: Double?
        var t2: Double?
        var readout: Double?
        var reset: Double?
        var oneQubit: Double?
        var twoQubit: Double?

        init(_ node: JSONNode) throws(DeviceFileFault) {
            func time(_ key: String) throws(DeviceFileFault) -> Double? {
                try node.optional(key) { node throws(DeviceFileFault) in
                    let value = try node.required("value") { node throws(DeviceFileFault) in try node.number() }
                    return try ForeignUnits.scaled(value, unit: node.member("unit"))
                }
            }
            t1 = try time("T1")
            t2 = try time("T2")
            readout = try time("readoutDuration")
            reset = try time("activeResetDuration")
            oneQubit = try time("singleQubitGateDuration")
            twoQubit = try time("twoQubitGateDuration")
        }
    }
}
