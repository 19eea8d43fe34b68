import Foundation
import Testing

@testable import Server

/// Machines kept for projects over HTTP.
@Suite struct ReservationRouteTests {
    private static let path = "/v1/devices/garnet-20/reservations"

    @Test func operatorsKeepMachinesAndGiveThemUp() async throws {
        let service = try await TestService()
        let body: [String: Any] = [
            "account": "local/main", "start": "2099-04-17T10:00:00Z", "end": "2099-04-17T11:00:00Z",
            "everySeconds": 604_800, "last": "2099-07-01T00:00:00Z",
        ]
        let member = try await service.user("mia", "member", in: "local/main")
        #expect(try await service.post(Self.path, body, token: member).status == 403)
        let kept = try await service.post(Self.path, body)
        #expect(kept.status == 201, "\(kept.text)")
        let machines = try await service.get("/v1/fleet")
        for document in [kept.text, machines.text] {
            for (field, value) in body {
                let text = (value as? String).map { "\"\($0)\"" } ?? "\(value)"
                #expect(document.contains("\"\(field)\":\(text)"), "\(field): \(document)")
            }
        }
        // Two weeks later it is taken as well.
        var other = body
        (other["everySeconds"], other["last"]) = (nil, nil)
        (other["start"], other["end"]) = ("2099-05-01T10:30:00Z", "2099-05-01T12:00:00Z")
        let taken = try await service.post(Self.path, other)
        #expect(taken.status == 409 && taken.code == "reservation.taken", "\(taken.text)")
        #expect(taken.text.contains("2099-05-01T10:00:00Z"))
        let wrong: [(String, Any?, String)] = [
            ("account", "local", "bad-field"), ("account", "local/nobody", "account.unknown"),
            ("start", "tomorrow", "bad-field"), ("end", nil, "bad-field"), ("every", 60, "bad-field"),
            ("everySeconds", -60, "bad-field"), ("everySeconds", nil, "bad-field"),
            ("everySeconds", 3_601, "reservation.time"), ("everySeconds", 60, "reservation.time"),
            ("last", "2099-04-16T10:00:00Z", "reservation.time"), ("end", "2099-04-17T09:00:00Z", "reservation.time"),
        ]
        for (field, value, code) in wrong {
            var changed = body
            changed[field] = value
            let answer = try await service.post(Self.path, changed)
            #expect(answer.code == code, "\(field) \(String(describing: value)): \(answer.text)")
        }
        #expect(try await service.post("/v1/devices/nowhere/reservations", body).status == 404)

        let gone = Self.path + "/local/main"
        #expect(try await service.send("DELETE", gone, token: member).status == 403)
        let ended = try await service.send("DELETE", gone, token: service.admin)
        #expect(ended.status == 200 && ended.text == "{\"ended\":1}", "\(ended.text)")
        #expect(try await service.send("DELETE", gone, token: service.admin).text == "{\"ended\":0}")
        #expect(try await service.post(Self.path, other).status == 201)
        try await service.stop()
    }
}
