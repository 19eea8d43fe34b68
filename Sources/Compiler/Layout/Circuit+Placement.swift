public import Circuits
public import Hardware

extension Circuit {
    /// A program written on a machine's sites (qubit k is site k), on the qubits it uses alone, and where these start:
    /// what `CompilerOptions.initialLayout` takes. Sites it does not name may be dead.
    public var placedOnSites: (circuit: Circuit, sites: [Site]) {
        let used = body.usedQubits.sorted()
        var place: [Qubit: Qubit] = [:]
        for (k, qubit) in used.enumerated() { place[qubit] = Qubit(k) }
        let registers = used.isEmpty ? [] : [QubitRegister(name: "q", start: 0, count: used.count)]
        let circuit = replacing(body: body.relabelled { place[$0] ?? $0 }, qubitRegisters: registers)
        return (circuit, used.map { Site($0.index) })
    }
}
