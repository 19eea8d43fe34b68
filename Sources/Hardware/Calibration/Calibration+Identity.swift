import Circuits

extension Calibration {
    /// A record whose id follows from its content: the same figures of the same device at the same moment have the same
    /// id on every machine, whatever the order of `gates`.
    public init(
        deviceID: String, timestamp: Double, sites: [SiteCalibration], gates: [GateCalibration],
        defaults: [GateCalibration] = []
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
        self.init(
            id: "\(deviceID)-\(digest.hexadecimal(12))", timestamp: timestamp, sites: sites, gates: gates,
            defaults: defaults)
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
    }
}
