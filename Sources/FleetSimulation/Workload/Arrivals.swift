/// A job as it arrives.
public struct Arrival: Hashable, Sendable {
    public var time: Double
    /// Place among the scenario's payers.
    public var account: Int32
    public var program: Int32
    public var shots: Int32
    public var priority: UInt8
    public var isAlone: Bool
    /// Seconds from arrival; infinity without.
    public var deadline: Double
}

/// Synthetic traffic, one job at a time: nothing is kept, so that ten million jobs take no room.
public struct Arrivals: Sendable {
    private let settings: WorkloadSettings
    private let duration: Double
    private var random: SplitMix
    private var time = 0.0
    /// Bursts per second on average.
    private let rate: Double
    private let accountWeights: [Double]
    /// By mix, the place of its narrowest program.
    private let mixes: [(weight: Double, programs: [Int], shots: ClosedRange<Int>)]
    private let mixTotal: Double
    private let priorityTotal: Double
    private var burstLeft = 0
    private var burstAccount: Int32 = 0
    private var left: Int

    /// - Parameter secondsPerShot: mean machine time of a shot of a program, over the machines that it fits.
    public init(
        _ settings: WorkloadSettings, programs: inout ProgramTable, accounts: [Double], duration: Double,
        secondsPerShot: (Int) -> Double, machines: Double, seed: UInt64
    ) {
        self.settings = settings
        self.duration = duration
        random = SplitMix(seed: seed, stream: 7)
        var mixes: [(weight: Double, programs: [Int], shots: ClosedRange<Int>)] = []
        var mean = 0.0, total = 0.0
        for mix in settings.programs {
            let places = mix.qubits.map { programs.place(of: mix.kind, qubits: $0) }
            let shots = Double(mix.shots.lowerBound + mix.shots.upperBound) / 2
            let seconds = places.reduce(0) { $0 + secondsPerShot($1) } / Double(places.count)
            mean += mix.weight * shots * seconds
            total += mix.weight
            mixes.append((mix.weight, places, mix.shots))
        }
        self.mixes = mixes
        mixTotal = total
        accountWeights = accounts
        priorityTotal = settings.priorities.reduce(0, +)
        let jobsPerSecond = settings.load * machines / max(mean / max(total, 1e-12), 1e-12)
        rate = jobsPerSecond / settings.burst
        left = settings.jobs ?? .max
    }

    /// Jobs that the load brings in the duration, on average.
    var expectedJobs: Double { rate * settings.burst * duration }

    /// The same traffic from a moment on as it might go on by its law: bursts that have begun go on as long as any.
    func continued(from now: Double, after account: Int32, seed: UInt64) -> Arrivals {
        var copy = self
        copy.random = SplitMix(seed: seed, stream: 19)
        copy.time = now
        copy.burstAccount = account
        copy.burstLeft = copy.random.geometric(mean: settings.burst) - 1
        copy.left = .max
        return copy
    }

    /// The next job; nil after the last.
    public mutating func next() -> Arrival? {
        guard left > 0 else { return nil }
        if burstLeft == 0 {
            repeat {
                time += random.exponential() / (rate * (1 + settings.dailySwing))
                // Thinning: the rate swings within a day around its mean.
            } while random.uniform() * (1 + settings.dailySwing) > 1 + settings.dailySwing
                * sine(2 * .pi * time / 86_400)
            burstLeft = random.geometric(mean: settings.burst)
            burstAccount = Int32(draw(accountWeights))
        }
        if time > duration, settings.jobs == nil { return nil }
        burstLeft -= 1
        left -= 1
        var pick = random.uniform() * mixTotal, mix = 0
        while mix < mixes.count - 1, pick >= mixes[mix].weight {
            pick -= mixes[mix].weight
            mix += 1
        }
        let chosen = mixes[mix]
        let shots = chosen.shots.lowerBound + random.below(chosen.shots.count)
        var deadline = Double.infinity
        if settings.deadlineShare > 0, random.uniform() < settings.deadlineShare {
            deadline = settings.deadlineSeconds * (0.5 + random.uniform())
        }
        return Arrival(
            time: time, account: burstAccount, program: Int32(chosen.programs[random.below(chosen.programs.count)]),
            shots: Int32(shots), priority: UInt8(draw(settings.priorities)),
            isAlone: settings.aloneShare > 0 && random.uniform() < settings.aloneShare, deadline: deadline)
    }

    private mutating func draw(_ weights: [Double]) -> Int {
        var pick = random.uniform() * weights.reduce(0, +)
        for (k, weight) in weights.enumerated() {
            if pick < weight { return k }
            pick -= weight
        }
        return weights.lastIndex { $0 > 0 } ?? 0
    }
}
