/// What each program is expected to do alone on each machine: filled in when first asked for, forgotten with the
/// calibration it came from.
struct EstimateTable: Sendable {
    enum Entry: Sendable {
        case unknown
        /// It fits, with this cost and these seconds a shot, the delay between shots included.
        case fits(cost: Float, shotSeconds: Float)
        case refused(RegionRefusal)
    }

    private var entries: [Entry] = []
    private var deviceCount = 0

    mutating func widen(to count: Int) {
        guard count > deviceCount else { return }
        let rows = deviceCount == 0 ? 0 : entries.count / deviceCount
        var wider = Array(repeating: Entry.unknown, count: rows * count)
        for row in 0..<rows {
            for d in 0..<deviceCount { wider[row * count + d] = entries[row * deviceCount + d] }
        }
        (entries, deviceCount) = (wider, count)
    }

    mutating func forget(device: Int) {
        guard device < deviceCount else { return }
        for place in stride(from: device, to: entries.count, by: deviceCount) { entries[place] = .unknown }
    }

    /// What is known already; `unknown` for the rest.
    @inline(__always)
    func known(program: Int, device: Int) -> Entry {
        let place = program * deviceCount + device
        return place < entries.count ? entries[place] : .unknown
    }

    mutating func entry(
        program: Int, device: Int, library: RegionLibrary, rules: SchedulingRules, profile: ProgramProfile
    )
        -> Entry
    {
        let place = program * deviceCount + device
        if place >= entries.count {
            entries.append(contentsOf: repeatElement(.unknown, count: (program + 1) * deviceCount - entries.count))
        }
        if case .unknown = entries[place] {
            entries[place] = Self.estimate(profile, library, rules)
        }
        return entries[place]
    }

    static func estimate(_ profile: ProgramProfile, _ library: RegionLibrary, _ rules: SchedulingRules) -> Entry {
        switch library.region(for: profile, within: library.map.live, coherenceBudget: rules.coherenceBudget) {
        case .success(let found):
            return .fits(
                cost: found.estimate.cost,
                shotSeconds: found.estimate.shotSeconds + Float(library.map.timing.repetitionDelay))
        case .failure(let refusal): return .refused(refusal)
        }
    }
}
