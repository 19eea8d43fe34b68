import Circuits

/// A machine as its files tell of it, gaps included; `finished()` closes the gaps and says how.
struct MachineRecord {
    var id = ""
    var name = ""
    var vendor = ""
    var modality = Modality.superconducting
    var source = ""
    var figureSources: [FigureSource] = []
    var coordinates: [SiteCoordinate] = []
    var gates: [NativeFigures] = []
    /// Nil: any two sites.
    var couplings: [Coupling]? = []
    var timing = TimingConstraints.none
    var abilities = Abilities(midCircuitMeasurement: true, feedForward: false, reset: true, maxShots: 100_000)
    /// Nil where no date is published.
    var timestamp: Double?
    var sites: [SiteFigures]
    var warnings: [String] = []

    init(siteCount: Int) { sites = Array(repeating: SiteFigures(), count: siteCount) }

    /// A native gate and what is published of it.
    struct NativeFigures {
        var gate: StandardGate
        var angleRanges: [ClosedRange<Double>?]?
        var isVirtual = false
        /// Wherever `places` says nothing.
        var common: Figure?
        var places: [(sites: [Site], figure: Figure)] = []
    }

    struct Figure {
        var error: Double?
        var duration: Double?
    }

    struct SiteFigures {
        var t1: Double?
        var t2: Double?
        var frequency: Double?
        var falseOne: Double?
        var falseZero: Double?
        var readoutDuration: Double?
        var resetDuration: Double?
        var resetError: Double?
        var isOperational = true
    }

    /// Durations that stand in where none is published, by modality; seconds. Orders of magnitude, marked as assumed.
    struct TypicalDurations {
        var oneQubit: Double
        var twoQubit: Double
        var readout: Double

        init(_ modality: Modality) {
            switch modality {
            case .trappedIon: (oneQubit, twoQubit, readout) = (1e-5, 2e-4, 1.5e-4)
            case .neutralAtom: (oneQubit, twoQubit, readout) = (1e-6, 5e-7, 6e-3)
            default: (oneQubit, twoQubit, readout) = (2.5e-8, 5e-8, 5e-7)
            }
        }
    }

    mutating func assume(_ figure: String, _ source: String) {
        if !figureSources.contains(where: { $0.figure == figure }) {
            figureSources.append(FigureSource(figure: figure, source: source))
        }
    }
}

extension MachineRecord {
    /// The device file; what had to be assumed is in its `figureSources` and in `warnings`.
    mutating func finished() -> DeviceFile {
        leaveOutDeadWood()
        let sites = finishedSites()
        var entries: [GateCalibration] = [], defaults: [GateCalibration] = []
        for native in gates where !native.isVirtual { finish(native, into: &entries, &defaults) }
        leaveOutBareCouplings(entries, defaults)
        if case .some(let list) = couplings {
            let living = Set(list)
            entries.removeAll { $0.sites.count == 2 && !living.contains(Coupling($0.sites[0], $0.sites[1])) }
        }
        if timestamp == nil {
            warnings.append("no date is published: the calibration is dated 1970-01-01, which stands for unknown")
        }
        let description = DeviceDescription(
            id: id, name: name, vendor: vendor, modality: modality, isEmulated: true, source: source,
            siteCount: sites.count, coordinates: coordinates.count == sites.count ? coordinates : [],
            nativeGates: gates.map {
                NativeGate(gate: $0.gate, angleRanges: $0.angleRanges, isVirtual: $0.isVirtual)
            }, connectivity: couplings.map { .couplings($0) } ?? .all, timing: timing, abilities: abilities,
            figureSources: figureSources)
        let order = DeviceFileReader.sitesWithoutLivingGate(description, entries, defaults)
        var living = sites
        for (k, isDead) in order.enumerated() where isDead { living[k].isOperational = false }
        entries.sort(by: GateCalibration.precedes)
        return DeviceFile(
            description: description,
            calibration: Calibration(
                deviceID: id, timestamp: (timestamp ?? 0).rounded(.down), sites: living, gates: entries,
                defaults: defaults))
    }

    /// Couplings each once, in order; gates of one kind joined; a virtual gate has no figures.
    private mutating func leaveOutDeadWood() {
        if let list = couplings { couplings = Set(list).sorted { ($0.first, $0.second) < ($1.first, $1.second) } }
        for k in gates.indices {
            let published = gates[k].places.map(\.figure) + (gates[k].common.map { [$0] } ?? [])
            let isFree = !published.isEmpty && published.allSatisfy { $0.error ?? 0 == 0 && $0.duration == 0 }
            if gates[k].gate.qubitCount == 1, gates[k].gate.isDiagonal, isFree, gates[k].gate != .id {
                gates[k].isVirtual = true
            }
            if gates[k].isVirtual { gates[k].places = [] }
        }
    }

    private mutating func finishedSites() -> [SiteCalibration] {
        let typical = TypicalDurations(modality)
        var result: [SiteCalibration] = []
        var bare = 0, timeless = 0
        for (k, site) in sites.enumerated() {
            var isOperational = site.isOperational
            if site.falseOne == nil { bare += 1 }
            if site.readoutDuration == nil { timeless += 1 }
            let known = sites.lazy.compactMap(\.readoutDuration)
            let readout = ReadoutCalibration(
                falseOne: site.falseOne ?? 0, falseZero: site.falseZero ?? 0,
                duration: Seconds(site.readoutDuration ?? known.first ?? typical.readout))
            if readout.error >= 1 { isOperational = false }
            func time(_ value: Double?, _ name: String) -> Seconds? {
                guard let value else { return nil }
                if value > 0 { return Seconds(value) }
                warnings.append("site \(k): a \(name) of \(value) s is no time and was left out")
                return nil
            }
            result.append(
                SiteCalibration(
                    t1: time(site.t1, "T1"), t2: time(site.t2, "T2"), readout: readout,
                    resetDuration: time(site.resetDuration, "reset duration"),
                    resetError: site.resetDuration == nil ? nil : site.resetError ?? readout.error,
                    frequency: site.frequency.flatMap { $0 > 0 ? $0 : nil }, isOperational: isOperational))
        }
        if bare > 0 {
            assume("calibration.sites.readout.falseOne", "assumed 0 where none is published")
            warnings.append("\(bare) of \(sites.count) sites publish no readout error: 0 is assumed")
        }
        if timeless > 0 {
            assume(
                "calibration.sites.readout.duration", "assumed: not published; of the order of machines of this kind")
            warnings.append("\(timeless) of \(sites.count) sites publish no readout duration: one is assumed")
        }
        if sites.contains(where: { $0.resetDuration != nil && $0.resetError == nil }) {
            assume(
                "calibration.sites.reset.error",
                "assumed equal to the mean readout error of the site: a reset is a measurement and a conditional x")
        }
        return result
    }

    /// The figures of one gate. Where a gate is published at some places only, it does not exist at the others.
    private mutating func finish(
        _ native: NativeFigures, into entries: inout [GateCalibration], _ defaults: inout [GateCalibration]
    ) {
        let typical = TypicalDurations(modality)
        let published = native.places.lazy.compactMap(\.figure.duration).filter { $0 > 0 }.max()
        let fallback =
            published ?? native.common?.duration
            ?? (native.gate.qubitCount == 1 ? typical.oneQubit : typical.twoQubit)
        var isTimeAssumed = false, isErrorAssumed = false
        func entry(_ sites: [Site], _ figure: Figure) -> GateCalibration {
            let error = figure.error ?? native.common?.error
            var duration = figure.duration ?? native.common?.duration ?? fallback
            if figure.duration ?? native.common?.duration == nil { isTimeAssumed = true }
            if duration <= 0 {
                duration = fallback > 0 ? fallback : typical.oneQubit
                isTimeAssumed = true
            }
            if error == nil { isErrorAssumed = true }
            return GateCalibration(gate: native.gate, sites: sites, error: error ?? 0, duration: Seconds(duration))
        }
        for (sites, figure) in native.places { entries.append(entry(sites, figure)) }
        if native.common != nil || native.places.isEmpty {
            defaults.append(entry([], native.common ?? Figure()))
        } else if native.gate.qubitCount == 1 {
            let seen = Set(native.places.map(\.sites))
            for k in sites.indices where !seen.contains([Site(k)]) {
                entries.append(
                    GateCalibration(gate: native.gate, sites: [Site(k)], error: 1, duration: Seconds(fallback)))
                warnings.append("\(native.gate.name) has no figures on site \(k): it is treated as dead there")
            }
        }
        if isErrorAssumed {
            assume("calibration.gates.\(native.gate.name).error", "assumed 0 where none is published")
            warnings.append("\(native.gate.name): no error is published at some or all places: 0 is assumed there")
        }
        if isTimeAssumed {
            assume(
                "calibration.gates.\(native.gate.name).duration",
                "assumed where none is published: of the order of machines of this kind")
            warnings.append("\(native.gate.name): no duration is published at some or all places: one is assumed there")
        }
    }

    /// A coupling on which no two-qubit gate has figures cannot be used.
    private mutating func leaveOutBareCouplings(_ entries: [GateCalibration], _ defaults: [GateCalibration]) {
        guard let list = couplings, !defaults.contains(where: { $0.gate.qubitCount == 2 }) else { return }
        var served: Set<Coupling> = []
        for entry in entries where entry.sites.count == 2 { served.insert(Coupling(entry.sites[0], entry.sites[1])) }
        let bare = list.filter { !served.contains($0) }
        if bare.isEmpty { return }
        couplings = list.filter { served.contains($0) }
        let names = bare.prefix(8).map { "\($0.first.index)-\($0.second.index)" }.joined(separator: ", ")
        warnings.append(
            "\(bare.count) coupling\(bare.count == 1 ? "" : "s") without figures of any two-qubit gate left out: "
                + names + (bare.count > 8 ? ", …" : ""))
    }
}
