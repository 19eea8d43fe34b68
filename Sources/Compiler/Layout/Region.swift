import Hardware

/// Which component of the machine each qubit of a program goes to.
struct Region: Sendable {
    /// Component of the routing map by program qubit.
    let component: [Int32]

    /// The whole program in one component where one is large enough (the one of most sites), else each connected part
    /// of the program in the component that fits it tightest.
    ///
    /// - Throws: `.tooWide` with more qubits than working sites, `.disconnected` when no component is large enough.
    init(_ program: InteractionGraph, on target: Target) throws(CompilerError) {
        let map = target.routingMap
        let need = program.qubitCount
        let live = target.isLive.count { $0 }
        guard need <= live else { throw Region.tooWide(need, target) }
        if let largest = map.componentSizes.indices.max(by: { map.componentSizes[$0] < map.componentSizes[$1] }),
            map.componentSizes[largest] >= need
        {
            component = Array(repeating: Int32(largest), count: need)
            return
        }
        var room = map.componentSizes
        var choice = Array(repeating: Int32(-1), count: program.componentSizes.count)
        let order = program.componentSizes.indices.sorted {
            (program.componentSizes[$1], $0) < (program.componentSizes[$0], $1)
        }
        for part in order {
            let size = program.componentSizes[part]
            let fitting = room.indices.filter { room[$0] >= size }
            guard let best = fitting.min(by: { (room[$0], $0) < (room[$1], $1) }) else {
                let sizes = map.componentSizes.sorted(by: >).prefix(5).map(String.init).joined(separator: ", ")
                throw CompilerError(
                    .disconnected,
                    "the working couplers of \(target.description.id) fall apart into \(map.componentSizes.count) pieces (largest: \(sizes) sites), and \(size) interacting qubits of the program fit into none of them",
                    cure: "use a larger device, or cut the program")
            }
            choice[part] = Int32(best)
            room[best] -= size
        }
        component = program.component.map { choice[Int($0)] }
    }

    /// Where a layout given from outside puts the program.
    ///
    /// - Throws: `.disconnected` when qubits that interact are put on pieces that nothing joins.
    init(_ program: InteractionGraph, on target: Target, pinned: [Site]) throws(CompilerError) {
        component = pinned.map { target.routingMap.component[$0.index] }
        for qubit in 0..<program.qubitCount {
            for k in program.starts[qubit]..<program.starts[qubit + 1] {
                let other = Int(program.partners[k])
                guard component[qubit] == component[other] else {
                    throw CompilerError(
                        .disconnected,
                        "qubits \(qubit) and \(other) interact, but no working couplers join sites \(pinned[qubit].index) and \(pinned[other].index)",
                        cure: "choose an initial layout in one piece, or none")
                }
            }
        }
    }

    static func tooWide(_ need: Int, _ target: Target) -> CompilerError {
        let live = target.isLive.count { $0 }
        let dead = target.siteCount - live
        return CompilerError(
            .tooWide,
            "the program needs \(need) qubits, device \(target.description.id) has \(live)"
                + (dead > 0 ? " working sites of \(target.siteCount)" : ""),
            cure: "use a device with at least \(need) sites, or fewer qubits")
    }
}
