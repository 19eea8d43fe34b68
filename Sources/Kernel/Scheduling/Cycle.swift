/// The state of the fleet during a cycle, and between cycles what the last one left: how long each machine keeps a job
/// waiting, and what is promised to those that wait.
///
/// Columns by machine are padded to whole vectors, so that the choice of a machine is one sweep.
struct Cycle: Sendable {
    /// By machine, between cycles: whether it takes one more job, room or not, and else until when its tenants stay;
    /// infinite where it takes none at all.
    private var standing: [Standing] = []
    /// The moment from which delays count.
    private(set) var origin = 0.0
    /// Whether a machine takes one more job, room or not.
    private(set) var isOpen: [Bool] = []
    private(set) var openCount = 0
    /// Seconds from the origin until those that run or were planned before leave room; infinite for machines that take
    /// no jobs.
    private(set) var delays: [Float] = []
    /// Of the jobs that wait for a machine, the work of those that this cycle has looked at, seconds: in its delay.
    private var seen: [Float] = []
    /// The moment that is promised to a job that waits for the machine.
    private(set) var promises: [Double] = []
    /// Machines of which this cycle or a change since the last one said something.
    private var touched: [Int32] = []
    private var isTouched: [Bool] = []
    private var isFresh = false
    var starts: [Start] = []
    /// Jobs that wait for a machine, where the whole queue is planned.
    var plan: [PlannedStart] = []
    var keepsPlan = false
    /// Of a second of machine time, and the factor by which measured run times differ from estimated ones.
    private var prices: [Float] = []
    private var factors: [Float] = []

    private struct Standing: Sendable {
        var isOpen: Bool
        var end: Double
    }

    struct Start: Sendable {
        let row: Int32
        let placement: Placement
    }

    /// Of two machines alike, the faster.
    static let haste: Float = 1e-3

    mutating func grow(to count: Int) {
        while isOpen.count < count {
            standing.append(Standing(isOpen: false, end: .infinity))
            isOpen.append(false)
            promises.append(.infinity)
            isTouched.append(false)
            isFresh = false
        }
        let padded = (count + EstimateTable.lanes - 1) / EstimateTable.lanes * EstimateTable.lanes
        while delays.count < padded {
            delays.append(.infinity)
            seen.append(0)
            prices.append(0)
            factors.append(1)
        }
    }

    mutating func setPrice(_ price: Float, factor: Float, of d: Int) {
        prices[d] = price
        factors[d] = factor
    }

    /// Notes what has become of a machine, for this cycle and the next ones.
    mutating func note(_ d: Int, isOpen open: Bool, end: Double) {
        standing[d] = Standing(isOpen: open, end: end)
        setOpen(d, open)
        touch(d)
    }

    /// Forgets what the last cycle promised. That costs what it promised, and now and then a pass over all machines: the
    /// origin stays behind for a while, so that whoever was left alone keeps its figures.
    mutating func begin(at now: Double) {
        starts.removeAll(keepingCapacity: true)
        plan.removeAll()
        if isFresh, now >= origin, now - origin < Self.longestOrigin {
            for d in touched { restore(Int(d)) }
        } else {
            origin = now
            isFresh = true
            for d in standing.indices { restore(d) }
        }
        touched.removeAll(keepingCapacity: true)
    }

    /// Seconds; a tenth of a millisecond is what single precision resolves there.
    private static let longestOrigin = 1_000.0

    private mutating func restore(_ d: Int) {
        let state = standing[d]
        setOpen(d, state.isOpen)
        delays[d] = state.isOpen ? 0 : Float(max(0, state.end - origin))
        promises[d] = .infinity
        seen[d] = 0
        isTouched[d] = false
    }

    private mutating func setOpen(_ d: Int, _ open: Bool) {
        if isOpen[d] != open { openCount += open ? 1 : -1 }
        isOpen[d] = open
    }

    @inline(__always)
    private mutating func touch(_ d: Int) {
        if isTouched[d] { return }
        isTouched[d] = true
        touched.append(Int32(d))
    }

    mutating func close(_ d: Int, for seconds: Float) {
        setOpen(d, false)
        touch(d)
        delays[d] = max(delays[d], seconds)
    }

    /// So much of what waits for the machine is in its delay now.
    mutating func see(_ d: Int, _ seconds: Float) {
        touch(d)
        seen[d] += seconds
    }

    /// Of so much work that waits for the machine, what is not in its delay.
    func unseen(_ d: Int, _ work: Float) -> Float { max(0, work - seen[d]) }

    mutating func setDelay(_ d: Int, _ seconds: Float) {
        touch(d)
        delays[d] = seconds
    }

    /// Promises a moment to the first job that waits for the machine; those behind it are promised nothing.
    mutating func promise(_ d: Int, _ moment: Double) {
        guard promises[d] == .infinity else { return }
        touch(d)
        promises[d] = moment
    }

    /// Seconds from a moment until the machine has room.
    @inline(__always)
    func delay(_ d: Int, at now: Double) -> Float { max(0, delays[d] - Float(now - origin)) }

    /// When the first machine has room.
    func earliest(among count: Int) -> Double {
        origin + Double(delays.withUnsafeBufferPointer { $0[..<count].min() ?? 0 })
    }

    /// The machine with the least sum of waiting, error and price; nil where the program fits none.
    ///
    /// - Parameters:
    ///   - costs, shotSeconds: of the program, by machine. Where the job's owner says how long it takes, that counts and
    ///     not shots times seconds a shot.
    ///   - waiting: by machine, the work that waits there before the job, where it is more than the cycle has seen.
    func best(
        _ costs: UnsafePointer<Float>, _ shotSeconds: UnsafePointer<Float>, of job: WaitingJob, at now: Double,
        waiting: UnsafePointer<Float>? = nil
    ) -> Int? {
        typealias Lanes = EstimateTable.Lanes
        var least = Lanes(repeating: .infinity)
        var places = SIMD8<Int32>(repeating: -1), place = SIMD8<Int32>(0, 1, 2, 3, 4, 5, 6, 7)
        let shift = Lanes(repeating: Float(now - origin)), none = Lanes(repeating: 0)
        let owned = Lanes(repeating: job.seconds), haste = Lanes(repeating: Self.haste)
        let shots = Float(job.shots), nat = job.secondsPerNat, worth = job.secondsPerPrice
        delays.withUnsafeBufferPointer { delays in
            seen.withUnsafeBufferPointer { seen in
                withUnsafePointers(prices, factors) { prices, factors in
                    var d = 0
                    while d < delays.count {
                        // A machine on which the program does not fit costs infinitely much.
                        let cost = Self.load(costs + d)
                        var wait = Self.load(delays.baseAddress! + d) - shift
                        wait.replace(with: none, where: wait .< none)
                        if let waiting {
                            var more = Self.load(waiting + d) - Self.load(seen.baseAddress! + d)
                            more.replace(with: none, where: more .< none)
                            wait += more
                        }
                        let time =
                            job.seconds > 0 ? owned : Self.load(shotSeconds + d) * Self.load(factors + d) * shots
                        let score = wait + cost * nat + time * (haste + Self.load(prices + d) * worth)
                        let isBetter = (score .< least) .& (cost .< .infinity)
                        least.replace(with: score, where: isBetter)
                        places.replace(with: place, where: isBetter)
                        place &+= SIMD8(repeating: 8)
                        d += EstimateTable.lanes
                    }
                }
            }
        }
        var best: Int?, lowest = Float.infinity
        for lane in 0..<EstimateTable.lanes where places[lane] >= 0 {
            if least[lane] < lowest || (least[lane] == lowest && Int(places[lane]) < best ?? .max) {
                lowest = least[lane]
                best = Int(places[lane])
            }
        }
        return best
    }

    /// The same sum for one machine.
    @inline(__always)
    func score(
        _ d: Int, cost: Float, shotSeconds: Float, of job: WaitingJob, at now: Double
    ) -> Float {
        let time = job.seconds > 0 ? job.seconds : shotSeconds * factors[d] * Float(job.shots)
        return delay(d, at: now) + cost * job.secondsPerNat + time * (Self.haste + prices[d] * job.secondsPerPrice)
    }

    @inline(__always)
    private func withUnsafePointers(
        _ a: [Float], _ b: [Float], _ body: (UnsafePointer<Float>, UnsafePointer<Float>) -> Void
    ) {
        a.withUnsafeBufferPointer { a in
            b.withUnsafeBufferPointer { b in
                if let a = a.baseAddress, let b = b.baseAddress { body(a, b) }
            }
        }
    }

    @inline(__always)
    private static func load(_ pointer: UnsafePointer<Float>) -> EstimateTable.Lanes {
        UnsafeRawPointer(pointer).loadUnaligned(as: EstimateTable.Lanes.self)
    }
}

/// When and where a waiting job should start.
public struct PlannedStart: Hashable, Sendable {
    public var job: JobSlot
    public var device: DeviceIndex
    /// Seconds on the kernel's clock.
    public var start: Double
    /// Machine time, seconds.
    public var seconds: Double
}
