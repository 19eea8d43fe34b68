import Circuits
import Hardware

/// What a routed trial would cost: an estimate of −log(success probability) from the history of a router, before any
/// gate is written.
///
/// Runs of nodes and swaps on one pair are priced as resynthesis will leave them; the rest of the time is charged by the
/// idle rates of the sites.
struct RoutingScore {
    private let siteCount: Int
    private let couplerAt: [Int32]
    private let cost: [Double]
    private let duration: [Double]
    private let idleRate: [Double]
    private let readoutCost: [Double]
    // Scratch, by site.
    private var partner: [Int32]
    private var weight: [UInt8]
    private var swaps: [UInt8]
    private var nodes: [UInt8]
    private var alone: [UInt8]
    private var free: [Double]
    private var isActive: [Bool]
    private(set) var entanglingGates = 0

    init(_ target: Target) {
        let map = target.routingMap
        siteCount = map.siteCount
        var couplerAt = Array(repeating: Int32(-1), count: siteCount * siteCount)
        for (place, coupler) in target.couplers.enumerated() {
            couplerAt[coupler.first.index * siteCount + coupler.second.index] = Int32(place)
            couplerAt[coupler.second.index * siteCount + coupler.first.index] = Int32(place)
        }
        self.couplerAt = couplerAt
        // One-qubit gates around an entangling gate cost about as much as the sites' own; a small constant keeps the
        // count in play where nothing has errors.
        cost = map.couplerCost.map { $0 + 1e-4 }
        duration = target.couplers.map { $0.gates[0].duration.value }
        idleRate = (0..<siteCount).map { target.idleRate(of: $0) }
        readoutCost = (0..<siteCount).map { Target.cost(ofError: target.readoutError(of: $0)) }
        partner = Array(repeating: -1, count: siteCount)
        weight = Array(repeating: 0, count: siteCount)
        swaps = weight
        nodes = weight
        alone = weight
        free = Array(repeating: 0, count: siteCount)
        isActive = Array(repeating: false, count: siteCount)
    }

    /// - Parameters:
    ///   - initial: site of program qubit k at the start.
    ///   - measured: program qubits that are measured, with repetitions.
    mutating func callAsFunction(
        _ events: [Int32], of graph: RoutingGraph, initial: [Int32], measured: [Int32]
    ) -> Double {
        for k in 0..<siteCount {
            partner[k] = -1
            free[k] = 0
            isActive[k] = false
        }
        entanglingGates = 0
        var total = 0.0
        var siteOf = initial
        var qubitOn = Array(repeating: Int32(-1), count: siteCount)
        for (qubit, site) in initial.enumerated() { qubitOn[Int(site)] = Int32(qubit) }
        for event in events {
            if event >= 0 {
                let a = graph.first[Int(event)]
                if a < 0 { continue }
                let (s, t) = (siteOf[Int(a)], siteOf[Int(graph.second[Int(event)])])
                open(s, t, &total)
                let key = Int(min(s, t))
                nodes[key] = min(nodes[key] + 1, 2)
                alone[key] = graph.weightWithSwap[Int(event)]
                weight[key] = min(3, weight[key] + graph.weight[Int(event)])
            } else {
                let code = Int(-1 - event)
                let (s, t) = (code / siteCount, code % siteCount)
                open(Int32(s), Int32(t), &total)
                swaps[s] ^= 1
                let (p, q) = (qubitOn[s], qubitOn[t])
                qubitOn[s] = q
                qubitOn[t] = p
                if p >= 0 { siteOf[Int(p)] = Int32(t) }
                if q >= 0 { siteOf[Int(q)] = Int32(s) }
            }
        }
        for site in 0..<siteCount where partner[site] >= 0 { close(Int32(site), &total) }
        for qubit in measured { total += readoutCost[Int(siteOf[Int(qubit)])] }
        let end = free.max() ?? 0
        for site in 0..<siteCount where isActive[site] { total += idleRate[site] * (end - free[site]) }
        return total
    }

    @inline(__always)
    private mutating func open(_ s: Int32, _ t: Int32, _ total: inout Double) {
        if partner[Int(s)] == t { return }
        if partner[Int(s)] >= 0 { close(s, &total) }
        if partner[Int(t)] >= 0 { close(t, &total) }
        partner[Int(s)] = t
        partner[Int(t)] = s
        let key = Int(min(s, t))
        weight[key] = 0
        swaps[key] = 0
        nodes[key] = 0
    }

    /// Prices the run that ends on a site and its partner.
    private mutating func close(_ site: Int32, _ total: inout Double) {
        let other = partner[Int(site)]
        partner[Int(site)] = -1
        partner[Int(other)] = -1
        let (s, t) = (Int(min(site, other)), Int(max(site, other)))
        let count: Int =
            swaps[s] == 0 ? Int(weight[s]) : nodes[s] == 0 ? 3 : nodes[s] == 1 ? Int(alone[s]) : 3
        let coupler = Int(couplerAt[s * siteCount + t])
        entanglingGates += count
        total += Double(count) * cost[coupler]
        let start = max(free[s], free[t])
        for place in [s, t] {
            if isActive[place] { total += idleRate[place] * (start - free[place]) }
            isActive[place] = true
            free[place] = start + Double(count) * duration[coupler]
        }
    }
}
