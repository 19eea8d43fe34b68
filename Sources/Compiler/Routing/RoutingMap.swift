import Hardware
import Synchronization

/// The couplers of a machine as routers read them: flat neighbour lists and distances.
struct RoutingMap: Sendable {
    let siteCount: Int
    /// Sites that may be used.
    let isLive: [Bool]
    /// Neighbours of site s: `neighbors[starts[s]..<starts[s + 1]]`, ascending, each with its coupler's place.
    let starts: [Int32]
    let neighbors: [Int32]
    let couplerOfNeighbor: [Int32]
    /// −log(1 − error) of an entangling gate on the coupler.
    let couplerCost: [Double]
    /// Hops between sites, row by row; `unreachable` between components.
    let hops: [Int16]
    /// The component of each live site; −1 for dead ones.
    let component: [Int32]
    let componentSizes: [Int]
    private let known = KnownDistances()

    static let unreachable = Int16.max

    init(siteCount count: Int, isLive: [Bool], couplers: [Coupler]) {
        siteCount = count
        self.isLive = isLive
        var around = Array(repeating: [(Int32, Int32)](), count: count)
        for (place, coupler) in couplers.enumerated() {
            around[coupler.first.index].append((Int32(coupler.second.index), Int32(place)))
            around[coupler.second.index].append((Int32(coupler.first.index), Int32(place)))
        }
        var starts: [Int32] = [0]
        var neighbors: [Int32] = []
        var places: [Int32] = []
        for site in 0..<count {
            for (neighbor, place) in around[site].sorted(by: { $0.0 < $1.0 }) {
                neighbors.append(neighbor)
                places.append(place)
            }
            starts.append(Int32(neighbors.count))
        }
        self.starts = starts
        self.neighbors = neighbors
        couplerOfNeighbor = places
        couplerCost = couplers.map { Target.cost(ofError: $0.error) }

        var hops = Array(repeating: Self.unreachable, count: count * count)
        var component = Array(repeating: Int32(-1), count: count)
        var sizes: [Int] = []
        var queue: [Int] = []
        for root in 0..<count where isLive[root] {
            queue.removeAll(keepingCapacity: true)
            queue.append(root)
            hops[root * count + root] = 0
            var head = 0
            while head < queue.count {
                let site = queue[head]
                head += 1
                for k in starts[site]..<starts[site + 1] {
                    let next = Int(neighbors[Int(k)])
                    if hops[root * count + next] == Self.unreachable {
                        hops[root * count + next] = hops[root * count + site] + 1
                        queue.append(next)
                    }
                }
            }
            if component[root] < 0 {
                for site in queue { component[site] = Int32(sizes.count) }
                sizes.append(queue.count)
            }
        }
        self.hops = hops
        self.component = component
        componentSizes = sizes
    }

    func hops(_ a: Int, _ b: Int) -> Int { Int(hops[a * siteCount + b]) }

    /// Distances in which a coupler counts 1 + `noise` · (its cost relative to the mean − 1): hops at 0, errors alone
    /// at 1. Computed once for each weight; trials use few of them many times.
    func distances(noise: Double) -> [Float] {
        known.byNoise.withLock { known in
            if let matrix = known[noise] { return matrix }
            let matrix = computeDistances(noise: noise)
            known[noise] = matrix
            return matrix
        }
    }

    /// Floyd–Warshall.
    private func computeDistances(noise: Double) -> [Float] {
        let n = siteCount
        var matrix = Array(repeating: Float(1e6), count: n * n)
        let weights = relativeCosts(noise: noise)
        for site in 0..<n {
            matrix[site * n + site] = 0
            for k in starts[site]..<starts[site + 1] {
                matrix[site * n + Int(neighbors[Int(k)])] = weights[Int(couplerOfNeighbor[Int(k)])]
            }
        }
        if noise == 0 {
            for k in matrix.indices where hops[k] != Self.unreachable { matrix[k] = Float(hops[k]) }
            return matrix
        }
        matrix.withUnsafeMutableBufferPointer { matrix in
            for via in 0..<n where isLive[via] {
                for from in 0..<n {
                    let step = matrix[from * n + via]
                    if step >= 1e6 { continue }
                    for to in 0..<n {
                        let candidate = step + matrix[via * n + to]
                        if candidate < matrix[from * n + to] { matrix[from * n + to] = candidate }
                    }
                }
            }
        }
        return matrix
    }

    /// The weight of each coupler in `distances(noise:)`, kept within a factor so that no detour goes around the world.
    func relativeCosts(noise: Double) -> [Float] {
        let middle = couplerCost.isEmpty ? 0 : couplerCost.sorted()[couplerCost.count / 2]
        guard middle > 0 else { return Array(repeating: 1, count: couplerCost.count) }
        return couplerCost.map { Float(1 + noise * (min($0 / middle, 5) - 1)) }.map { max($0, 0.1) }
    }
}

/// Distances that were asked for before, shared by all copies of a map.
private final class KnownDistances: Sendable {
    let byNoise = Mutex<[Double: [Float]]>([:])
}
