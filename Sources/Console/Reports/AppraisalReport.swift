package import Kernel

/// A dry run as people read it.
package struct AppraisalReport {
    private let appraisal: AppraisalDocument

    package init(_ appraisal: AppraisalDocument) { self.appraisal = appraisal }

    package var text: String {
        if appraisal.isPlaced {
            var lines = ["the program names its sites itself: it would be taken, and nothing is chosen for it"]
            if let wait = appraisal.waitSeconds, wait > 0 { lines.append("  waits \(digits(wait)) s") }
            if let hindrance = appraisal.hindrance { lines.append("  \(hindrance)") }
            if let shortage = appraisal.shortage { lines.append("  \(shortage)") }
            return lines.joined(separator: "\n") + "\n"
        }
        let position = appraisal.position
        let before = position == 0 ? "no job" : position == 1 ? "1 job" : "\(position) jobs"
        var lines = ["would be taken, \(before) before it; not submitted"]
        for offer in appraisal.offers {
            lines.append(
                "  \(offer.device)  success \(percent(offer.successProbability)) by estimate, "
                    + "\(digits(offer.machineSeconds)) s of machine time, price \(digits(offer.price)), "
                    + "wait \(digits(offer.waitSeconds)) s, \(digits(offer.coherenceUse)) of the least T2")
            if let hindrance = offer.hindrance { lines.append("    \(hindrance)") }
        }
        if let shortage = appraisal.shortage { lines.append("  \(shortage)") }
        for refusal in appraisal.refusals { lines.append("  \(refusal.reason); \(refusal.cure)") }
        return lines.joined(separator: "\n") + "\n"
    }

    private func percent(_ part: Double) -> String { "\((part * 1000).rounded() / 10) %" }

    /// Three places behind the point.
    private func digits(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)" }
}
