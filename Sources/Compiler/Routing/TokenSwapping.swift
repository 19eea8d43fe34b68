extension RoutingMap {
    /// Swaps that bring every token from its site to its goal; greedy, each step the swap that shortens the summed
    /// distance most. Nil where greed gets stuck.
    ///
    /// - Parameters:
    ///   - position: site of token k now; −1 for a token that does not matter.
    ///   - goal: site of token k then.
    func swaps(bringing position: [Int32], to goal: [Int32]) -> [(Int, Int)]? {
        var tokenOn = Array(repeating: Int32(-1), count: siteCount)
        var misplaced = 0
        for (token, site) in position.enumerated() where site >= 0 {
            tokenOn[Int(site)] = Int32(token)
            misplaced += hops(Int(site), Int(goal[token]))
        }
        var result: [(Int, Int)] = []
        while misplaced > 0 {
            var best = (gain: 0, a: 0, b: 0)
            for a in 0..<siteCount where tokenOn[a] >= 0 {
                let home = Int(goal[Int(tokenOn[a])])
                if home == a { continue }
                for k in starts[a]..<starts[a + 1] {
                    let b = Int(neighbors[Int(k)])
                    var gain = hops(a, home) - hops(b, home)
                    if tokenOn[b] >= 0 {
                        let other = Int(goal[Int(tokenOn[b])])
                        gain += hops(b, other) - hops(a, other)
                    }
                    if gain > best.gain { best = (gain, a, b) }
                }
            }
            guard best.gain > 0 else { return nil }
            tokenOn.swapAt(best.a, best.b)
            misplaced -= best.gain
            result.append((best.a, best.b))
        }
        return result
    }

    /// Swaps that bring every token to its goal, always: sites are settled one by one from the leaves of a spanning
    /// tree inwards, each by walking its token there through the sites not settled yet.
    ///
    /// - Precondition: `position` and `goal` are permutations of the sites that keep components.
    func swapsAlongTree(bringing position: [Int32], to goal: [Int32]) -> [(Int, Int)] {
        var parent = Array(repeating: -1, count: siteCount)
        var depth = Array(repeating: -1, count: siteCount)
        var order: [Int] = []
        for root in 0..<siteCount where depth[root] < 0 {
            depth[root] = 0
            order.append(root)
            var head = order.count - 1
            while head < order.count {
                let site = order[head]
                head += 1
                for k in starts[site]..<starts[site + 1] {
                    let next = Int(neighbors[Int(k)])
                    if depth[next] < 0 {
                        depth[next] = depth[site] + 1
                        parent[next] = site
                        order.append(next)
                    }
                }
            }
        }
        var siteOf = position
        var tokenOn = Array(repeating: 0, count: siteCount)
        var tokenFor = Array(repeating: 0, count: siteCount)
        for (token, site) in position.enumerated() {
            tokenOn[Int(site)] = token
            tokenFor[Int(goal[token])] = token
        }
        var result: [(Int, Int)] = []
        for leaf in order.reversed() {
            let token = tokenFor[leaf]
            var down: [Int] = []
            var (from, to) = (Int(siteOf[token]), leaf)
            var path = [from]
            while from != to {
                if depth[from] >= depth[to] {
                    from = parent[from]
                    path.append(from)
                } else {
                    down.append(to)
                    to = parent[to]
                }
            }
            path += down.reversed()
            for (a, b) in zip(path, path.dropFirst()) {
                result.append((a, b))
                tokenOn.swapAt(a, b)
                siteOf[tokenOn[a]] = Int32(a)
                siteOf[tokenOn[b]] = Int32(b)
            }
        }
        return result
    }
}
