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
            sift(node, below: parent, c, shares)
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
                sift(Int(last), below: parent, c, shares)
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
            let parent = Int(shares.parents[node])
            sift(node, below: parent, c, shares)
            node = parent
        }
    }

    /// The same in every class: usage is one figure, whatever class caused it.
    mutating func usageChanged(of account: Int, shares: ShareTree) {
        for c in lines.indices where lines[c].count > 0 && account < lines[c].positions.count {
            // An account without jobs in line still moves its projects.
            var node = account
            while node > 0, lines[c].positions[node] < 0 { node = Int(shares.parents[node]) }
            settle(node, c, shares)
        }
    }

    /// Moves a child up or down its parent's heap to where it belongs.
    private mutating func sift(_ node: Int, below parent: Int, _ c: Int, _ shares: ShareTree) {
        // Taken out while they change, so that no step asks again whether they are shared.
        var heap: [Int32] = [], positions: [Int32] = []
        swap(&heap, &lines[c].children[parent])
        swap(&positions, &lines[c].positions)
        let start = Int(positions[node]), child = Int32(node)
        var place = start
        heap.withUnsafeMutableBufferPointer { heap in
            positions.withUnsafeMutableBufferPointer { positions in
                while place > 0, precedes(child, heap[(place - 1) / 2], c, shares) {
                    let above = (place - 1) / 2
                    heap[place] = heap[above]
                    positions[Int(heap[place])] = Int32(place)
                    place = above
                }
                while place >= start {
                    var least = 2 * place + 1
                    guard least < heap.count else { break }
                    if least + 1 < heap.count, precedes(heap[least + 1], heap[least], c, shares) { least += 1 }
                    guard precedes(heap[least], child, c, shares) else { break }
                    heap[place] = heap[least]
                    positions[Int(heap[place])] = Int32(place)
                    place = least
                }
                heap[place] = child
                positions[node] = Int32(place)
            }
        }
        swap(&heap, &lines[c].children[parent])
        swap(&positions, &lines[c].positions)
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
