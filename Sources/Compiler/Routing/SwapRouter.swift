/// Finds swaps that bring the interactions of a routing graph together, after SABRE (Li, Ding, Xie, ASPLOS 2019,
/// arXiv:1809.02573) in the relative-scoring form of LightSABRE (arXiv:2409.08368).
///
/// Beyond those: couplers count by their errors, and a swap on the pair that interacted last costs less, because
/// resynthesis merges the two (a CX and a swap are two CX, any gate and a swap are three).
///
/// One router serves many runs on the same map; all its tables are flat and allocated once.
final class SwapRouter {
    let map: RoutingMap
    private let n: Int
    /// Weighted distances, row by row.
    private let distance: UnsafeMutablePointer<Float>
    private let edgeBias: UnsafeMutablePointer<Float>
    private let hops: UnsafeMutablePointer<Int16>
    private let starts: UnsafeMutablePointer<Int32>
    private let neighbors: UnsafeMutablePointer<Int32>
    private let couplerOfNeighbor: UnsafeMutablePointer<Int32>
    private var noise = -1.0

    // Where everything is. Qubits beyond the program's are ancillas, so that a layout is a permutation of sites.
    let siteOf: UnsafeMutablePointer<Int32>
    private let qubitOn: UnsafeMutablePointer<Int32>

    // All interactions that could run now but for their distance; by qubit as linked lists (entry 2k is the first
    // operand's link of node k, 2k + 1 the second's), because commuting gates may wait on one qubit together.
    private var waiting: [Int32] = []
    private var waitingPlace: [Int32] = []
    private let waitingHead: UnsafeMutablePointer<Int32>
    private var nextLink: [Int32] = []
    private var previousLink: [Int32] = []
    // The front: of the waiting interactions at most one a qubit, the closest first. By qubit the partner it is drawn to
    // and the node, or −1.
    private let partner: UnsafeMutablePointer<Int32>
    private let frontNode: UnsafeMutablePointer<Int32>
    private var front: [Int32] = []
    // The lookahead by qubit: up to `capacity` partners with their weight.
    private let capacity = 8
    private let aheadCount: UnsafeMutablePointer<Int32>
    private let aheadPartner: UnsafeMutablePointer<Int32>
    private var aheadTouched: [Int32] = []
    private var aheadFound = 0

    private let decay: UnsafeMutablePointer<Float>
    /// The pair that last interacted on each site, −1 once another gate came between; for merging swaps.
    private let lastPartnerSite: UnsafeMutablePointer<Int32>
    private var remaining: [Int32] = []
    private var ready: [Int32] = []
    private var byDistance: [UInt64] = []
    private var queue: [Int32] = []
    private var queueDepth: [Int32] = []
    private var decremented: [Int32] = []

    /// What happened, in order: node k as k, a swap on sites (a, b) as −1 − (a · siteCount + b), a < b.
    private(set) var events: [Int32] = []
    private(set) var swapCount = 0

    init(_ map: RoutingMap) {
        self.map = map
        n = map.siteCount
        func table<T>(_ count: Int, _ value: T) -> UnsafeMutablePointer<T> {
            let pointer = UnsafeMutablePointer<T>.allocate(capacity: max(count, 1))
            pointer.initialize(repeating: value, count: max(count, 1))
            return pointer
        }
        func table<T>(_ values: [T]) -> UnsafeMutablePointer<T> {
            let pointer = UnsafeMutablePointer<T>.allocate(capacity: max(values.count, 1))
            pointer.initialize(from: values, count: values.count)
            return pointer
        }
        siteOf = table(Array(0..<Int32(n)))
        qubitOn = table(Array(0..<Int32(n)))
        partner = table(n, -1)
        waitingHead = table(n, -1)
        frontNode = table(n, -1)
        aheadCount = table(n, 0)
        aheadPartner = table(n * capacity, 0)
        decay = table(n, 0)
        lastPartnerSite = table(n, -1)
        distance = table(n * n, 0)
        edgeBias = table(map.couplerCost.count, 1)
        hops = table(map.hops)
        starts = table(map.starts)
        neighbors = table(map.neighbors)
        couplerOfNeighbor = table(map.couplerOfNeighbor)
    }

    deinit {
        siteOf.deallocate()
        qubitOn.deallocate()
        partner.deallocate()
        waitingHead.deallocate()
        frontNode.deallocate()
        aheadCount.deallocate()
        aheadPartner.deallocate()
        decay.deallocate()
        lastPartnerSite.deallocate()
        distance.deallocate()
        edgeBias.deallocate()
        hops.deallocate()
        starts.deallocate()
        neighbors.deallocate()
        couplerOfNeighbor.deallocate()
    }

    /// Where the first `count` qubits are.
    func sites(ofFirst count: Int) -> [Int32] { Array(UnsafeBufferPointer(start: siteOf, count: count)) }

    /// Places program qubits; the ancillas take the other sites in ascending order.
    func place(_ initial: [Int32]) {
        var taken = Array(repeating: false, count: n)
        for (qubit, site) in initial.enumerated() {
            siteOf[qubit] = site
            taken[Int(site)] = true
        }
        var next = initial.count
        for site in 0..<n where !taken[site] {
            siteOf[next] = Int32(site)
            next += 1
        }
        for qubit in 0..<n { qubitOn[Int(siteOf[qubit])] = Int32(qubit) }
    }

    /// Routes the graph from the present placement; leaves the final placement in `siteOf` and the history in `events`.
    ///
    /// - Precondition: the graph's qubits are in one component of the map where they interact.
    func route(_ graph: RoutingGraph, _ tuning: RouterTuning, _ generator: inout SeededGenerator) {
        prepare(tuning)
        begin(graph)
        lookAhead(graph, tuning)
        var stalled = 0
        var sinceProgress = events.count
        let patience = 3 * n / 2 + 20
        var swapsSinceDecayReset = 0
        while !waiting.isEmpty {
            let (a, b) = bestSwap(graph, tuning, &generator)
            apply(a, b)
            decay[a] += tuning.decay
            decay[b] += tuning.decay
            swapsSinceDecayReset += 1
            stalled += 1
            if completeAround(a, b, graph) {
                stalled = 0
                sinceProgress = events.count
                swapsSinceDecayReset = 0
                resetDecay()
                lookAhead(graph, tuning)
            } else if stalled > patience {
                release(graph, backTo: sinceProgress)
                stalled = 0
                sinceProgress = events.count
                resetDecay()
                lookAhead(graph, tuning)
            } else if swapsSinceDecayReset >= 5 {
                swapsSinceDecayReset = 0
                resetDecay()
            }
        }
    }

    private func prepare(_ tuning: RouterTuning) {
        if noise != tuning.noise {
            distance.update(from: map.distances(noise: tuning.noise), count: n * n)
            let costs = map.relativeCosts(noise: tuning.noise)
            edgeBias.update(from: costs, count: costs.count)
            noise = tuning.noise
        }
    }

    private func resetDecay() { decay.update(repeating: 0, count: n) }

    private func begin(_ graph: RoutingGraph) {
        events.removeAll(keepingCapacity: true)
        swapCount = 0
        remaining = graph.predecessorCounts
        front.removeAll(keepingCapacity: true)
        waiting.removeAll(keepingCapacity: true)
        if waitingPlace.count < graph.nodeCount {
            waitingPlace = Array(repeating: 0, count: graph.nodeCount)
            nextLink = Array(repeating: -1, count: 2 * graph.nodeCount)
            previousLink = nextLink
        }
        for k in 0..<n {
            partner[k] = -1
            frontNode[k] = -1
            waitingHead[k] = -1
            lastPartnerSite[k] = -1
        }
        resetDecay()
        ready.removeAll(keepingCapacity: true)
        for node in stride(from: graph.nodeCount - 1, through: 0, by: -1) where remaining[node] == 0 {
            ready.append(Int32(node))
        }
        advance(graph)
    }

    /// Executes all that is ready and possible; the rest joins the front.
    private func advance(_ graph: RoutingGraph) {
        while let node = ready.popLast() {
            let k = Int(node)
            let a = graph.first[k]
            if a >= 0 {
                let b = graph.second[k]
                let (s, t) = (siteOf[Int(a)], siteOf[Int(b)])
                if hops[Int(s) * n + Int(t)] != 1 {
                    wait(node, a, b)
                    continue
                }
                breakPair(s)
                breakPair(t)
                lastPartnerSite[Int(s)] = t
                lastPartnerSite[Int(t)] = s
            }
            finish(node, graph)
        }
    }

    private func breakPair(_ site: Int32) {
        let other = lastPartnerSite[Int(site)]
        if other >= 0 {
            lastPartnerSite[Int(other)] = -1
            lastPartnerSite[Int(site)] = -1
        }
    }

    private func finish(_ node: Int32, _ graph: RoutingGraph) {
        events.append(node)
        for k in graph.successorStarts[Int(node)]..<graph.successorStarts[Int(node) + 1] {
            let successor = graph.successors[Int(k)]
            remaining[Int(successor)] -= 1
            if remaining[Int(successor)] == 0 { ready.append(successor) }
        }
    }

    private func apply(_ a: Int, _ b: Int) {
        let (p, q) = (qubitOn[a], qubitOn[b])
        qubitOn[a] = q
        qubitOn[b] = p
        siteOf[Int(p)] = Int32(b)
        siteOf[Int(q)] = Int32(a)
        if lastPartnerSite[a] != Int32(b) {
            breakPair(Int32(a))
            breakPair(Int32(b))
        } else {
            // Merged: nothing cheap is left on this pair.
            breakPair(Int32(a))
        }
        events.append(-1 - Int32(min(a, b) * n + max(a, b)))
        swapCount += 1
    }

    private func wait(_ node: Int32, _ a: Int32, _ b: Int32) {
        waitingPlace[Int(node)] = Int32(waiting.count)
        waiting.append(node)
        for (link, qubit) in [(2 * node, a), (2 * node + 1, b)] {
            let head = waitingHead[Int(qubit)]
            nextLink[Int(link)] = head
            previousLink[Int(link)] = -1
            if head >= 0 { previousLink[Int(head)] = link }
            waitingHead[Int(qubit)] = link
        }
    }

    private func stopWaiting(_ node: Int32, _ graph: RoutingGraph) {
        let place = Int(waitingPlace[Int(node)])
        let last = waiting.removeLast()
        if last != node {
            waiting[place] = last
            waitingPlace[Int(last)] = Int32(place)
        }
        for (link, qubit) in [(2 * node, graph.first[Int(node)]), (2 * node + 1, graph.second[Int(node)])] {
            let (next, previous) = (nextLink[Int(link)], previousLink[Int(link)])
            if next >= 0 { previousLink[Int(next)] = previous }
            if previous >= 0 { nextLink[Int(previous)] = next } else { waitingHead[Int(qubit)] = next }
        }
        ready.append(node)
    }

    /// Executes what the swap made possible, and what follows from it.
    private func completeAround(_ a: Int, _ b: Int, _ graph: RoutingGraph) -> Bool {
        var progressed = false
        for site in [a, b] {
            var link = waitingHead[Int(qubitOn[site])]
            while link >= 0 {
                let node = link >> 1
                let other = link & 1 == 0 ? graph.second[Int(node)] : graph.first[Int(node)]
                link = nextLink[Int(link)]
                if hops[site * n + Int(siteOf[Int(other)])] == 1 {
                    stopWaiting(node, graph)
                    progressed = true
                }
            }
        }
        if progressed { advance(graph) }
        return progressed
    }
}

extension SwapRouter {
    /// Collects the interactions after the front, breadth first in executable order.
    fileprivate func lookAhead(_ graph: RoutingGraph, _ tuning: RouterTuning) {
        for qubit in aheadTouched { aheadCount[Int(qubit)] = 0 }
        aheadTouched.removeAll(keepingCapacity: true)
        queue.removeAll(keepingCapacity: true)
        decremented.removeAll(keepingCapacity: true)
        var found = chooseFront(graph, tuning)
        queue.append(contentsOf: waiting)
        var head = 0
        search: while head < queue.count && found < tuning.lookahead {
            let node = Int(queue[head])
            head += 1
            for k in graph.successorStarts[node]..<graph.successorStarts[node + 1] {
                let successor = graph.successors[Int(k)]
                remaining[Int(successor)] -= 1
                decremented.append(successor)
                guard remaining[Int(successor)] == 0 else { continue }
                queue.append(successor)
                let a = graph.first[Int(successor)]
                if a >= 0 {
                    addAhead(a, graph.second[Int(successor)])
                    found += 1
                    if found >= tuning.lookahead { break search }
                }
            }
        }
        aheadFound = found
        for node in decremented { remaining[Int(node)] += 1 }
    }

    /// Of the waiting interactions, closest first, one a qubit makes the front; the next ones come into the lookahead.
    ///
    /// - Returns: how many came into the lookahead.
    private func chooseFront(_ graph: RoutingGraph, _ tuning: RouterTuning) -> Int {
        for node in front {
            for qubit in [graph.first[Int(node)], graph.second[Int(node)]] {
                partner[Int(qubit)] = -1
                frontNode[Int(qubit)] = -1
            }
        }
        front.removeAll(keepingCapacity: true)
        var found = 0
        let scanned = min(waiting.count, 512)
        byDistance.removeAll(keepingCapacity: true)
        for k in 0..<scanned {
            let node = waiting[k]
            let gap = hops[Int(siteOf[Int(graph.first[Int(node)])]) * n + Int(siteOf[Int(graph.second[Int(node)])])]
            byDistance.append(UInt64(gap) << 32 | UInt64(node))
        }
        byDistance.sort()
        for entry in byDistance {
            let node = Int32(truncatingIfNeeded: entry & 0xFFFF_FFFF)
            let (a, b) = (graph.first[Int(node)], graph.second[Int(node)])
            if partner[Int(a)] < 0 && partner[Int(b)] < 0 {
                partner[Int(a)] = b
                partner[Int(b)] = a
                frontNode[Int(a)] = node
                frontNode[Int(b)] = node
                front.append(node)
            } else if found < tuning.lookahead {
                addAhead(a, b)
                found += 1
            }
        }
        return found
    }

    private func addAhead(_ a: Int32, _ b: Int32) {
        for (qubit, other) in [(a, b), (b, a)] {
            let count = aheadCount[Int(qubit)]
            guard count < capacity else { continue }
            if count == 0 { aheadTouched.append(qubit) }
            aheadPartner[Int(qubit) * capacity + Int(count)] = other
            aheadCount[Int(qubit)] = count + 1
        }
    }

    /// The swap next to the front with the best score.
    fileprivate func bestSwap(
        _ graph: RoutingGraph, _ tuning: RouterTuning, _ generator: inout SeededGenerator
    ) -> (Int, Int) {
        let aheadScale = tuning.lookaheadWeight * Float(max(front.count, 1)) / Float(max(aheadFound, 1))
        var best = Float.infinity
        var ties = 0
        var choice = (0, 0)
        for node in front {
            let qubits = (graph.first[Int(node)], graph.second[Int(node)])
            for side in 0..<2 {
                let a = siteOf[Int(side == 0 ? qubits.0 : qubits.1)]
                for k in starts[Int(a)]..<starts[Int(a) + 1] {
                    let b = neighbors[Int(k)]
                    // Seen from both ends when both are in the front: count it once.
                    if b < a, partner[Int(qubitOn[Int(b)])] >= 0 { continue }
                    let score = score(a, b, Int(couplerOfNeighbor[Int(k)]), aheadScale, tuning)
                    if score < best - 1e-6 {
                        best = score
                        ties = 1
                        choice = (Int(a), Int(b))
                    } else if score < best + 1e-6 {
                        ties += 1
                        if generator.below(ties) == 0 { choice = (Int(a), Int(b)) }
                    }
                }
            }
        }
        return choice
    }

    /// The change of the summed distances by a swap on (a, b), and what the swap itself costs.
    @inline(__always)
    private func score(_ a: Int32, _ b: Int32, _ coupler: Int, _ aheadScale: Float, _ tuning: RouterTuning) -> Float {
        let (p, q) = (qubitOn[Int(a)], qubitOn[Int(b)])
        var near: Float = 0
        var far: Float = 0
        let rowA = Int(a) * n
        let rowB = Int(b) * n
        let otherP = partner[Int(p)]
        if otherP >= 0 && otherP != q {
            let site = Int(siteOf[Int(otherP)])
            near += distance[rowB + site] - distance[rowA + site]
        }
        let otherQ = partner[Int(q)]
        if otherQ >= 0 && otherQ != p {
            let site = Int(siteOf[Int(otherQ)])
            near += distance[rowA + site] - distance[rowB + site]
        }
        for k in 0..<Int(aheadCount[Int(p)]) {
            let other = aheadPartner[Int(p) * capacity + k]
            if other == q { continue }
            let site = Int(siteOf[Int(other)])
            far += distance[rowB + site] - distance[rowA + site]
        }
        for k in 0..<Int(aheadCount[Int(q)]) {
            let other = aheadPartner[Int(q) * capacity + k]
            if other == p { continue }
            let site = Int(siteOf[Int(other)])
            far += distance[rowA + site] - distance[rowB + site]
        }
        var score = near + aheadScale * far + max(decay[Int(a)], decay[Int(b)])
        score += (edgeBias[coupler] - 1) * 0.5
        if lastPartnerSite[Int(a)] == b { score -= tuning.merging }
        return score
    }

    /// Takes back the swaps since the last progress and carries the closest front pair together along a shortest path.
    fileprivate func release(_ graph: RoutingGraph, backTo mark: Int) {
        while events.count > mark {
            let code = Int(-1 - events.removeLast())
            let (a, b) = (code / n, code % n)
            let (p, q) = (qubitOn[a], qubitOn[b])
            qubitOn[a] = q
            qubitOn[b] = p
            siteOf[Int(p)] = Int32(b)
            siteOf[Int(q)] = Int32(a)
            swapCount -= 1
        }
        for k in 0..<n { lastPartnerSite[k] = -1 }
        var closest: Int32 = front[0]
        var least = Float.infinity
        for node in front {
            let gap = distance[
                Int(siteOf[Int(graph.first[Int(node)])]) * n + Int(siteOf[Int(graph.second[Int(node)])])]
            if gap < least {
                least = gap
                closest = node
            }
        }
        let goal = Int(graph.second[Int(closest)])
        var site = Int(siteOf[Int(graph.first[Int(closest)])])
        while map.hops(site, Int(siteOf[goal])) > 1 {
            let here = map.hops(site, Int(siteOf[goal]))
            var step = -1
            for k in starts[site]..<starts[site + 1] {
                let next = Int(neighbors[Int(k)])
                if map.hops(next, Int(siteOf[goal])) < here { step = next; break }
            }
            apply(site, step)
            site = step
        }
        // The journey may have brought others together; all that waits is looked at again.
        for node in waiting {
            let (s, t) = (siteOf[Int(graph.first[Int(node)])], siteOf[Int(graph.second[Int(node)])])
            if hops[Int(s) * n + Int(t)] == 1 { stopWaiting(node, graph) }
        }
        advance(graph)
    }
}
