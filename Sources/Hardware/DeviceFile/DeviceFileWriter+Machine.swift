import Circuits

// What version 2 adds: geometry, zones, transport, concurrency, pulse channels; faults of gates, and the environment.

extension DeviceFile {
    /// The version the file is written in: 1 where it has nothing that version 2 added.
    var writtenVersion: Int {
        let d = description, c = calibration
        let isPlain =
            d.geometry == .none && d.zones.isEmpty && d.transport == nil && d.concurrency == .unlimited
            && d.pulseChannels.isEmpty && c.globals.isEmpty && c.environment == .none
            && (c.gates + c.defaults).allSatisfy { $0.faults == .depolarizing }
            && c.sites.allSatisfy { $0.readout.map { $0.efficiency == 1 && $0.darkCounts == 0 } ?? true }
        return isPlain ? 1 : 2
    }
}

extension DeviceFileWriter {
    /// Between the connectivity and the timing.
    mutating func machine() {
        let d = file.description
        if d.geometry != .none {
            var rows = ["  \"geometry\": {"]
            if let radius = d.geometry.blockadeRadius {
                rows.append(
                    "    \"blockadeRadius\": \(Self.number(radius))\(d.geometry.positions.isEmpty ? "" : ",")")
            }
            lines += rows
            if !d.geometry.positions.isEmpty {
                block("positions", Self.grouped(d.geometry.positions.map(Self.position)), indent: "    ", last: true)
            }
            lines.append("  },")
        }
        if !d.zones.isEmpty { block("zones", d.zones.map(Self.zone), indent: "  ") }
        if let transport = d.transport {
            var members = [("overhead", Self.number(transport.overhead.value))]
            if transport.speed.isFinite { members.append(("speed", Self.number(transport.speed))) }
            if transport.cools { members.append(("cools", "true")) }
            lines.append("  \"transport\": \(Self.object(members)),")
        }
        if d.concurrency != .unlimited {
            var members: [(String, String)] = []
            if let limit = d.concurrency.oneQubitGates { members.append(("oneQubitGates", "\(limit)")) }
            if let limit = d.concurrency.twoQubitGates { members.append(("twoQubitGates", "\(limit)")) }
            if !d.concurrency.sharedPulses.isEmpty {
                let names = d.concurrency.sharedPulses.map { Self.quoted($0.name) }
                members.append(("sharedPulses", Self.list(names)))
            }
            lines.append("  \"concurrency\": \(Self.object(members)),")
        }
        if !d.pulseChannels.isEmpty { block("pulseChannels", d.pulseChannels.map(Self.channel), indent: "  ") }
    }

    private static func position(_ place: Position) -> String { list([number(place.x), number(place.y)]) }

    private static func zone(_ zone: Zone) -> String {
        var members = [("name", quoted(zone.name)), ("purpose", quoted(zone.purpose.rawValue))]
        if !zone.sites.isEmpty { members.append(("sites", list(zone.sites.map { "\($0.index)" }))) }
        if !zone.places.isEmpty { members.append(("places", list(zone.places.map(position)))) }
        return object(members)
    }

    private static func channel(_ channel: PulseChannel) -> String {
        var members = [
            ("name", quoted(channel.name)), ("kind", quoted(channel.kind.rawValue)),
            ("sites", list(channel.sites.map { "\($0.index)" })),
        ]
        if let frequency = channel.frequency { members.append(("frequency", number(frequency))) }
        if let time = channel.sampleTime { members.append(("sampleTime", number(time.value))) }
        return object(members)
    }

    static func faults(_ faults: GateFaults) -> [(String, String)] {
        var members: [(String, String)] = []
        if !faults.paulis.terms.isEmpty { members.append(("paulis", paulis(faults.paulis))) }
        if faults.leakage != 0 { members.append(("leakage", number(faults.leakage))) }
        if faults.loss != 0 { members.append(("loss", number(faults.loss))) }
        if faults.success != 1 { members.append(("success", number(faults.success))) }
        return members
    }

    private static func paulis(_ weights: PauliWeights) -> String {
        object(weights.terms.map { ($0.paulis, number($0.weight)) })
    }

    /// The last part of the calibration; whether there is one.
    static func environment(_ figures: EnvironmentFigures) -> [String] {
        if figures == .none { return [] }
        var members: [String] = []
        if !figures.crosstalk.isEmpty || figures.crosstalkDefault != nil {
            var parts: [String] = []
            if let standard = figures.crosstalkDefault {
                parts.append("\"default\": \(object([("zz", number(standard))]))")
            }
            if !figures.crosstalk.isEmpty {
                let rows = figures.crosstalk.map { figure in
                    object([
                        ("sites", list(["\(figure.pair.first.index)", "\(figure.pair.second.index)"])),
                        ("zz", number(figure.zz)),
                    ])
                }
                parts.append("\"pairs\": [\n          " + rows.joined(separator: ",\n          ") + "\n        ]")
            }
            members.append("\"crosstalk\": {\n        " + parts.joined(separator: ",\n        ") + "\n      }")
        }
        if let transport = figures.transport {
            var parts: [(String, String)] = []
            if !transport.paulis.terms.isEmpty { parts.append(("paulis", paulis(transport.paulis))) }
            if transport.loss != 0 { parts.append(("loss", number(transport.loss))) }
            if transport.quanta != 0 { parts.append(("quanta", number(transport.quanta))) }
            members.append("\"transport\": \(object(parts))")
        }
        if let heating = figures.heating {
            let parts = [("rate", number(heating.rate)), ("errorPerQuantum", number(heating.errorPerQuantum))]
            members.append("\"heating\": \(object(parts))")
        }
        if let absence = figures.absence {
            let parts = [
                ("leakedReadsOne", number(absence.leakedReadsOne)), ("lostReadsOne", number(absence.lostReadsOne)),
                ("heralded", "\(absence.isHeralded)"),
            ]
            members.append("\"absence\": \(object(parts))")
        }
        if let unpaired = figures.unpaired { members.append("\"unpaired\": \(paulis(unpaired))") }
        return members
    }
}
