import HTTPTypes
import Kernel
import Storage

/// Azure Quantum's workspace interface, with as much of its blob storage as its SDK needs. The workspace of a resource group is
/// the project of an organisation.
enum AzureDoor {
    static let name = "azure"
    private static let workspace =
        "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Quantum/workspaces/{workspace}"

    static let door = FrontDoor(
        name: name, prefixes: ["/azure"],
        routes: { bodyLimit in
            [
                Route(.get, "\(workspace)/providerStatus", "listProviders", .anyone(.read)) { call in
                    try call.azureProviders()
                },
                Route(.get, "\(workspace)/quotas", "listQuotas", .anyone(.read)) { _ in .json(["value": [String]()]) },
                Route(.post, "\(workspace)/storage/sasUri", "openBlobs", .anyone(.jobs), bodyLimit: 16 << 10) { call in
                    try call.azureSAS()
                },
                Route(.get, "\(workspace)/jobs", "listJobs", .anyone(.read)) { call in try call.azureJobs() },
                Route(.get, "\(workspace)/topLevelItems", "listItems", .anyone(.read)) { call in try call.azureJobs() },
                Route(.put, "\(workspace)/jobs/{record}", "createJob", .anyone(.jobs), bodyLimit: 1 << 20) { call in
                    try await call.createAzureJob()
                },
                Route(.get, "\(workspace)/jobs/{record}", "getJob", .readRecord(AzureJob.kind)) { call in
                    try call.workspaceIsVisible()
                    return .json(try call.azureJob(try call.record))
                },
                Route(.delete, "\(workspace)/jobs/{record}", "deleteJob", .changeRecord(AzureJob.kind)) { call in
                    try await call.erase(try call.record)
                    return Answer(.noContent)
                },
                Route(.post, "\(workspace)/jobs/{record}", "cancelJob", .anyone(.jobs), bodyLimit: 16 << 10) { call in
                    try await call.cancelAzureJob()
                },
                Route(.put, "\(workspace)/sessions/{record}", "openSession", .anyone(.jobs), bodyLimit: 64 << 10) {
                    call in
                    try await call.openAzureSession()
                },
                Route(.get, "\(workspace)/sessions/{record}", "getSession", .readRecord(AzureSession.kind)) { call in
                    .json(try await call.azureSession(try call.record))
                },
                Route(.post, "\(workspace)/sessions/{record}", "closeSession", .anyone(.jobs), bodyLimit: 16 << 10) {
                    call in try await call.closeAzureSession()
                },
                Route(.get, "\(workspace)/sessions/{record}/jobs", "listSessionJobs", .readRecord(AzureSession.kind)) {
                    call in try call.azureJobs(session: try call.record.name)
                },
                // Blobs: who has the signed address may use it.
                Route(.put, "/{container}/{blob+}", "putBlob", .open, bodyLimit: bodyLimit, isAudited: false) { call in
                    try call.putAzureBlob()
                },
                Route(.get, "/{container}/{blob+}", "getBlob", .open) { call in try call.azureBlob() },
                Route(.get, "/{container}", "lookAtContainer", .open) { call in
                    _ = try call.blobAddress()
                    if call.request.method == .head { return Answer(.ok) }
                    throw Problem(.badField, "containers are not listed")
                },
            ]
        },
        token: FrontDoor.header("x-ms-quantum-api-key"), refusal: { refusal($0, $1) })

    private struct Refusal: Encodable {
        var error: Brief

        struct Brief: Encodable {
            var code: String
            var message: String
        }
    }

    /// JSON for the workspace, XML for blobs.
    private static func refusal(_ problem: Problem, _ request: HTTPRequest) -> Answer {
        let message = problem.cure.map { "\(problem.detail) (\($0))" } ?? problem.detail
        if (request.path ?? "").contains("/workspaces/") {
            return .json(Refusal(error: .init(code: problem.code, message: message)), problem.status)
        }
        let code =
            switch problem.status {
            case .notFound: "BlobNotFound"
            case .conflict: "BlobAlreadyExists"
            case .unauthorized, .forbidden: "AuthenticationFailed"
            default: "InvalidInput"
            }
        return AWSRefusal.xml(
            "<Error><Code>\(code)</Code><Message>\(AWSRefusal.escaped(message))</Message></Error>", problem.status
        )
        .header(HTTPField.Name("x-ms-error-code") ?? .contentType, code)
    }
}

extension Call {
    /// The project that the path's workspace is.
    func azureProject() throws -> String { "\(try parameter("group"))/\(try parameter("workspace"))" }

    /// Says that a workspace is not there where the caller may not see it.
    func workspaceIsVisible() throws {
        _ = try visibleProjects(asked: try azureProject())
    }
}
