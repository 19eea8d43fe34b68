import Client
import Console
import Kernel

/// Jobs that a service keeps.
struct ServicePlace: JobPlace {
    let client: ServiceClient

    private func ask<Value>(_ body: () throws(KernelError) -> Value) throws(CommandFailure) -> Value {
        do { return try body() } catch { throw CommandFailure(error, source: nil) }
    }

    func jobs(_ wanted: JobQuery) throws(CommandFailure) -> [JobDocument] {
        if wanted.account != nil {
            throw .usage("--account is for the jobs of this computer\n  cure: name a project of the service: --project")
        }
        var query = wanted.states.map { ("state", $0.description) }
        let words = [
            ("project", wanted.project), ("tag", wanted.tag), ("device", wanted.device),
            ("session", wanted.session?.name),
        ]
        for (name, value) in words {
            if let value { query.append((name, value)) }
        }
        return try ask { () throws(KernelError) in try client.jobs(query, limit: wanted.limit) }
    }

    func job(_ id: JobID, detail: Bool) throws(CommandFailure) -> JobDocument {
        try ask { () throws(KernelError) in try client.job(id, history: detail) }
    }

    func change(_ id: JobID, _ change: JobChange) throws(CommandFailure) -> JobDocument {
        try ask { () throws(KernelError) in try client.change("POST", "/v1/jobs/\(id)/\(change.rawValue)") }
    }

    func result(of id: JobID) throws(CommandFailure) -> ResultDocument {
        try ask { () throws(KernelError) in try client.result(of: id) }
    }

    func bundle(of id: JobID) throws(CommandFailure) -> ResultBundle {
        try ask { () throws(KernelError) in
            try ResultBundle(verifying: client.bytes("/v1/jobs/\(id)/bundle", accept: ResultBundle.mediaType))
        }
    }

    func follow(_ id: JobID, _ tell: @escaping (JobEventDocument) -> Void) throws(CommandFailure) {
        try ask { () throws(KernelError) in
            try client.follow(id) { event in
                tell(event)
                return true
            }
        }
    }

    func settle(_ id: JobID) throws(CommandFailure) {
        try ask { () throws(KernelError) in try client.settle(id) }
    }

    func machines() throws(CommandFailure) -> [MachineDocument] {
        try ask { () throws(KernelError) in try client.fleet() }
    }

    func reserve(_ device: String, _ wanted: ReservationDocument) throws(CommandFailure) -> ReservationDocument {
        try ask { () throws(KernelError) in try client.reserve(device, wanted) }
    }

    func endReservations(_ device: String, of account: String) throws(CommandFailure) -> Int {
        try ask { () throws(KernelError) in try client.endReservations(device, of: account) }
    }

    func usage(of account: String) throws(CommandFailure) -> UsageDocument {
        try ask { () throws(KernelError) in
            let (organisation, name) = try client.halves(account)
            return try client.get("/v1/projects/\(organisation)/\(name)/usage")
        }
    }

    func setBudget(_ account: String, seconds: Double?) throws(CommandFailure) {
        let _: UsageDocument = try ask { () throws(KernelError) in
            let (organisation, name) = try client.halves(account)
            return try client.change(
                "PUT", "/v1/projects/\(organisation)/\(name)/budget", body: BudgetRequest(seconds: seconds))
        }
    }
}

extension ServicePlace {
    func sessions(
        _ phase: SessionOutlook.Phase?, project: String?, limit: Int
    ) throws(CommandFailure) -> [SessionDocument] {
        var query: [(String, String)] = []
        if let phase { query.append(("status", phase.rawValue)) }
        if let project { query.append(("project", project)) }
        return try ask { () throws(KernelError) in try client.sessions(query, limit: limit) }
    }

    func session(_ id: SessionIndex) throws(CommandFailure) -> SessionDocument {
        try ask { () throws(KernelError) in try client.session(id) }
    }

    func openSession(_ wanted: SessionRequest) throws(CommandFailure) -> SessionDocument {
        try ask { () throws(KernelError) in try client.open(wanted) }
    }

    func closeSession(_ id: SessionIndex, cancelling: Bool) throws(CommandFailure) -> SessionDocument {
        try ask { () throws(KernelError) in try client.close(id, cancelling: cancelling) }
    }
}

private struct BudgetRequest: Encodable {
    /// Nil for no limit.
    var seconds: Double?

    private enum CodingKeys: CodingKey { case machineSeconds }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        // Null takes the limit away, and is not the same as nothing.
        try container.encode(seconds, forKey: .machineSeconds)
    }
}
