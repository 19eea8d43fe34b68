import HTTPTypes
import Hardware
import Kernel
import Storage

extension Service {
    /// Machines kept for projects, once or again and again. `GET /v1/fleet` shows the calendar.
    static let reservationRoutes: [Route] = [
        Route(
            .post, "/v1/devices/{device}/reservations", "reserveDevice", .service(.operator, .admin),
            bodyLimit: 64 << 10
        ) { call in
            try call.checkQuery()
            let device = try call.machineName(), wanted = try call.decoded(ReservationBody.self).wanted
            guard let path = ProjectPath(wanted.account) else {
                throw Problem(.badField, "body.account: expected a project, as ORGANISATION/PROJECT")
            }
            try call.requireProject(path)
            return .json(try await call.service.runtime.reserve(device, wanted), .created)
        },
        Route(
            .delete, "/v1/devices/{device}/reservations/{organisation}/{project}", "endReservations",
            .service(.operator, .admin)
        ) { call in
            try call.checkQuery()
            let device = try call.machineName()
            let path = try ProjectPath(organisation: call.parameter("organisation"), name: call.parameter("project"))
            try call.requireProject(path)
            let ended = try await call.service.runtime.endReservations(device, of: path.text)
            return .json(EndedReservations(ended: ended))
        },
    ]
}

extension Call {
    /// The machine of the path, by its name.
    fileprivate func machineName() throws -> String {
        let name = try parameter("device")
        guard service.machines.has(name) else { throw Problem(.notFound, "there is no device '\(name.clipped)'") }
        return name
    }

    fileprivate func requireProject(_ path: ProjectPath) throws {
        let known = try reading { store throws(KernelError) in try store.project(path) }
        guard known != nil else { throw Problem(.accountUnknown("project '\(path.text.clipped)'")) }
    }
}

private struct ReservationBody: Decodable {
    var wanted: ReservationDocument

    init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, known: ["account", "start", "end", "everySeconds", "last"])
        let every: Double? = try fields.optional("everySeconds")
        if let every, !(every > 0) { throw fields.wrong("everySeconds", "expected seconds above 0") }
        let last = try fields.optional("last", as: Moment.self)
        if last != nil, every == nil { throw fields.wrong("last", "it goes with everySeconds") }
        wanted = ReservationDocument(
            account: try fields.required("account"), start: try fields.required("start", as: Moment.self).seconds,
            end: try fields.required("end", as: Moment.self).seconds, every: every ?? 0,
            last: last?.seconds ?? .infinity)
    }
}

private struct EndedReservations: Encodable {
    var ended: Int
}
