import Circuits

/// A way of writing OpenQASM that somebody's tools use and that departs from the specification.
///
/// Chosen by name, never guessed: without a choice a program means what the specification says. What a dialect adds is
/// in the file that bears its name.
public enum Dialect: String, Sendable, Hashable, CaseIterable {
    /// The specification's language and nothing else.
    case openQASM = "openqasm"
    /// Amazon Braket: gates without includes, and pragmas for results, noise, unitaries and verbatim boxes.
    case braket
    /// What Qiskit's exporters write.
    case qiskit
    /// IBM's OpenQASM 2 with `qelib1.inc`.
    case ibm
    /// OQTOPUS and its client QURI Parts.
    case oqtopus

    var additions: DialectAdditions {
        switch self {
        case .openQASM: DialectAdditions()
        case .braket: .braket
        case .qiskit: .qiskit
        case .ibm: .ibm
        case .oqtopus: .oqtopus
        }
    }
}

/// What a dialect adds to the language.
struct DialectAdditions: Sendable {
    /// Gates that need no include; they take the place of what the language calls so.
    var gates: [(name: String, entry: GateEntry)] = []
    /// Gates that no standard gate is: their definitions, as a program; taken over where they are called.
    var definitions = Circuit()
    /// The versions it is spoken in, and the one of a program that declares none.
    var versions: Set<Int> = [2, 3]
    var versionWithoutHeader = 3

    /// The definitions of an OpenQASM 3 text.
    static func definitions(_ text: String) -> Circuit {
        let outcome = OpenQASM.parse(
            SourceText(name: "dialect", "OPENQASM 3.0;\ninclude \"qelib1.inc\";\n\(text)"))
        guard let circuit = outcome.circuit else { preconditionFailure(outcome.report) }
        return circuit
    }
}
