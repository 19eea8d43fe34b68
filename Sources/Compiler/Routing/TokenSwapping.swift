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
}
