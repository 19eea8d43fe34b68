// The heaps of the ready queue: accounts by usage per share, deadlines by time.
extension ReadyQueue {
    /// Whether child `a` of a node goes before child `b`: less usage per share, then who came first.
    @inline(__always)
    private func precedes(_ a: Int32, _ b: Int32, _ c: Int, _ shares: ShareTree) -> Bool {
        let x = shares.key(Int(a)), y = shares.key(Int(b))
        if x != y { return x < y }
        return earliest(a, c) < earliest(b, c)
    }

    /// The sequence of the job that an account would start next; inner accounts answer with their first child.
    private func earliest(_ node: Int32, _ c: Int) -> UInt64 {
        var place = Int(node)
        while let child = lines[c].children[place].first { place = Int(child) }
        let head = lines[c].heads[place]
        return head >= 0 ? rows[Int(head)].sequence : .max
    }

    mutating func activate(_ account: Int, _ c: Int, _ shares: ShareTree) {
        var node = account
        while node > 0, lines[c].positions[node] < 0 {
            let parent = Int(shares.parents[node])
            lines[c].positions[node] = Int32(lines[c].children[parent].count)
            lines[c].children[parent].append(Int32(node))
            siftUp(node, c, shares)
            node = parent
        }
        if node > 0 { settle(node, c, shares) }
    }

    mutating func deactivate(_ account: Int, _ c: Int, _ shares: ShareTree) {
        var node = account
        while node > 0 {
            let parent = Int(shares.parents[node]), hole = Int(lines[c].positions[node])
            lines[c].positions[node] = -1
            let last = lines[c].children[parent].removeLast()
            if Int(last) != node {
                lines[c].children[parent][hole] = last
                lines[c].positions[Int(last)] = Int32(hole)
                siftUp(Int(last), c, shares)
                siftDown(Int(last), c, shares)
            }
            if !lines[c].children[parent].isEmpty {
                if parent > 0 { settle(parent, c, shares) }
                return
            }
            node = parent
        }
    }

    /// Restores the order after the usage or the first job of an account changed.
    mutating func settle(_ account: Int, _ c: Int, _ shares: ShareTree) {
        var node = account
        while node > 0, lines[c].positions[node] >= 0 {
            siftUp(node, c, shares)
            siftDown(node, c, shares)
            node = Int(shares.parents[node])
        }
    }

    /// The same in every class: usage is one figure, whatever class caused it.
    mutating func usageChanged(of account: Int, shares: ShareTree) {
        for c in lines.indices where account < lines[c].positions.count {
            // An account without jobs in line still moves its projects.
            var node = account
            while node > 0, lines[c].positions[node] < 0 { node = Int(shares.parents[node]) }
            settle(node, c, shares)
        }
    }

    private mutating func siftUp(_ node: Int, _ c: Int, _ shares: ShareTree) {
        let parent = Int(shares.parents[node])
        var place = Int(lines[c].positions[node])
        while place > 0 {
            let above = (place - 1) / 2
            guard precedes(Int32(node), lines[c].children[parent][above], c, shares) else { break }
            swap(place, above, parent, c)
            place = above
        }
    }

    private mutating func siftDown(_ node: Int, _ c: Int, _ shares: ShareTree) {
        let parent = Int(shares.parents[node])
        var place = Int(lines[c].positions[node])
        let count = lines[c].children[parent].count
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2] where child < count {
                if precedes(lines[c].children[parent][child], lines[c].children[parent][least], c, shares) {
                    least = child
                }
            }
            if least == place { return }
            swap(place, least, parent, c)
            place = least
        }
    }

    private mutating func swap(_ a: Int, _ b: Int, _ parent: Int, _ c: Int) {
        lines[c].children[parent].swapAt(a, b)
        lines[c].positions[Int(lines[c].children[parent][a])] = Int32(a)
        lines[c].positions[Int(lines[c].children[parent][b])] = Int32(b)
    }
}

extension ReadyQueue {
    func isDueBefore(_ a: Int32, _ b: Int32) -> Bool {
        let x = rows[Int(a)], y = rows[Int(b)]
        return x.deadline != y.deadline ? x.deadline < y.deadline : x.sequence < y.sequence
    }

    mutating func pushDeadline(_ row: Int32, _ c: Int) {
        lines[c].deadlines.append(row)
        var place = lines[c].deadlines.count - 1
        while place > 0, isDueBefore(row, lines[c].deadlines[(place - 1) / 2]) {
            lines[c].deadlines.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    mutating func removeDeadline(_ row: Int32, _ c: Int) {
        guard let hole = lines[c].deadlines.firstIndex(of: row) else {
            preconditionFailure("a job with a deadline is not among the deadlines")
        }
        let last = lines[c].deadlines.removeLast()
        guard hole < lines[c].deadlines.count else { return }
        lines[c].deadlines[hole] = last
        var place = hole
        while place > 0, isDueBefore(last, lines[c].deadlines[(place - 1) / 2]) {
            lines[c].deadlines.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2] where child < lines[c].deadlines.count {
                if isDueBefore(lines[c].deadlines[child], lines[c].deadlines[least]) { least = child }
            }
            if least == place { return }
            lines[c].deadlines.swapAt(place, least)
            place = least
        }
    }
}
