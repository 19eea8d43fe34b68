import Hardware

/// Sites and couplers in groups whose members do not disturb each other: no coupler joins two members of a group.
enum Batches {
    /// First fit in ascending order.
    static func sites(_ sites: [Site], apartIn graph: CouplingGraph) -> [[Site]] {
        // Where all are joined, all are neighbours: each would stand alone, though only driven pairs disturb each other.
        if graph.isComplete { return [sites] }
        return groups(sites.map { [$0] }, apartIn: graph).map { $0.map { $0[0] } }
    }

    /// Sets of sites that are measured at the same time; members of a batch neither overlap nor touch.
    ///
    /// - Parameter limit: members of a batch at most.
    static func groups(_ groups: [[Site]], apartIn graph: CouplingGraph, atMost limit: Int = .max) -> [[[Site]]] {
        var batches: [(members: [[Site]], taken: Set<Site>)] = []
        for group in groups {
            let reach = graph.isComplete ? Set(group) : Set(group + group.flatMap { Array(graph.neighbours(of: $0)) })
            if let place = batches.firstIndex(where: {
                $0.members.count < limit && $0.taken.isDisjoint(with: reach)
            }) {
                batches[place].members.append(group)
                batches[place].taken.formUnion(group)
            } else {
                batches.append(([group], Set(group)))
            }
        }
        return batches.map(\.members)
    }
}
