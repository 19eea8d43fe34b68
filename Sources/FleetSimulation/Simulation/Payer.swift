import Kernel

/// Someone who submits: a user, or a project without users.
struct Payer: Sendable {
    /// From the project down.
    let path: [FleetScenario.Account]
    /// Part of the jobs that it sends, relative to the others.
    let demand: Double
    /// The part of everything that it is entitled to.
    let entitlement: Double

    var name: String { path.last?.name ?? "all" }

    /// Without accounts everything is one payer's.
    static func all(of accounts: [FleetScenario.Account]) -> [Payer] {
        if accounts.isEmpty { return [Payer(path: [], demand: 1, entitlement: 1)] }
        let total = accounts.reduce(0) { $0 + $1.share }
        return accounts.flatMap { project -> [Payer] in
            let part = project.share / total, demand = project.demand ?? project.share
            if project.users.isEmpty { return [Payer(path: [project], demand: demand, entitlement: part)] }
            let shares = project.users.reduce(0) { $0 + $1.share }
            let wishes = project.users.reduce(0) { $0 + ($1.demand ?? $1.share) }
            return project.users.map {
                Payer(
                    path: [project, $0], demand: demand * ($0.demand ?? $0.share) / wishes,
                    entitlement: part * $0.share / shares)
            }
        }
    }
}
