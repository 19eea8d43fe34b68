extension Calibration {
    /// The same record with other figures; id and time stay, so this is for those who do not publish it.
    package func replacing(sites: [SiteCalibration], gates: [GateCalibration]) -> Calibration {
        Calibration(
            id: id, timestamp: timestamp, sites: sites, gates: gates, defaults: defaults, globals: globals,
            environment: environment)
    }

    /// A new version of a device's record with some figures changed and the rest kept.
    ///
    /// A gate that had its figures by default gets an entry of its own. Figures of sites that the record does not have,
    /// and of gates that it does not know there, are ignored.
    ///
    /// - Parameter timestamp: of the new version, seconds since 1970-01-01 UTC.
    public func updating(
        _ changes: [(figure: CalibrationFigure, value: Double)], deviceID: String, timestamp: Double
    ) -> Calibration {
        var sites = sites, gates = gates
        var places: [CalibrationFigure: Int] = [:]
        for (k, gate) in gates.enumerated() { places[.gateError(gate.gate, gate.sites)] = k }
        func change(_ figure: CalibrationFigure, _ body: (inout GateCalibration) -> Void) {
            let key: CalibrationFigure
            switch figure {
            case .gateError(let gate, let sites), .gateDuration(let gate, let sites): key = .gateError(gate, sites)
            default: return
            }
            if let place = places[key] { return body(&gates[place]) }
            guard case .gateError(let gate, let sites) = key, let standard = figures(for: gate, on: sites) else {
                return
            }
            places[key] = gates.count
            gates.append(standard)
            body(&gates[gates.count - 1])
        }
        for (figure, value) in changes {
            func site(_ place: Site, _ body: (inout SiteCalibration) -> Void) {
                if place.index < sites.count { body(&sites[place.index]) }
            }
            switch figure {
            case .t1(let place): site(place) { $0.t1 = Seconds(value) }
            case .t2(let place): site(place) { $0.t2 = Seconds(value) }
            case .falseOne(let place): site(place) { $0.readout?.falseOne = value }
            case .falseZero(let place): site(place) { $0.readout?.falseZero = value }
            case .readoutDuration(let place): site(place) { $0.readout?.duration = Seconds(value) }
            case .resetDuration(let place): site(place) { $0.resetDuration = Seconds(value) }
            case .resetError(let place): site(place) { $0.resetError = value }
            case .frequency(let place): site(place) { $0.frequency = value }
            case .operational(let place): site(place) { $0.isOperational = value != 0 }
            case .gateError: change(figure) { $0.error = value }
            case .gateDuration: change(figure) { $0.duration = Seconds(value) }
            }
        }
        return Calibration(
            deviceID: deviceID, timestamp: timestamp, sites: sites, gates: gates, defaults: defaults, globals: globals,
            environment: environment)
    }
}
