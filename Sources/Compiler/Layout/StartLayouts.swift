/// Placements from which the layout search starts.
struct StartLayouts {
    let program: InteractionGraph
    let map: RoutingMap
    let region: Region
    /// What using a site costs by itself: readout, and the mean of its couplers.
    let siteCost: [Double]

    init(_ program: InteractionGraph, on target: Target, in region: Region) {
        self.program = program
        self.region = region
        let map = target.routingMap
        self.map = map
        siteCost = (0..<map.siteCount).map { site in
            let around = target.couplers(of: site)
            let mean = around.isEmpty ? 1 : around.reduce(0) { $0 + map.couplerCost[$1] } / Double(around.count)
            return Target.cost(ofError: target.readoutError(of: site)) + 4 * mean
        }
    }

    /// A random placement inside a compact piece of the machine around a random site.
    func compact(_ generator: inout SeededGenerator, slack: Double) -> [Int32] {
        var result = Array(repeating: Int32(-1), count: program.qubitCount)
        for part in map.componentSizes.indices {
            var qubits = result.indices.filter { Int(region.component[$0]) == part }
            if qubits.isEmpty { continue }
            let room = min(map.componentSizes[part], Int(Double(qubits.count) * slack) + 1)
            var sites = grow(to: max(room, qubits.count), in: part, &generator)
            generator.shuffle(&sites)
            generator.shuffle(&qubits)
            for (qubit, site) in zip(qubits, sites) { result[qubit] = Int32(site) }
        }
        return result
    }

    /// Qubits placed one by one, those with most ties to the placed first, each on the free site closest to its partners.
    func greedy(_ generator: inout SeededGenerator, noise: Double) -> [Int32] {
        let n = map.siteCount
        let distance = map.distances(noise: noise)
        var result = Array(repeating: Int32(-1), count: program.qubitCount)
        var taken = Array(repeating: false, count: n)
        var tie = Array(repeating: 0.0, count: program.qubitCount)
        let meanSite = siteCost.reduce(0, +) / Double(max(n, 1))
        for _ in 0..<program.qubitCount {
            var chosen = -1
            var bestTie = -1.0
            for qubit in 0..<program.qubitCount where result[qubit] < 0 {
                let total = tie[qubit] * 1e6 + Double(program.degree(qubit))
                if total > bestTie || (total == bestTie && generator.below(4) == 0) {
                    bestTie = total
                    chosen = qubit
                }
            }
            let part = region.component[chosen]
            var best = Double.infinity
            var place = -1
            let isFirst = tie[chosen] == 0
            for site in 0..<n where !taken[site] && map.component[site] == part {
                var cost = 0.0
                if isFirst {
                    cost = siteCost[site] / max(meanSite, 1e-9) + Double(generator.below(1000)) * 2e-3
                } else {
                    for k in program.starts[chosen]..<program.starts[chosen + 1] {
                        let other = result[Int(program.partners[k])]
                        if other >= 0 { cost += program.weights[k] * Double(distance[site * n + Int(other)]) }
                    }
                    var open = 0
                    for k in map.starts[site]..<map.starts[site + 1] where !taken[Int(map.neighbors[Int(k)])] {
                        open += 1
                    }
                    // A qubit with partners to come wants free neighbours.
                    let wanted = program.degree(chosen)
                    cost += 0.3 * Double(max(0, min(wanted, 3) - 1 - open))
                    cost += 0.05 * siteCost[site] / max(meanSite, 1e-9) + Double(generator.below(1000)) * 1e-5
                }
                if cost < best {
                    best = cost
                    place = site
                }
            }
            result[chosen] = Int32(place)
            taken[place] = true
            for k in program.starts[chosen]..<program.starts[chosen + 1] {
                tie[Int(program.partners[k])] += program.weights[k]
            }
        }
        return result
    }

    /// Sites of one component grown from a random one, cheap and well-connected sites first.
    private func grow(to size: Int, in part: Int, _ generator: inout SeededGenerator) -> [Int] {
        let members = (0..<map.siteCount).filter { Int(map.component[$0]) == part }
        var chosen = [members[generator.below(members.count)]]
        var isIn = Array(repeating: false, count: map.siteCount)
        isIn[chosen[0]] = true
        while chosen.count < size {
            var best = Double.infinity
            var next = -1
            for site in chosen {
                for k in map.starts[site]..<map.starts[site + 1] {
                    let other = Int(map.neighbors[Int(k)])
                    if isIn[other] { continue }
                    var inside = 0.0
                    for j in map.starts[other]..<map.starts[other + 1] where isIn[Int(map.neighbors[Int(j)])] {
                        inside += 1
                    }
                    let cost =
                        siteCost[other] - 0.05 * inside + Double(generator.below(1000)) * 2e-5
                        + 0.004 * Double(map.hops(chosen[0], other))
                    if cost < best {
                        best = cost
                        next = other
                    }
                }
            }
            guard next >= 0 else { break }
            isIn[next] = true
            chosen.append(next)
        }
        return chosen
    }
}
