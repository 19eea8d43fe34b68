import Circuits

/// From JSON to a `DeviceFile`: the description. The calibration is read in `DeviceFileReader+Calibration.swift`.
///
/// Each check stands where the value is read, so that a fault knows its place.
struct DeviceFileReader {
    var description: DeviceDescription

    static func read(_ node: JSONNode) throws(DeviceFileFault) -> DeviceFile {
        if case .object(let members) = node.kind { try checkVersion(members, node) }
        let root = try JSONObject(
            node,
            keys: [
                "format", "version", "units", "id", "name", "vendor", "modality", "driver", "source", "siteCount",
                "coordinates", "gates", "connectivity", "geometry", "zones", "transport", "concurrency",
                "pulseChannels", "timing", "abilities", "calibration",
            ])
        _ = try root.required("units") { node throws(DeviceFileFault) in try units(node) }
        let siteCount = try root.required("siteCount") { node throws(DeviceFileFault) in
            try node.integer(in: 1...DeviceFile.maximumSites)
        }
        let source = try root.required("source") { node throws(DeviceFileFault) in try origin(node) }
        let isEmulated = try root.required("driver") { node throws(DeviceFileFault) in
            try node.word([("emulated", true)])
        }
        let native = try root.required("gates") { node throws(DeviceFileFault) in try nativeGates(node) }
        let zones = try root.optional("zones") { node throws(DeviceFileFault) in
            try Self.zones(node, siteCount: siteCount)
        }
        let description = DeviceDescription(
            id: try root.required("id") { node throws(DeviceFileFault) in try identifier(node) },
            name: try root.required("name") { node throws(DeviceFileFault) in try node.text() },
            vendor: try root.required("vendor") { node throws(DeviceFileFault) in try node.text() },
            modality: try root.required("modality") { node throws(DeviceFileFault) in
                try node.word(Modality.allCases.map { ($0.rawValue, $0) })
            },
            isEmulated: isEmulated, source: source.text, siteCount: siteCount,
            coordinates: try root.optional("coordinates") { node throws(DeviceFileFault) in
                try coordinates(node, siteCount: siteCount)
            } ?? [],
            nativeGates: native,
            connectivity: try root.required("connectivity") { node throws(DeviceFileFault) in
                try connectivity(node, siteCount: siteCount)
            },
            timing: try root.required("timing") { node throws(DeviceFileFault) in try timing(node) },
            abilities: try root.required("abilities") { node throws(DeviceFileFault) in try abilities(node) },
            figureSources: source.figures,
            geometry: try root.optional("geometry") { node throws(DeviceFileFault) in
                try geometry(node, siteCount: siteCount)
            } ?? .none,
            zones: zones ?? [],
            transport: try root.optional("transport") { node throws(DeviceFileFault) in
                try transport(node, zones: zones ?? [])
            },
            concurrency: try root.optional("concurrency") { node throws(DeviceFileFault) in
                try concurrency(node, native)
            } ?? .unlimited,
            pulseChannels: try root.optional("pulseChannels") { node throws(DeviceFileFault) in
                try pulseChannels(node, siteCount: siteCount)
            } ?? [])
        let reader = DeviceFileReader(description: description)
        let calibration = try root.required("calibration") { node throws(DeviceFileFault) in
            try reader.calibration(node)
        }
        return DeviceFile(description: description, calibration: calibration)
    }

    /// Before anything else: a later version may have keys that this reader does not know.
    private static func checkVersion(
        _ members: [(key: String, value: JSONNode)], _ node: JSONNode
    ) throws(DeviceFileFault) {
        let format = members.first { $0.key == "format" }?.value
        guard let format, case .string(DeviceFile.format) = format.kind else {
            throw DeviceFileFault(
                "not a Kelvin device file", cure: "it begins with \"format\": \"\(DeviceFile.format)\"",
                at: format?.offset ?? node.offset)
        }
        let version = members.first { $0.key == "version" }?.value
        guard let version, case .number(let number) = version.kind,
            (1...DeviceFile.version).contains(where: { Double($0) == number })
        else {
            throw DeviceFileFault(
                "version \(version?.excerpt ?? "missing")",
                cure: "this Kelvin reads versions 1 to \(DeviceFile.version); a newer Kelvin may read others",
                at: version?.offset ?? node.offset
            ).inside("version")
        }
    }

    private static func units(_ node: JSONNode) throws(DeviceFileFault) {
        let object = try JSONObject(node, keys: ["time", "frequency", "angle"])
        for (key, unit) in [("time", "s"), ("frequency", "Hz"), ("angle", "rad")] {
            _ = try object.required(key) { node throws(DeviceFileFault) in try node.word([(unit, ())]) }
        }
    }

    private static func origin(_ node: JSONNode) throws(DeviceFileFault) -> (text: String, figures: [FigureSource]) {
        let object = try JSONObject(node, keys: ["text", "figures"])
        let text = try object.required("text") { node throws(DeviceFileFault) in try node.text() }
        let figures = try object.optional("figures") { node throws(DeviceFileFault) in
            try node.elements { node throws(DeviceFileFault) in
                let entry = try JSONObject(node, keys: ["figure", "source"])
                return FigureSource(
                    figure: try entry.required("figure") { node throws(DeviceFileFault) in try node.text() },
                    source: try entry.required("source") { node throws(DeviceFileFault) in try node.text() })
            }
        }
        return (text, figures ?? [])
    }

    private static func identifier(_ node: JSONNode) throws(DeviceFileFault) -> String {
        let text = try node.text()
        let allowed = text.utf8.allSatisfy {
            ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2D || $0 == 0x5F
        }
        guard allowed, !text.isEmpty, text.utf8.count <= 64 else {
            throw DeviceFileFault(
                "\(node.excerpt) is no device id", cure: "use 1…64 letters, digits, '-' and '_'", at: node.offset)
        }
        return text
    }

    private static func coordinates(
        _ node: JSONNode, siteCount: Int
    ) throws(DeviceFileFault) -> [SiteCoordinate] {
        let list = try node.elements { node throws(DeviceFileFault) in
            let pair = try node.elements { node throws(DeviceFileFault) in try node.number() }
            guard pair.count == 2 else { throw node.mismatch("a pair [row, column]") }
            return SiteCoordinate(row: pair[0], column: pair[1])
        }
        guard list.count == siteCount else {
            throw DeviceFileFault(
                "\(list.count) coordinates for \(siteCount) sites", cure: "give one a site, or none", at: node.offset)
        }
        return list
    }

    static func gate(_ node: JSONNode) throws(DeviceFileFault) -> StandardGate {
        guard let gate = StandardGate(name: try node.text()), gate.qubitCount > 0 else {
            throw DeviceFileFault(
                "unknown gate \(node.excerpt)", cure: "use a name from the list of standard gates, e.g. cz, sx, rzz",
                at: node.offset)
        }
        return gate
    }

    private static func nativeGates(_ node: JSONNode) throws(DeviceFileFault) -> [NativeGate] {
        var seen: Set<StandardGate> = []
        let gates = try node.elements { node throws(DeviceFileFault) in
            let object = try JSONObject(node, keys: ["gate", "angles", "virtual"])
            let gate = try object.required("gate") { node throws(DeviceFileFault) in try self.gate(node) }
            guard seen.insert(gate).inserted else {
                throw DeviceFileFault("\(gate.name) is listed twice", cure: "remove one entry", at: node.offset)
            }
            let ranges = try object.optional("angles") { node throws(DeviceFileFault) in try angles(node, gate) }
            let isVirtual = try object.optional("virtual") { node throws(DeviceFileFault) in try node.flag() }
            return NativeGate(gate: gate, angleRanges: ranges, isVirtual: isVirtual ?? false)
        }
        if gates.isEmpty {
            throw DeviceFileFault("a device without gates", cure: "list the native gates", at: node.offset)
        }
        return gates
    }

    private static func angles(
        _ node: JSONNode, _ gate: StandardGate
    ) throws(DeviceFileFault) -> [ClosedRange<Double>?] {
        let ranges = try node.elements { node throws(DeviceFileFault) -> ClosedRange<Double>? in
            if case .null = node.kind { return nil }
            let pair = try node.elements { node throws(DeviceFileFault) in try node.number() }
            guard pair.count == 2, pair[0] <= pair[1] else {
                throw node.mismatch("a pair [lowest, highest] in radians")
            }
            return pair[0]...pair[1]
        }
        guard ranges.count == gate.parameterCount else {
            throw DeviceFileFault(
                "\(ranges.count) angle ranges for \(gate.parameterCount) parameters of \(gate.name)",
                cure: "give one range, or null for any angle, a parameter", at: node.offset)
        }
        return ranges
    }

    /// Sites of one entry: in range and all different.
    static func sites(_ node: JSONNode, count: Int, siteCount: Int) throws(DeviceFileFault) -> [Site] {
        let sites = try node.elements { node throws(DeviceFileFault) in try site(node, siteCount: siteCount) }
        guard sites.count == count else {
            throw DeviceFileFault("\(sites.count) sites where \(count) belong", cure: "give \(count)", at: node.offset)
        }
        for k in sites.indices where sites[..<k].contains(sites[k]) {
            throw DeviceFileFault(
                "site \(sites[k].index) stands twice in one entry", cure: "name different sites", at: node.offset)
        }
        return sites
    }

    static func site(_ node: JSONNode, siteCount: Int) throws(DeviceFileFault) -> Site {
        let value = try node.number()
        guard let index = Int(exactly: value), index >= 0, index < siteCount else {
            throw DeviceFileFault(
                "site \(node.excerpt) is out of range", cure: "the \(siteCount) sites are numbered 0…\(siteCount - 1)",
                at: node.offset)
        }
        return Site(index)
    }

    private static func connectivity(_ node: JSONNode, siteCount: Int) throws(DeviceFileFault) -> Connectivity {
        if case .string("all") = node.kind { return .all }
        guard case .array = node.kind else { throw node.mismatch("\"all\" or a list of pairs of sites") }
        var seen: Set<Coupling> = []
        return .couplings(
            try node.elements { node throws(DeviceFileFault) in
                let pair = try sites(node, count: 2, siteCount: siteCount)
                let coupling = Coupling(pair[0], pair[1])
                guard seen.insert(coupling).inserted else {
                    throw DeviceFileFault(
                        "the coupling [\(pair[0].index), \(pair[1].index)] is listed twice", cure: "remove one entry",
                        at: node.offset)
                }
                return coupling
            })
    }

    private static func timing(_ node: JSONNode) throws(DeviceFileFault) -> TimingConstraints {
        let object = try JSONObject(
            node, keys: ["dt", "granularity", "acquireAlignment", "feedbackLatency", "repetitionDelay"])
        return TimingConstraints(
            dt: try object.required("dt") { node throws(DeviceFileFault) in try node.timeOrZero() },
            granularity: try object.optional("granularity") { node throws(DeviceFileFault) in
                try node.integer(in: 1...1 << 20)
            } ?? 1,
            acquireAlignment: try object.optional("acquireAlignment") { node throws(DeviceFileFault) in
                try node.integer(in: 1...1 << 20)
            } ?? 1,
            feedbackLatency: try object.optional("feedbackLatency") { node throws(DeviceFileFault) in
                try node.timeOrZero()
            } ?? .zero,
            repetitionDelay: try object.optional("repetitionDelay") { node throws(DeviceFileFault) in
                try node.timeOrZero()
            } ?? .zero)
    }

    private static func abilities(_ node: JSONNode) throws(DeviceFileFault) -> Abilities {
        let object = try JSONObject(
            node, keys: ["midCircuitMeasurement", "feedForward", "reset", "maxShots", "maxInstructions"])
        return Abilities(
            midCircuitMeasurement: try object.required("midCircuitMeasurement") { node throws(DeviceFileFault) in
                try node.flag()
            },
            feedForward: try object.required("feedForward") { node throws(DeviceFileFault) in try node.flag() },
            reset: try object.required("reset") { node throws(DeviceFileFault) in try node.flag() },
            maxShots: try object.required("maxShots") { node throws(DeviceFileFault) in
                try node.integer(in: 1...1 << 30)
            },
            maxInstructions: try object.optional("maxInstructions") { node throws(DeviceFileFault) in
                try node.integer(in: 1...1 << 40)
            })
    }
}
