import Circuits

// What version 2 adds to the description: geometry, zones, transport, concurrency, pulse channels.

extension DeviceFileReader {
    /// A place `[x, y]` in metres.
    static func position(_ node: JSONNode) throws(DeviceFileFault) -> Position {
        let pair = try node.elements { node throws(DeviceFileFault) in try node.number() }
        guard pair.count == 2 else { throw node.mismatch("a pair [x, y] in metres") }
        return Position(x: pair[0], y: pair[1])
    }

    static func geometry(_ node: JSONNode, siteCount: Int) throws(DeviceFileFault) -> Geometry {
        let object = try JSONObject(node, keys: ["positions", "blockadeRadius"])
        let positions = try object.optional("positions") { node throws(DeviceFileFault) in
            let list = try node.elements { node throws(DeviceFileFault) in try position(node) }
            guard list.count == siteCount else {
                throw DeviceFileFault(
                    "\(list.count) positions for \(siteCount) sites", cure: "give one a site, or none", at: node.offset)
            }
            return list
        }
        return Geometry(
            positions: positions ?? [],
            blockadeRadius: try object.optional("blockadeRadius") { node throws(DeviceFileFault) in
                let radius = try node.positive("a radius", unit: "m")
                guard positions != nil else {
                    throw DeviceFileFault(
                        "a blockade radius without positions", cure: "give \"positions\" of the sites", at: node.offset)
                }
                return radius
            })
    }

    static func zones(_ node: JSONNode, siteCount: Int) throws(DeviceFileFault) -> [Zone] {
        var names: Set<String> = [], homes: Set<Site> = []
        return try node.elements { node throws(DeviceFileFault) in
            let object = try JSONObject(node, keys: ["name", "purpose", "sites", "places"])
            let zone = Zone(
                name: try object.required("name") { node throws(DeviceFileFault) in
                    let name = try node.text()
                    guard names.insert(name).inserted else {
                        throw DeviceFileFault(
                            "two zones are called \(node.excerpt)", cure: "name them apart", at: node.offset)
                    }
                    return name
                },
                purpose: try object.required("purpose") { node throws(DeviceFileFault) in
                    try node.word(Zone.Purpose.allCases.map { ($0.rawValue, $0) })
                },
                sites: try object.optional("sites") { node throws(DeviceFileFault) in
                    try node.elements { node throws(DeviceFileFault) in
                        let site = try site(node, siteCount: siteCount)
                        guard homes.insert(site).inserted else {
                            throw DeviceFileFault(
                                "site \(site.index) rests in two zones", cure: "remove one", at: node.offset)
                        }
                        return site
                    }
                } ?? [],
                places: try object.optional("places") { node throws(DeviceFileFault) in
                    try node.elements { node throws(DeviceFileFault) in try position(node) }
                } ?? [])
            if zone.purpose == .entangling, zone.places.isEmpty, zone.sites.isEmpty {
                throw DeviceFileFault(
                    "the entangling zone \"\(zone.name)\" has no room for a pair",
                    cure: "list its \"places\", one a pair, or the \"sites\" that rest in it", at: node.offset)
            }
            return zone
        }
    }

    static func transport(_ node: JSONNode, zones: [Zone]) throws(DeviceFileFault) -> Transport {
        let object = try JSONObject(node, keys: ["overhead", "speed", "cools"])
        guard zones.contains(where: { $0.purpose == .entangling && !$0.places.isEmpty }) else {
            throw DeviceFileFault(
                "carriers move, but there is nowhere to go",
                cure: "give \"zones\" with an entangling one and its \"places\"", at: node.offset)
        }
        return Transport(
            overhead: try object.required("overhead") { node throws(DeviceFileFault) in try node.timeOrZero() },
            speed: try object.optional("speed") { node throws(DeviceFileFault) in
                try node.positive("a speed", unit: "m/s")
            } ?? .infinity,
            cools: try object.optional("cools") { node throws(DeviceFileFault) in try node.flag() } ?? false)
    }

    static func concurrency(_ node: JSONNode, _ native: [NativeGate]) throws(DeviceFileFault) -> Concurrency {
        let object = try JSONObject(node, keys: ["oneQubitGates", "twoQubitGates", "sharedPulses"])
        func limit(_ key: String) throws(DeviceFileFault) -> Int? {
            try object.optional(key) { node throws(DeviceFileFault) in try node.integer(in: 1...DeviceFile.maximumSites)
            }
        }
        return Concurrency(
            oneQubitGates: try limit("oneQubitGates"), twoQubitGates: try limit("twoQubitGates"),
            sharedPulses: try object.optional("sharedPulses") { node throws(DeviceFileFault) in
                try node.elements { node throws(DeviceFileFault) in
                    let gate = try gate(node)
                    guard native.contains(where: { $0.gate == gate }) else {
                        throw DeviceFileFault(
                            "\(gate.name) is no native gate", cure: "add it to the file's \"gates\"", at: node.offset)
                    }
                    return gate
                }
            } ?? [])
    }

    static func pulseChannels(_ node: JSONNode, siteCount: Int) throws(DeviceFileFault) -> [PulseChannel] {
        var names: Set<String> = []
        return try node.elements { node throws(DeviceFileFault) in
            let object = try JSONObject(node, keys: ["name", "kind", "sites", "frequency", "sampleTime"])
            return PulseChannel(
                name: try object.required("name") { node throws(DeviceFileFault) in
                    let name = try node.text()
                    guard !name.isEmpty, names.insert(name).inserted else {
                        throw DeviceFileFault(
                            "\(node.excerpt) does not name one channel", cure: "name each channel, each differently",
                            at: node.offset)
                    }
                    return name
                },
                kind: try object.required("kind") { node throws(DeviceFileFault) in
                    try node.word(PulseChannel.Kind.allCases.map { ($0.rawValue, $0) })
                },
                sites: try object.required("sites") { node throws(DeviceFileFault) in
                    try node.elements { node throws(DeviceFileFault) in try site(node, siteCount: siteCount) }
                },
                frequency: try object.optional("frequency") { node throws(DeviceFileFault) in
                    try node.positive("a frequency", unit: "Hz")
                },
                sampleTime: try object.optional("sampleTime") { node throws(DeviceFileFault) in try node.time() })
        }
    }
}

extension JSONNode {
    func positive(_ what: String, unit: String) throws(DeviceFileFault) -> Double {
        let value = try number()
        guard value > 0 else {
            throw DeviceFileFault("\(what) of \(excerpt) \(unit)", cure: "give a positive number", at: offset)
        }
        return value
    }

    /// A number that is not negative.
    func amount(_ what: String) throws(DeviceFileFault) -> Double {
        let value = try number()
        guard value >= 0 else {
            throw DeviceFileFault("\(what) of \(excerpt)", cure: "give zero or a positive number", at: offset)
        }
        return value
    }

    /// Pauli errors on so many operands, as an object from names to weights.
    ///
    /// - Parameter areProbabilities: whether they must add up to at most one.
    func pauliWeights(operands: Int, areProbabilities: Bool) throws(DeviceFileFault) -> PauliWeights {
        guard case .object(let members) = kind else { throw mismatch("an object from Pauli errors to weights") }
        var weights: [String: Double] = [:]
        for (key, node) in members {
            guard key.utf8.count == operands, PauliWeights.isName(key) else {
                throw DeviceFileFault(
                    "\"\(key)\" is no Pauli error on \(operands) operand\(operands == 1 ? "" : "s")",
                    cure: "write \(operands) of the letters I, X, Y, Z, operand 0 rightmost, not all I", at: node.offset
                )
            }
            do { weights[key] = try node.amount("a weight") } catch { throw error.inside(key) }
        }
        let result = PauliWeights(weights)
        if areProbabilities, result.total > 1 {
            throw DeviceFileFault(
                "probabilities that add up to \(result.total)", cure: "they are at most 1 together", at: offset)
        }
        if !areProbabilities, result.isEmpty {
            throw DeviceFileFault("no weight at all", cure: "give one, or leave \"paulis\" out", at: offset)
        }
        return result
    }
}
