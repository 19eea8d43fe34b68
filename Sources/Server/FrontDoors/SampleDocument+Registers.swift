import Kernel

extension SampleDocument {
    /// Counts as Qiskit spells them: the register that was declared last on the left.
    func counts(separator: String) -> [String: Int] {
        if registers.count < 2 { return counts }
        var result: [String: Int] = [:]
        for (outcome, count) in counts {
            result[outcome.split(separator: " ").reversed().joined(separator: separator), default: 0] += count
        }
        return result
    }
}
