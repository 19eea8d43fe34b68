import Foundation
import HTTPTypes
import Kernel
import Storage
import Testing

@testable import Server

/// Every route of every front door × role × owner: what is allowed is allowed, what is refused is refused in the words of the
/// door's SDK, and what one may not see looks like what is not there.
@Suite struct DoorGateTests {
    /// What is expected of a route, said here and not read from the code: a new route without a line below fails.
    enum Rule {
        /// Everyone, with a token or without.
        case open
        /// Everyone with a token: machines, who one is.
        case reads
        /// The same, and what it lists is what one may see.
        case lists
        /// Those who may see the project of the path.
        case readsProject
        /// As `readsProject`, and what it lists is what one may see.
        case listsProject
        /// Those who have one project to hand jobs in to.
        case submits
        /// Those who have one project to hand jobs in to, and may look at what it used.
        case readsOwnProject
        /// Those who may hand jobs in to the project of the path.
        case submitsToProject
        /// Those who may see what alice made.
        case sees
        /// Those who may change it.
        case changes
        /// Nobody without an address that was signed for it.
        case signed
        /// Nobody: the SDK knows it, and Kelvin has none.
        case refuses
    }

    static let rules: [String: [(Rule, [String])]] = [
        "ionq": [
            (.open, ["getBackend"]),
            (
                .reads,
                [
                    "listBackends", "listCharacterizations", "getCharacterization", "getCurrentCalibration",
                    "listCalibrations", "estimateJob",
                ]
            ), (.lists, ["listJobs"]), (.submits, ["submitJob", "openSession"]),
            (
                .sees,
                [
                    "getJob", "getCost", "getProbabilities", "getAllProbabilities", "getShots", "getArtifact",
                    "getSession",
                ]
            ), (.changes, ["deleteJob", "cancelJob", "endSession"]),
        ],
        "qbraid": [
            (
                .reads,
                [
                    "verifyUser", "listDevices", "getDevice", "getCalibrations", "listProviders", "estimateCost",
                    "listStatuses",
                ]
            ), (.lists, ["listJobs"]), (.submits, ["submitJob"]),
            (.sees, ["getJob", "getResult", "getProgram", "getCompiledProgram"]),
            (.changes, ["cancelJob", "deleteJob"]),
        ],
        "aqt": [
            (.reads, ["getIons", "getName", "listWorkspaces", "getResource"]),
            (.submits, ["submitCircuit", "submitJob"]), (.sees, ["awaitResult", "getResult"]),
            (.changes, ["cancelJob"]),
        ],
        "iqm": [
            (
                .reads,
                [
                    "getAbout", "listMachines", "getHealth", "getMachineAbout", "getStaticArchitecture",
                    "getDynamicArchitecture", "getMetrics",
                ]
            ), (.submits, ["submitCircuits"]), (.refuses, ["submitRun"]),
            (.sees, ["getJob", "getPayload", "getMeasurements", "getCounts"]), (.changes, ["cancelJob", "deleteJob"]),
        ],
        "mqss": [
            (.reads, ["listResources", "getResource", "countJobs"]), (.submits, ["submitJob"]),
            (.refuses, ["submitHamiltonianJob"]), (.sees, ["getStatus", "getResult", "getReason"]),
            (.changes, ["cancelJob"]),
        ],
        "oqtopus": [
            (.reads, ["listDevices", "getDevice"]), (.lists, ["listJobs"]), (.submits, ["registerJob"]),
            (.signed, ["uploadInput"]), (.sees, ["getJob", "getStatus"]),
            (.changes, ["submitJob", "cancelJob", "deleteJob"]),
        ],
        "braket": [
            (.reads, ["identify", "identifyAtRoot", "getDevice", "searchDevices", "createBucket"]),
            (.lists, ["searchTasks"]), (.submits, ["createTask"]), (.sees, ["getTask", "listTags", "getObject"]),
            (.changes, ["cancelTask", "tag", "untag"]),
            (.refuses, ["refuse-job", "refuse-jobs", "refuse-spending-limit", "lookAtBucket", "putObject"]),
        ],
        "ibm": [
            (.open, ["getAccessToken", "getPlan"]),
            (
                .reads,
                [
                    "listBackends", "getBackendConfiguration", "getBackendProperties", "getBackendStatus",
                    "searchInstances",
                ]
            ), (.lists, ["listJobs"]), (.submits, ["submitJob", "openSession"]),
            (.readsOwnProject, ["getInstanceUsage"]),
            (.sees, ["getJob", "getJobResults", "getJobLogs", "getJobMetrics", "getSession"]),
            (.changes, ["deleteJob", "cancelJob", "setJobTags", "closeSession", "cancelSession"]),
        ],
        "azure": [
            (.reads, ["listQuotas"]), (.readsProject, ["listProviders"]), (.listsProject, ["listJobs", "listItems"]),
            (.submitsToProject, ["openBlobs", "createJob", "openSession"]),
            (.sees, ["getJob", "getSession", "listSessionJobs"]),
            (.changes, ["deleteJob", "cancelJob", "closeSession"]),
            (.signed, ["putBlob", "getBlob", "lookAtContainer"]),
        ],
    ]

    static func rule(_ operation: String) -> Rule? {
        let words = operation.split(separator: ".", maxSplits: 1).map(String.init)
        return rules[words[0]]?.first { $0.1.contains(words[1]) }?.0
    }

    static func allowed(_ rule: Rule) -> Set<Caller> {
        let writers = Caller.known.subtracting([.readOnlyOwner])
        return switch rule {
        case .open: Set(Caller.allCases)
        case .reads, .lists: Caller.known
        case .readsProject, .listsProject, .sees: Caller.seeing
        case .submits: [.owner, .member, .projectOperator, .projectAdmin, .stranger, .otherProject]
        case .readsOwnProject: allowed(.submits).union([.readOnlyOwner])
        case .submitsToProject: Caller.seeing.intersection(writers).subtracting([.viewer, .serviceViewer])
        case .changes: Caller.changing
        case .signed, .refuses: []
        }
    }

    @Test func everyRouteHasItsRule() {
        let operations = FrontDoor.all.flatMap { $0.mounted(bodyLimit: 1) }.map(\.operation)
        for operation in Set(operations) { #expect(Self.rule(operation) != nil, "\(operation) has no rule here") }
        let known = Self.rules.flatMap { door, groups in groups.flatMap { $0.1.map { "\(door).\($0)" } } }
        #expect(Set(known) == Set(operations) && known.count == Set(known).count)
    }

    @Test(.serialized, arguments: FrontDoor.all.map(\.name))
    func everyRouteForEveryRoleAndOwner(_ name: String) async throws {
        let service = try await TestService()
        let tokens = try await service.callers()
        let door = try #require(FrontDoor.all.first { $0.name == name })
        let owner = try DoorOwner(door, service, token: #require(tokens[.owner]))
        var routes = service.service.table.routes.filter { $0.door?.name == name }
        #expect(!routes.isEmpty)
        // What ends things comes last, or there would be nothing left to ask for.
        routes.sort { !Self.ends($0) && Self.ends($1) }
        try await owner.makeEverything()
        for route in routes {
            let rule = try #require(Self.rule(route.operation), "\(route.operation) has no rule")
            let allowed = Self.allowed(rule)
            if Self.ends(route) { try await owner.makeEverything() }
            // Who is refused comes first: what they could do is seen by those who come later.
            for caller in Caller.allCases.sorted(by: { !allowed.contains($0) && allowed.contains($1) }) {
                if Self.ends(route), allowed.contains(caller) { try await owner.makeEverything() }
                try await check(route, rule, caller, isAllowed: allowed.contains(caller), owner, tokens[caller])
            }
        }
        try await service.stop()
    }

    private static func ends(_ route: Route) -> Bool {
        ["deleteJob", "cancelSession"].contains { route.operation.hasSuffix(".\($0)") }
    }

    private func check(
        _ route: Route, _ rule: Rule, _ caller: Caller, isAllowed: Bool, _ owner: DoorOwner, _ token: String?
    ) async throws {
        let names = owner.names(for: route), path = owner.path(route, names)
        let body = try await owner.body(route, token: token)
        let answer = try await owner.dialect.send(route, path, token: token, body: body)
        let note =
            "\(route.operation): \(route.method) \(path) by \(caller.rawValue): \(answer.status) \(answer.text.prefix(300))"
        let maySee = Caller.seeing.contains(caller)
        if isAllowed {
            #expect(![401, 403].contains(answer.status) && answer.status < 500, "\(note)")
            switch rule {
            case .sees:
                #expect(answer.status < 300 || owner.mayBeMissing(route), "\(note)")
            case .changes: #expect(answer.status != 404, "\(note)")
            case .submits, .submitsToProject: #expect(answer.status < 300, "\(note)")
            case .lists, .listsProject:
                #expect(answer.status == 200, "\(note)")
                #expect(answer.text.contains(names.word + "\"") == maySee, "\(note)")
            default: break
            }
        } else {
            #expect(owner.dialect.isRefusal(answer), "\(note)")
            if caller == .nobody {
                #expect([401, 403].contains(answer.status) || rule == .signed, "\(note)")
            } else if rule == .sees || rule == .changes, !maySee {
                // Word for word what is said of what never was.
                let missing = names.missing
                let other = try await owner.dialect.send(route, owner.path(route, missing), token: token, body: body)
                #expect(answer.status == 404 && other.status == 404, "\(note)")
                #expect(answer.text == other.text.replacing(missing.word, with: names.word), "\(note)")
            } else if rule == .changes || caller == .readOnlyOwner {
                #expect(answer.status == 403 || rule == .signed || rule == .refuses, "\(note)")
            }
        }
        if !maySee {
            #expect(answer.status >= 300 || !answer.text.contains(names.word + "\""), "it tells of others: \(note)")
        }
    }
}
