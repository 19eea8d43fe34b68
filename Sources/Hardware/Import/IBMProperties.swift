import Circuits

extension IBMImporter {
    /// What a properties file publishes.
    struct Published {
        var timestamp: Double
        var sites: [MachineRecord.SiteFigures]
        var gates: [StandardGate: [(sites: [Site], figure: MachineRecord.Figure)]] = [:]
        var warnings: [String] = []

        init(_ node: JSONNode, of record: MachineRecord) throws(DeviceFileFault) {
            timestamp = try node.required("last_update_date") { node throws(DeviceFileFault) in
                try ForeignUnits.moment(node)
            }
            sites = try node.required("qubits") { node throws(DeviceFileFault) in
                try node.elements { node throws(DeviceFileFault) in try Self.site(node) }
            }
            guard sites.count == record.sites.count else {
                throw DeviceFileFault(
                    "\(sites.count) qubits; the configuration has \(record.sites.count)",
                    cure: "give the configuration and the properties of one machine", at: node.member("qubits")?.offset)
            }
            let couplings = Set(record.couplings ?? [])
            var seen: Set<Place> = []
            let entries = try node.required("gates") { node throws(DeviceFileFault) in
                try node.elements { node throws(DeviceFileFault) in try Self.gate(node, siteCount: record.sites.count) }
            }
            for entry in entries {
                if entry.name == "reset" {
                    sites[entry.sites[0].index].resetDuration = entry.figure.duration
                    continue
                }
                guard !ForeignGates.statements.contains(entry.name), let meaning = ForeignGates.meaning(entry.name)
                else { continue }
                let place = entry.sites.map { "\($0.index)" }.joined(separator: "-")
                guard entry.sites.count == meaning.gate.qubitCount else {
                    warnings.append("\(entry.name) on \(place) was left out: it is no gate of that many qubits")
                    continue
                }
                if entry.sites.count == 2, !couplings.contains(Coupling(entry.sites[0], entry.sites[1])) {
                    warnings.append("\(entry.name) on \(place) was left out: the pair is no coupling")
                    continue
                }
                guard seen.insert(Place(gate: meaning.gate, sites: entry.sites)).inserted else {
                    warnings.append("\(entry.name) on \(place) is published twice: the first counts")
                    continue
                }
                var figure = entry.figure
                if let error = figure.error, error > 1 {
                    warnings.append("\(entry.name) on \(place): an error of \(error) is no probability: taken as dead")
                    figure.error = 1
                }
                gates[meaning.gate, default: []].append((entry.sites, figure))
            }
        }

        private struct Place: Hashable {
            var gate: StandardGate
            var sites: [Site]
        }

        private static func site(_ node: JSONNode) throws(DeviceFileFault) -> MachineRecord.SiteFigures {
            var site = MachineRecord.SiteFigures()
            var readoutError: Double?
            _ = try node.elements { node throws(DeviceFileFault) in
                guard let name = node.member("name"), let value = node.member("value") else { return }
                func figure() throws(DeviceFileFault) -> Double {
                    do { return try ForeignUnits.scaled(try value.number(), unit: node.member("unit")) } catch {
                        throw error.inside("value")
                    }
                }
                func probability() throws(DeviceFileFault) -> Double {
                    do { return try value.probability() } catch { throw error.inside("value") }
                }
                switch try name.text() {
                case "T1": site.t1 = try figure()
                case "T2": site.t2 = try figure()
                case "frequency": site.frequency = try figure()
                case "readout_length": site.readoutDuration = try figure()
                case "prob_meas1_prep0": site.falseOne = try probability()
                case "prob_meas0_prep1": site.falseZero = try probability()
                case "readout_error": readoutError = try probability()
                case "operational": if case .bool(false) = value.kind { site.isOperational = false }
                default: break
                }
            }
            if let readoutError {
                site.falseOne = site.falseOne ?? readoutError
                site.falseZero = site.falseZero ?? readoutError
                // The mean is 1 where the readout is reported dead, whatever its two parts say.
                if readoutError >= 1 { (site.falseOne, site.falseZero) = (1, 1) }
            }
            return site
        }

        private struct Entry {
            var name: String
            var sites: [Site]
            var figure: MachineRecord.Figure
        }

        private static func gate(_ node: JSONNode, siteCount: Int) throws(DeviceFileFault) -> Entry {
            let name = try node.required("gate") { node throws(DeviceFileFault) in try node.text() }
            let sites = try node.required("qubits") { node throws(DeviceFileFault) in
                let list = try node.elements { node throws(DeviceFileFault) in
                    try DeviceFileReader.site(node, siteCount: siteCount)
                }
                guard !list.isEmpty, Set(list).count == list.count else { throw node.mismatch("a list of sites") }
                return list
            }
            var figure = MachineRecord.Figure()
            _ = try node.required("parameters") { node throws(DeviceFileFault) in
                try node.elements { node throws(DeviceFileFault) in
                    guard let parameter = node.member("name"), let value = node.member("value") else { return }
                    switch try parameter.text() {
                    case "gate_error":
                        figure.error = try value.number(in: 0...Double.greatestFiniteMagnitude, "a gate error")
                    case "gate_length":
                        figure.duration = try ForeignUnits.scaled(
                            try value.timeOrZero().value, unit: node.member("unit"))
                    default: break
                    }
                }
            }
            return Entry(name: name, sites: sites, figure: figure)
        }
    }
}
