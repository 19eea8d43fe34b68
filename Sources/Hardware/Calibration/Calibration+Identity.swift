import Circuits

extension Calibration {
    /// A record whose id follows from its content: the same figures of the same device at the same moment have the same
    /// id on every machine, whatever the order of `gates`.
    public init(
        deviceID: String, timestamp: Double, sites: [SiteCalibration], gates: [GateCalibration],
        defaults: [GateCalibration] = [], globals: [GateCalibration] = [], environment: EnvironmentFigures = .none
    ) {
        var digest = Digest()
        digest.combine("kelvin-calibration-1")
        digest.combine(deviceID)
        digest.combine(timestamp)
        digest.combine(UInt64(sites.count))
        for site in sites { site.combine(into: &digest) }
        for list in [gates, defaults] {
            digest.combine(UInt64(list.count))
            for figures in list.sorted(by: GateCalibration.precedes) { figures.combine(into: &digest) }
        }
        // What most machines do not have leaves no trace, so that ids of older records stay what they were.
        if !globals.isEmpty {
            digest.combine("globals")
            for figures in globals.sorted(by: GateCalibration.precedes) { figures.combine(into: &digest) }
        }
        environment.combine(into: &digest)
        self.init(
            id: "\(deviceID)-\(digest.hexadecimal(12))", timestamp: timestamp, sites: sites, gates: gates,
            defaults: defaults, globals: globals, environment: environment)
    }
}

extension SiteCalibration {
    fileprivate func combine(into digest: inout Digest) {
        digest.combine(t1?.value)
        digest.combine(t2?.value)
        digest.combine(readout?.falseOne)
        digest.combine(readout?.falseZero)
        digest.combine(readout?.duration.value)
        digest.combine(resetDuration?.value)
        digest.combine(resetError)
        digest.combine(frequency)
        digest.combine(UInt8(isOperational ? 1 : 0))
        if let readout, readout.efficiency != 1 || readout.darkCounts != 0 {
            digest.combine("photons")
            digest.combine(readout.efficiency)
            digest.combine(readout.darkCounts)
        }
    }
}

extension GateCalibration {
    static func precedes(_ a: GateCalibration, _ b: GateCalibration) -> Bool {
        if a.gate != b.gate { return a.gate.rawValue < b.gate.rawValue }
        return a.sites.lexicographicallyPrecedes(b.sites)
    }

    fileprivate func combine(into digest: inout Digest) {
        digest.combine(gate.name)
        digest.combine(UInt64(sites.count))
        for site in sites { digest.combine(UInt64(site.rawValue)) }
        digest.combine(error)
        digest.combine(duration.value)
        if faults == .depolarizing { return }
        digest.combine("faults")
        faults.paulis.combine(into: &digest)
        digest.combine(faults.leakage)
        digest.combine(faults.loss)
        digest.combine(faults.success)
    }
}

extension PauliWeights {
    fileprivate func combine(into digest: inout Digest) {
        digest.combine(UInt64(terms.count))
        for term in terms {
            digest.combine(term.paulis)
            digest.combine(term.weight)
        }
    }
}

extension EnvironmentFigures {
    fileprivate func combine(into digest: inout Digest) {
        if !crosstalk.isEmpty || crosstalkDefault != nil {
            digest.combine("crosstalk")
            digest.combine(crosstalkDefault)
            for figure in crosstalk.sorted(by: { ($0.pair.first, $0.pair.second) < ($1.pair.first, $1.pair.second) }) {
                digest.combine(UInt64(figure.pair.first.rawValue))
                digest.combine(UInt64(figure.pair.second.rawValue))
                digest.combine(figure.zz)
            }
        }
        if let transport {
            digest.combine("transport")
            transport.paulis.combine(into: &digest)
            digest.combine(transport.loss)
            digest.combine(transport.quanta)
        }
        if let heating {
            digest.combine("heating")
            digest.combine(heating.rate)
            digest.combine(heating.errorPerQuantum)
        }
        if let absence {
            digest.combine("absence")
            digest.combine(absence.leakedReadsOne)
            digest.combine(absence.lostReadsOne)
            digest.combine(UInt8(absence.isHeralded ? 1 : 0))
        }
        if let unpaired {
            digest.combine("unpaired")
            unpaired.combine(into: &digest)
        }
    }
}
