import Hardware

extension QDMISession {
    /// Everything the library says of its device, as the document that `DeviceImport` reads.
    ///
    /// - Parameter siteLimit: a device without couplings (a simulator) is asked for so many sites at most.
    func snapshot(siteLimit: Int) throws(QDMIFault) -> JSONNode {
        let count = try device("the number of qubits", QDMI.DeviceProperty.qubits, of: Int.self)
        let all = try deviceList("the sites", QDMI.DeviceProperty.sites, of: UInt.self) ?? []
        guard !all.isEmpty, !all.contains(0) else { throw QDMIFault("gave no sites, or a null handle among them") }
        guard all.count <= 1 << 16 else { throw QDMIFault("has \(all.count) sites; at most 65,536 are possible") }
        if let count, count < 0 || count > all.count {
            throw QDMIFault("claims \(UInt(bitPattern: count)) qubits on \(all.count) sites")
        }
        let couplings = try deviceList("the coupling map", QDMI.DeviceProperty.couplingMap, of: UInt.self)
        if let couplings, couplings.count % 2 != 0 { throw QDMIFault("gave a coupling map with half a pair") }
        let hasMap = !(couplings ?? []).isEmpty
        let sites = hasMap ? all : Array(all.prefix(min(siteLimit, count ?? all.count)))
        var place: [UInt: Int] = [:]
        for (k, handle) in sites.enumerated() {
            guard place.updateValue(k, forKey: handle) == nil else { throw QDMIFault("lists a site twice") }
        }
        var members: [(String, JSONNode)] = [("format", .text("kelvin-qdmi-snapshot")), ("version", .integer(1))]
        for (key, property) in [
            ("name", QDMI.DeviceProperty.name), ("deviceVersion", QDMI.DeviceProperty.version),
            ("libraryVersion", QDMI.DeviceProperty.libraryVersion), ("durationUnit", QDMI.DeviceProperty.durationUnit),
        ] {
            if let text = try deviceText(key, property) { members.append((key, .text(text))) }
        }
        if let status = try device("the status", QDMI.DeviceProperty.status, of: Int32.self) {
            members.append(("status", .integer(Int(status))))
        }
        let scale = try finite(
            try device("the duration scale", QDMI.DeviceProperty.durationScale, of: Double.self), "the duration scale")
        if let scale { members.append(("durationScale", .number(scale))) }
        let formats = try deviceList("the program formats", QDMI.DeviceProperty.programFormats, of: Int32.self) ?? []
        members.append(("programFormats", .list(formats.map { .integer(Int($0)) })))
        members.append(("reportedSites", .integer(all.count)))
        members.append(("sites", .list(try sites.map { handle throws(QDMIFault) in try site(handle) })))
        if hasMap, let couplings {
            var pairs: [JSONNode] = []
            for k in stride(from: 0, to: couplings.count, by: 2) {
                guard let a = place[couplings[k]], let b = place[couplings[k + 1]] else {
                    throw QDMIFault("couples a site that it does not list")
                }
                pairs.append(.list([.integer(a), .integer(b)]))
            }
            members.append(("couplings", .list(pairs)))
        }
        let operations =
            try deviceList("the operations", QDMI.DeviceProperty.operations, of: UInt.self) ?? []
        guard operations.count <= 4_096 else { throw QDMIFault("has \(operations.count) operations") }
        let pairs = stride(from: 0, to: hasMap ? couplings?.count ?? 0 : 0, by: 2).map {
            [couplings![$0], couplings![$0 + 1]]
        }
        members.append(
            (
                "operations",
                .list(
                    try operations.map { handle throws(QDMIFault) in
                        try operation(handle, sites: sites, pairs: pairs, place: place)
                    })
            ))
        return .object(members)
    }

    private func device<T: BitwiseCopyable>(_ what: String, _ property: Int32, of type: T.Type) throws(QDMIFault) -> T?
    {
        try scalar(what, of: type) { library.queryDevice(session, property, $0, $1, $2) }
    }

    private func deviceList<T: BitwiseCopyable>(
        _ what: String, _ property: Int32, of type: T.Type
    ) throws(QDMIFault) -> [T]? {
        try list(what, of: type) { library.queryDevice(session, property, $0, $1, $2) }
    }

    private func deviceText(_ what: String, _ property: Int32) throws(QDMIFault) -> String? {
        try text(what) { library.queryDevice(session, property, $0, $1, $2) }
    }

    private func site(_ handle: UInt) throws(QDMIFault) -> JSONNode {
        let site = OpaquePointer(bitPattern: handle)
        func number<T: BitwiseCopyable & BinaryInteger>(
            _ what: String, _ property: Int32, as type: T.Type
        ) throws(QDMIFault) -> JSONNode? {
            try scalar(what, of: type) { library.querySite(session, site, property, $0, $1, $2) }.map {
                .number(Double($0))
            }
        }
        var members: [(String, JSONNode)] = []
        let figures: [(String, JSONNode?)] = [
            ("index", try number("the index of a site", QDMI.SiteProperty.index, as: UInt.self)),
            ("t1", try number("T1", QDMI.SiteProperty.t1, as: UInt64.self)),
            ("t2", try number("T2", QDMI.SiteProperty.t2, as: UInt64.self)),
            ("x", try number("x", QDMI.SiteProperty.x, as: Int64.self)),
            ("y", try number("y", QDMI.SiteProperty.y, as: Int64.self)),
            (
                "name",
                try text("the name of a site") {
                    library.querySite(session, site, QDMI.SiteProperty.name, $0, $1, $2)
                }.map { .text($0) }
            ),
        ]
        for case (let key, let value?) in figures { members.append((key, value)) }
        return .object(members)
    }

    private func operation(
        _ handle: UInt, sites: [UInt], pairs: [[UInt]], place: [UInt: Int]
    ) throws(QDMIFault) -> JSONNode {
        guard handle != 0 else { throw QDMIFault("lists a null operation") }
        let operation = OpaquePointer(bitPattern: handle)
        func query(_ property: Int32, on places: [UInt] = []) -> Query {
            { [library, session] size, value, written in
                let handles = places.map { OpaquePointer(bitPattern: $0) }
                return handles.withUnsafeBufferPointer {
                    library.queryOperation(
                        session, operation, places.count, places.isEmpty ? nil : $0.baseAddress, 0, nil, property, size,
                        value, written)
                }
            }
        }
        guard let name = try text("the name of an operation", query(QDMI.OperationProperty.name)) else {
            throw QDMIFault("has an operation without a name")
        }
        var members: [(String, JSONNode)] = [("name", .text(name))]
        let qubits = try scalar("qubits of \(name)", of: Int.self, query(QDMI.OperationProperty.qubits))
        let parameters = try scalar("parameters of \(name)", of: Int.self, query(QDMI.OperationProperty.parameters))
        if let qubits, (0...64).contains(qubits) { members.append(("qubits", .integer(qubits))) }
        if let parameters, (0...64).contains(parameters) { members.append(("parameters", .integer(parameters))) }
        func figures(_ places: [UInt]) throws(QDMIFault) -> [(String, JSONNode)] {
            var result: [(String, JSONNode)] = []
            let fidelity = try finite(
                try scalar(
                    "the fidelity of \(name)", of: Double.self, query(QDMI.OperationProperty.fidelity, on: places)),
                "the fidelity of \(name)")
            if let fidelity { result.append(("fidelity", .number(fidelity))) }
            let duration = try scalar(
                "the duration of \(name)", of: UInt64.self, query(QDMI.OperationProperty.duration, on: places))
            if let duration { result.append(("duration", .number(Double(duration)))) }
            return result
        }
        members += try figures([])
        var own: [[UInt]]?
        if let list = try self.list("the sites of \(name)", of: UInt.self, query(QDMI.OperationProperty.sites)),
            let qubits, qubits > 0, list.count % qubits == 0, list.count <= sites.count * 64
        {
            own = stride(from: 0, to: list.count, by: qubits).map { Array(list[$0..<$0 + qubits]) }
        }
        let total = qubits == 1 ? sites.count : qubits == 2 ? pairs.count : 0
        let candidates = own ?? (qubits == 1 ? sites.map { [$0] } : qubits == 2 ? pairs : [])
        // A list that leaves something out says where the operation exists, figures or not.
        let isSelective = own.map { $0.count < total } ?? false
        var places: [JSONNode] = []
        var hasFigures = true
        for candidate in candidates where candidate.allSatisfy({ place[$0] != nil }) {
            let found = hasFigures ? try figures(candidate) : []
            // A device whose first place has no figures of its own has none anywhere.
            if found.isEmpty {
                hasFigures = false
                if !isSelective { break }
            }
            places.append(.object([("sites", .list(candidate.map { .integer(place[$0]!) }))] + found))
        }
        if !places.isEmpty { members.append(("places", .list(places))) }
        return .object(members)
    }
}
