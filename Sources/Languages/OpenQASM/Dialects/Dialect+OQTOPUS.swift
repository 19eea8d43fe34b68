import Circuits

extension DialectAdditions {
    /// OpenQASM 3 as OQTOPUS takes it: QURI Parts spells the inverses of S and T `sdag` and `tdag`, and the engine reads
    /// with Qiskit's importer, whose `U`, `u2` and `u3` have a real upper left element.
    static let oqtopus = DialectAdditions(
        gates: [
            ("sdag", GateEntry(.sdg)), ("tdag", GateEntry(.tdg)), ("U", GateEntry(.u)), ("u3", GateEntry(.u)),
            ("u2", GateEntry(.u2)),
        ],
        versions: [3])
}
