import Hardware
import Kernel

private struct AzureProvider: Encodable {
    var id: String
    var currentAvailability: String
    var targets: [Target]

    struct Target: Encodable {
        var id: String
        var currentAvailability: String
        var averageQueueTime: Int
        var statusPage: String
        var numQubits: Int
        var targetProfile: String
        var metadata: Metadata
    }

    struct Metadata: Encodable {
        var description: String
        var emulated: Bool
    }
}

extension Call {
    private static let simulator = "simulator"

    /// The machines twice: as IonQ's, for programs in IonQ's form, and as Kelvin's own.
    func azureProviders() throws -> Answer {
        try workspaceIsVisible()
        let machines = offered()
        let providers = ["ionq", "kelvin"].map { provider in
            AzureProvider(
                id: provider, currentAvailability: "Available",
                targets: machines.map { machine in
                    AzureProvider.Target(
                        id: "\(provider).\(provider == "ionq" && machine.isSimulator ? Self.simulator : machine.id)",
                        currentAvailability: machine.takesJobs ? "Available" : "Unavailable", averageQueueTime: 0,
                        statusPage: azureURL("").replacing("/azure/", with: "/"),
                        numQubits: machine.description.siteCount,
                        targetProfile: machine.description.abilities.feedForward ? "Adaptive_RI" : "Base",
                        metadata: .init(description: machine.summary, emulated: machine.description.isEmulated))
                })
        }
        return .json(["value": providers])
    }

    func azureMachine(_ target: String, provider: String) throws -> OfferedMachine {
        let words = target.split(separator: ".", maxSplits: 1).map(String.init)
        guard words.count == 2, words[0] == provider, ["ionq", "kelvin"].contains(provider) else {
            throw Problem(
                .unknownDevice, "there is no target '\(target.clipped)' of the provider '\(provider.clipped)'",
                cure: "Workspace.get_targets() lists them")
        }
        return try offered(words == ["ionq", Self.simulator] ? "ideal" : words[1])
    }
}
