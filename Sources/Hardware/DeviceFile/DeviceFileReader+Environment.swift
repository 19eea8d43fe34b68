import Circuits

// What version 2 adds to the calibration: the ways in which gates err, and figures that belong to no single gate.

extension DeviceFileReader {
    static let faultKeys = ["paulis", "leakage", "loss", "success"]

    func faults(_ object: JSONObject, _ gate: StandardGate) throws(DeviceFileFault) -> GateFaults {
        func share(_ key: String) throws(DeviceFileFault) -> Double? {
            try object.optional(key) { node throws(DeviceFileFault) in try node.probability() }
        }
        return GateFaults(
            paulis: try object.optional("paulis") { node throws(DeviceFileFault) in
                try node.pauliWeights(operands: gate.qubitCount, areProbabilities: false)
            } ?? PauliWeights([:]),
            leakage: try share("leakage") ?? 0, loss: try share("loss") ?? 0, success: try share("success") ?? 1)
    }

    func environment(_ node: JSONNode) throws(DeviceFileFault) -> EnvironmentFigures {
        let object = try JSONObject(node, keys: ["crosstalk", "transport", "heating", "absence", "unpaired"])
        let crosstalk = try object.optional("crosstalk") { node throws(DeviceFileFault) in
            try self.crosstalk(node)
        }
        return EnvironmentFigures(
            crosstalk: crosstalk?.figures ?? [], crosstalkDefault: crosstalk?.standard,
            transport: try object.optional("transport") { node throws(DeviceFileFault) in
                let object = try JSONObject(node, keys: ["paulis", "loss", "quanta"])
                guard description.transport != nil else {
                    throw DeviceFileFault(
                        "figures of moves on a machine where nothing moves", cure: "describe its \"transport\"",
                        at: node.offset)
                }
                return TransportFigures(
                    paulis: try object.optional("paulis") { node throws(DeviceFileFault) in
                        try node.pauliWeights(operands: 1, areProbabilities: true)
                    } ?? PauliWeights([:]),
                    loss: try object.optional("loss") { node throws(DeviceFileFault) in try node.probability() } ?? 0,
                    quanta: try object.optional("quanta") { node throws(DeviceFileFault) in
                        try node.amount("a number of quanta")
                    } ?? 0)
            },
            heating: try object.optional("heating") { node throws(DeviceFileFault) in
                let object = try JSONObject(node, keys: ["rate", "errorPerQuantum"])
                return HeatingFigures(
                    rate: try object.required("rate") { node throws(DeviceFileFault) in try node.amount("a rate") },
                    errorPerQuantum: try object.required("errorPerQuantum") { node throws(DeviceFileFault) in
                        try node.probability()
                    })
            },
            absence: try object.optional("absence") { node throws(DeviceFileFault) in
                let object = try JSONObject(node, keys: ["leakedReadsOne", "lostReadsOne", "heralded"])
                func share(_ key: String) throws(DeviceFileFault) -> Double {
                    try object.optional(key) { node throws(DeviceFileFault) in try node.probability() } ?? 1
                }
                return AbsenceFigures(
                    leakedReadsOne: try share("leakedReadsOne"), lostReadsOne: try share("lostReadsOne"),
                    isHeralded: try object.optional("heralded") { node throws(DeviceFileFault) in try node.flag() }
                        ?? false)
            },
            unpaired: try object.optional("unpaired") { node throws(DeviceFileFault) in
                try node.pauliWeights(operands: 1, areProbabilities: true)
            })
    }

    private func crosstalk(
        _ node: JSONNode
    ) throws(DeviceFileFault) -> (figures: [CrosstalkFigure], standard: Double?) {
        let object = try JSONObject(node, keys: ["default", "pairs"])
        var seen: Set<Coupling> = []
        let figures = try object.optional("pairs") { node throws(DeviceFileFault) in
            try node.elements { node throws(DeviceFileFault) in
                let object = try JSONObject(node, keys: ["sites", "zz"])
                let figure = CrosstalkFigure(
                    pair: try object.required("sites") { node throws(DeviceFileFault) in
                        let sites = try DeviceFileReader.sites(node, count: 2, siteCount: description.siteCount)
                        return Coupling(sites[0], sites[1])
                    },
                    zz: try object.required("zz") { node throws(DeviceFileFault) in try node.number() })
                guard seen.insert(figure.pair).inserted else {
                    throw DeviceFileFault(
                        "the pair [\(figure.pair.first.index), \(figure.pair.second.index)] is listed twice",
                        cure: "remove one entry; the order of its sites does not matter", at: node.offset)
                }
                return figure
            }
        }
        return (
            figures ?? [],
            try object.optional("default") { node throws(DeviceFileFault) in
                let object = try JSONObject(node, keys: ["zz"])
                return try object.required("zz") { node throws(DeviceFileFault) in try node.number() }
            }
        )
    }
}
