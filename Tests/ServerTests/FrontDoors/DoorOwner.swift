import Foundation
import Kernel
import Storage
import Testing

@testable import Server

/// Alice, who makes through a door whatever can be made there, and knows where it is.
final class DoorOwner {
    /// What stands in the places of a path.
    struct Names {
        /// What alone tells one thing from another: a UUID, or `job-12`.
        var word: String
        var places: [String: String]

        /// The same of something that never was.
        var missing: Names {
            let other =
                word.hasPrefix("job-") || word.hasPrefix("ses-") ? word.prefix(4) + "99999" : word.dropLast(5) + "00000"
            return Names(word: String(other), places: places.mapValues { $0.replacing(word, with: other) })
        }
    }

    let dialect: DoorDialect
    private let service: TestService
    private let token: String
    private var job = Names(word: "", places: [:])
    private var session = Names(word: "", places: [:])

    init(_ door: FrontDoor, _ service: TestService, token: String) {
        self.service = service
        self.token = token
        dialect = DoorDialect(door: door, service: service)
    }

    private var name: String { dialect.door.name }

    private func route(_ operation: String) throws -> Route {
        try #require(service.service.table.routes.first { $0.operation == "\(name).\(operation)" })
    }

    /// A job that is over, and a session where the door has them.
    func makeEverything() async throws {
        let operation =
            [
                "braket": "createTask", "iqm": "submitCircuits", "oqtopus": "registerJob", "azure": "createJob",
                "aqt": "submitCircuit",
            ][name] ?? "submitJob"
        let submit = try route(operation)
        job = Names(word: UUID().uuidString.lowercased(), places: [:])
        let answer = try await dialect.send(
            submit, path(submit, job), token: token, body: try await body(submit, token: token))
        let made = try #require(dialect.name(in: answer), "\(submit.operation): \(answer.status) \(answer.text)")
        if name == "oqtopus" { try await finishOQTOPUS(made) }
        let word = made.split { "/:".contains($0) }.last.map(String.init) ?? made
        let kind = name == "braket" ? BraketTask.kind : "job"
        let record = try service.service.accounts.readAccounts { store throws(KernelError) in
            try store.record(name, kind, made)
        }
        let id = try #require(record?.job)
        _ = try await service.get("/v1/jobs/\(id)?wait=30")
        job = Names(word: word, places: ["record": made, "bucket": "bucket", "key": "prefix/\(word)/results.json"])
        guard session.word.isEmpty,
            dialect.door.mounted(bodyLimit: 1).contains(where: { $0.operation == "\(name).openSession" })
        else {
            if session.word.isEmpty { session = job }
            return
        }
        let open = try route("openSession")
        session = Names(word: UUID().uuidString.lowercased(), places: [:])
        let opened = try await dialect.send(
            open, path(open, session), token: token, body: try await body(open, token: token))
        let own = try #require(dialect.name(in: opened), "\(open.operation): \(opened.status) \(opened.text)")
        session = Names(word: own, places: ["record": own, "session": own])
    }

    /// The input without its archive, which the client's tests send.
    private func finishOQTOPUS(_ id: String) async throws {
        let text = "OPENQASM 3.0; include \"stdgates.inc\"; qubit[1] q; bit[1] c; h q[0]; c[0] = measure q[0];"
        try service.service.accounts.changeAccounts { store throws(KernelError) in
            guard var record = try store.record("oqtopus", "job", id) else { return }
            var kept = try OQTOPUSRecord(record)
            kept.signature = nil
            kept.input = OQTOPUSInput(program: [text])
            record.bytes = kept.bytes
            try store.set(record)
        }
        let submit = try route("submitJob")
        let path = submit.path.replacing("{record}", with: id)
        let answer = try await dialect.send(
            submit, path, token: token, body: DoorDialect.submission(submit.operation))
        #expect(answer.status == 200, "\(answer.text)")
    }

    func names(for route: Route) -> Names { route.operation.contains("ession") ? session : job }

    func path(_ route: Route, _ names: Names) -> String {
        var places = [
            "device": name == "braket" ? DoorDialect.braketIdeal : "ideal",
            "backend": name == "ionq" ? "simulator" : "ideal",
            "calibration": "default", "characterization": "none", "artifact": "shots",
            "subscription": "s", "group": "local", "workspace": name == "azure" ? "main" : "kelvin",
            "container": "container", "blob": "inputData", "record": names.word,
        ].merging(names.places) { $1 }
        if ["azure.cancelJob", "azure.closeSession"].contains(route.operation) {
            places["record"]? += route.operation.hasSuffix("cancelJob") ? ":cancel" : ":close"
        }
        // A new thing has a new name.
        if ["azure.createJob", "azure.openSession"].contains(route.operation), !names.places.isEmpty {
            places["record"] = UUID().uuidString.lowercased()
        }
        let safe = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "-._~"))
        return places.reduce(route.path) { path, place in
            let text = place.value.addingPercentEncoding(withAllowedCharacters: safe) ?? ""
            return path.replacing("{\(place.key)}", with: text).replacing(
                "{\(place.key)+}", with: text.replacing("%2F", with: place.key == "key" ? "/" : "%2F"))
        }
    }

    /// What an operation takes; bodies that say nothing where it does not matter, so that nothing is changed.
    func body(_ route: Route, token: String?) async throws -> String? {
        if route.operation == "azure.createJob" {
            return DoorDialect.submission(route.operation, container: try await container(token ?? self.token))
        }
        if let text = DoorDialect.submission(route.operation) { return text.isEmpty ? nil : text }
        switch route.operation {
        case "azure.openBlobs": return #"{"containerName": "c\#(UUID().uuidString)"}"#
        case "braket.searchTasks", "braket.searchDevices": return #"{"filters": []}"#
        case "braket.identify", "braket.identifyAtRoot": return "Action=GetCallerIdentity&Version=2011-06-15"
        case "braket.createBucket": return ""
        default: return route.bodyLimit > 0 ? "[]" : nil
        }
    }

    /// A container with a program in it: the caller's, or alice's where the caller may have none.
    private func container(_ token: String) async throws -> String {
        let name = "c\(UUID().uuidString.lowercased())", open = try route("openBlobs")
        let answer = try await dialect.send(
            open, path(open, job), token: token, body: #"{"containerName": "\#(name)"}"#)
        guard let address = answer.object["sasUri"] as? String else { return try await container(self.token) }
        let query = address.split(separator: "?").last.map(String.init) ?? ""
        let put = try await service.send(
            "PUT", "/azure/\(name)/inputData?\(query)",
            body: "OPENQASM 3.0; include \"stdgates.inc\"; qubit[1] q; bit[1] c; h q[0]; c[0] = measure q[0];")
        #expect(put.status == 201, "\(put.text)")
        return name
    }

    /// Routes that answer for some jobs only; alice's is none of those.
    func mayBeMissing(_ route: Route) -> Bool {
        ["ionq.getArtifact", "qbraid.getCompiledProgram"].contains(route.operation)
    }
}
