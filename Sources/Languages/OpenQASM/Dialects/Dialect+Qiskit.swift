import Circuits

extension DialectAdditions {
    /// What `qiskit.qasm3` and `qiskit.qasm2` write: `U`, `u2` and `u3` are Qiskit's, whose upper left element is real,
    /// and gates of Qiskit's circuit library that the exporter was told are known appear without definition
    /// (`basis_gates`, `allow_aliasing`).
    static let qiskit = DialectAdditions(
        gates: [("U", GateEntry(.u)), ("u3", GateEntry(.u)), ("u2", GateEntry(.u2)), ("u1", GateEntry(.p))]
            + StandardLibrary.qelib1.filter { !["u0", "u1", "u2", "u3", "phase", "cphase"].contains($0.name) })
}
