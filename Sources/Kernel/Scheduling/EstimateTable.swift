/// What each program is expected to do alone on each machine, in flat columns that the choice of a machine sweeps over:
/// a row a program, filled in when it is first asked for, forgotten with the calibration it came from.
struct EstimateTable: Sendable {
    /// Machines a vector holds.
    typealias Lanes = SIMD8<Float>
    static let lanes = Lanes.scalarCount

    /// By row · stride + machine: −ln of the chance of success; infinite where the program does not fit, NaN while
    /// nobody has asked.
    private(set) var costs: [Float] = []
    /// Seconds a shot, the delay between shots included.
    private(set) var shotSeconds: [Float] = []
    /// Machines, rounded up to whole vectors.
    private(set) var stride = 0
    private(set) var profiles: [ProgramProfile] = []
    /// By row, on the first machine that the program fits; 0 where there is none.
    private(set) var typicalShotSeconds: [Float] = []
    /// Whether no figure of the row is missing.
    private var isWhole: [Bool] = []
    private var rowsByProfile: [ProgramProfile: Int32] = [:]

    /// The row of a program, a new one where it is not known yet.
    mutating func row(of profile: ProgramProfile) -> Int32 {
        if let row = rowsByProfile[profile] { return row }
        let row = Int32(profiles.count)
        rowsByProfile[profile] = row
        profiles.append(profile)
        typicalShotSeconds.append(0)
        isWhole.append(false)
        costs.append(contentsOf: repeatElement(.nan, count: stride))
        shotSeconds.append(contentsOf: repeatElement(0, count: stride))
        return row
    }

    /// Makes room for so many machines.
    mutating func widen(to count: Int) {
        guard count > stride else { return }
        let wider = (count + Self.lanes - 1) / Self.lanes * Self.lanes
        var (costs, seconds): ([Float], [Float]) = ([], [])
        costs.reserveCapacity(wider * profiles.count)
        for row in profiles.indices {
            costs += self.costs[row * stride..<(row + 1) * stride]
            costs.append(contentsOf: repeatElement(.nan, count: wider - stride))
            seconds += shotSeconds[row * stride..<(row + 1) * stride]
            seconds.append(contentsOf: repeatElement(0, count: wider - stride))
        }
        (self.costs, shotSeconds, stride) = (costs, seconds, wider)
        forgetWhole()
    }

    mutating func forget(device: Int) {
        guard device < stride else { return }
        for place in Swift.stride(from: device, to: costs.count, by: stride) { costs[place] = .nan }
        forgetWhole()
    }

    private mutating func forgetWhole() { for row in isWhole.indices { isWhole[row] = false } }

    /// Fills a row in: after this no figure of it is NaN.
    @inline(__always)
    mutating func complete(_ row: Int, _ machines: [FleetScheduler.Machine], _ rules: SchedulingRules) {
        if !isWhole[row] { fill(row, machines, rules) }
    }

    private mutating func fill(_ row: Int, _ machines: [FleetScheduler.Machine], _ rules: SchedulingRules) {
        let profile = profiles[row]
        for d in 0..<stride where costs[row * stride + d].isNaN {
            guard d < machines.count else {
                costs[row * stride + d] = .infinity
                continue
            }
            guard let library = machines[d].library else {
                // A machine whose regions are not known is given out whole.
                costs[row * stride + d] = profile.width <= machines[d].siteCount ? 0 : .infinity
                continue
            }
            if case .success(let found) = library.region(
                for: profile, within: library.map.live, coherenceBudget: rules.coherenceBudget)
            {
                costs[row * stride + d] = found.estimate.cost
                shotSeconds[row * stride + d] =
                    found.estimate.shotSeconds + Float(library.map.timing.repetitionDelay)
            } else {
                costs[row * stride + d] = .infinity
            }
        }
        let fitting = (0..<stride).first { costs[row * stride + $0] < .infinity }
        typicalShotSeconds[row] = fitting.map { shotSeconds[row * stride + $0] } ?? 0
        isWhole[row] = true
    }
}
