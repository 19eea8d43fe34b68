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
    /// The moment that is promised to a job that waits for the machine.
    var promises: [Double] = []
    var starts: [Start] = []
    /// Jobs that wait for a machine, where the whole queue is planned.
    var plan: [PlannedStart] = []
    var keepsPlan = false
    /// What a second on the machine counts in seconds of waiting: as its owner says it, and times the factor by which
    /// measured run times differ from estimated ones.
    private var weights: [Float] = []
    private var estimateWeights: [Float] = []

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
        }
        let padded = (count + EstimateTable.lanes - 1) / EstimateTable.lanes * EstimateTable.lanes
        while delays.count < padded {
            delays.append(.infinity)
            weights.append(Self.haste)
            estimateWeights.append(Self.haste)
        }
    }

    mutating func setWeight(_ weight: Float, factor: Float, of d: Int) {
        weights[d] = weight
        estimateWeights[d] = weight * factor
    }

    /// Notes what has become of a machine, for this cycle and the next ones.
    mutating func note(_ d: Int, isOpen open: Bool, end: Double) {
        standing[d] = Standing(isOpen: open, end: end)
        if isOpen[d] != open { openCount += open ? 1 : -1 }
        isOpen[d] = open
    }

    /// Forgets what the last cycle promised.
    mutating func begin(at now: Double) {
        origin = now
        starts.removeAll(keepingCapacity: true)
        plan.removeAll()
        var open = 0
        for d in standing.indices {
            let state = standing[d]
            isOpen[d] = state.isOpen
            if state.isOpen { open += 1 }
            delays[d] = state.isOpen ? 0 : Float(max(0, state.end - now))
            promises[d] = .infinity
        }
        openCount = open
    }

    mutating func close(_ d: Int, for seconds: Float) {
        if isOpen[d] { openCount -= 1 }
        isOpen[d] = false
        delays[d] = max(delays[d], seconds)
    }

    mutating func postpone(_ d: Int, by seconds: Float) { delays[d] += seconds }

    mutating func setDelay(_ d: Int, _ seconds: Float) { delays[d] = seconds }

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
    ///   - costs, shotSeconds: of the program, by machine.
    ///   - seconds: of the job as its owner says; 0 where shots times seconds a shot count.
    func best(
        _ costs: UnsafePointer<Float>, _ shotSeconds: UnsafePointer<Float>, shots: Float, seconds: Float,
        secondsPerNat: Float, at now: Double
    ) -> Int? {
        typealias Lanes = EstimateTable.Lanes
        var least = Lanes(repeating: .infinity)
        var places = SIMD8<Int32>(repeating: -1), place = SIMD8<Int32>(0, 1, 2, 3, 4, 5, 6, 7)
        let shift = Lanes(repeating: Float(now - origin)), none = Lanes(repeating: 0)
        let owned = Lanes(repeating: seconds)
        delays.withUnsafeBufferPointer { delays in
            (seconds > 0 ? weights : estimateWeights).withUnsafeBufferPointer { weights in
                var d = 0
                while d < delays.count {
                    // A machine on which the program does not fit costs infinitely much.
                    let cost = Self.load(costs + d)
                    var wait = Self.load(delays.baseAddress! + d) - shift
                    wait.replace(with: none, where: wait .< none)
                    let time = seconds > 0 ? owned : Self.load(shotSeconds + d) * shots
                    let score = wait + cost * secondsPerNat + time * Self.load(weights.baseAddress! + d)
                    let isBetter = (score .< least) .& (cost .< .infinity)
                    least.replace(with: score, where: isBetter)
                    places.replace(with: place, where: isBetter)
                    place &+= SIMD8(repeating: 8)
                    d += EstimateTable.lanes
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
        _ d: Int, cost: Float, shotSeconds: Float, shots: Float, seconds: Float, secondsPerNat: Float, at now: Double
    ) -> Float {
        let time = seconds > 0 ? seconds * weights[d] : shotSeconds * shots * estimateWeights[d]
        return delay(d, at: now) + cost * secondsPerNat + time
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
