import Console
import Kernel

// What a job may expect, without submitting it.
extension SubmitCommand {
    /// Prints what each machine offers, best first, and why the others do not take the job.
    func appraise(_ request: JobRequest, _ runtime: Runtime) async throws(CommandFailure) {
        let appraisal = try await asking { () throws(KernelError) in try await runtime.check(request) }
        let names = await runtime.deviceNames()
        let document = AppraisalDocument(appraisal, names)
        switch format {
        case .json: Terminal.write(JSON.text(document) + "\n")
        case .text: Terminal.write(document.text)
        }
    }
}

/// A dry run as it is printed.
private struct AppraisalDocument: Encodable {
    struct Offer: Encodable {
        var device: String
        /// Estimated chance that one shot goes through without an error.
        var successProbability: Double
        var machineSeconds: Double
        var price: Double
        var waitSeconds: Double
        /// In units of the least T2.
        var coherenceUse: Double
    }

    struct Refusal: Encodable {
        var device: String
        var reason: String
        var cure: String
    }

    /// Whether the program names its sites itself, so that nothing is chosen.
    var isPlaced: Bool
    var offers: [Offer]
    var refusals: [Refusal]
    /// Jobs that would start before it.
    var position: Int

    init(_ appraisal: JobAppraisal?, _ names: [DeviceIndex: String]) {
        isPlaced = appraisal == nil
        position = appraisal?.position ?? 0
        offers = (appraisal?.offers ?? []).map {
            Offer(
                device: names[$0.device] ?? "", successProbability: $0.success, machineSeconds: $0.seconds,
                price: $0.price, waitSeconds: $0.wait, coherenceUse: $0.coherenceUse)
        }
        refusals = (appraisal?.refusals ?? []).map {
            Refusal(device: names[$0.device] ?? "", reason: $0.reason, cure: $0.cure)
        }
    }

    var text: String {
        if isPlaced { return "the program names its sites itself: it would be taken, and nothing is chosen for it\n" }
        var lines = ["would be taken, \(position == 0 ? "no job" : "\(position) jobs") before it; not submitted"]
        for offer in offers {
            lines.append(
                "  \(offer.device)  success \(percent(offer.successProbability)) by estimate, "
                    + "\(digits(offer.machineSeconds)) s of machine time, price \(digits(offer.price)), "
                    + "wait \(digits(offer.waitSeconds)) s, \(digits(offer.coherenceUse)) of the least T2")
        }
        for refusal in refusals { lines.append("  \(refusal.reason); \(refusal.cure)") }
        return lines.joined(separator: "\n") + "\n"
    }

    private func percent(_ part: Double) -> String { "\((part * 1000).rounded() / 10) %" }

    /// Three places behind the point.
    private func digits(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)" }
}
