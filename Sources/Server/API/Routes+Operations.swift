import CoreMetrics
import HTTPTypes
import Kernel
import Storage

extension Service {
    /// What machines and their keepers ask: is it there, how is it, what does it offer.
    static let operationRoutes: [Route] = [
        Route(.get, "/v1/health", "getHealth", .open) { call in
            try call.checkQuery()
            return .json(HealthDocument(status: "ok", kelvin: KelvinVersion.current))
        },
        Route(.get, "/v1/ready", "getReadiness", .open) { call in
            try call.checkQuery()
            // Ready is who can write what it acknowledges.
            try call.service.accounts.changeAccounts { store throws(KernelError) in try store.removeReplies(before: 0) }
            return .json(HealthDocument(status: "ready", kelvin: KelvinVersion.current))
        },
        Route(.get, "/v1/openapi.json", "getDescription", .open) { call in
            try call.checkQuery()
            return .bytes(PackageResources.openapi_json)
        },
        Route(.get, "/v1/errors", "listErrors", .open) { call in
            try call.checkQuery()
            return .json(ErrorCatalogue.all.map(ErrorDocument.init))
        },
        Route(.get, "/v1/errors/{code}", "getError", .open) { call in
            try call.checkQuery()
            let code = try call.parameter("code")
            guard ErrorCatalogue.isKnown(code) else {
                throw Problem(
                    .notFound, "'\(code.clipped)' is not in the catalogue",
                    cure: "GET /v1/errors lists it; `kelvin explain` knows the diagnostics of programs")
            }
            return .json(ErrorDocument(ErrorCatalogue.entry(of: code, nil)))
        },
        Route(.get, "/v1/metrics", "getMetrics", .service(.operator, .read)) { call in
            try call.checkQuery()
            let live = try await call.service.runtime.liveJobs()
            let metrics = call.service.telemetry.metrics
            metrics.describe("kelvin_jobs", "Jobs on their way, by state.")
            for state in JobState.allCases where !state.isFinal {
                metrics.makeMeter(label: "kelvin_jobs", dimensions: [("state", "\(state)")]).set(
                    Int64(live[state] ?? 0))
            }
            return .text(metrics.prometheusText, type: "text/plain; version=0.0.4; charset=utf-8")
        },
        Route(.get, "/v1/fleet", "listMachines", .service(.operator, .read)) { call in
            try call.checkQuery()
            return .json(try await call.service.runtime.fleet().map(MachineDocument.init))
        },
        Route(.get, "/v1/audit", "listAudit", .service(.admin, .admin)) { call in try call.audit() },
        Route(.get, "/v1/sbom", "getBillOfMaterials", .service(.operator, .read)) { call in
            try call.checkQuery()
            return .bytes(BillOfMaterials.bytes, type: BillOfMaterials.mediaType)
        },
    ]
}

private struct HealthDocument: Encodable {
    var status: String
    var kelvin: String
}

private struct ErrorDocument: Encodable {
    var code: String
    var status: Int
    var title: String
    var cause: String
    var cure: String?

    init(_ entry: ErrorCatalogue.Entry) {
        code = entry.code
        status = Int(entry.status.code)
        title = entry.title
        cause = entry.cause
        cure = entry.cure
    }
}
