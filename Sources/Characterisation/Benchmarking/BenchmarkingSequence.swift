import Circuits
import Simulators

/// A random walk through the Clifford group and back, onto a chosen outcome.
///
/// The last element undoes all before it and then flips some qubits, so that over several sequences every outcome is
/// asked for equally often. What the readout favours averages out, and a lost state is found in the outcome asked for
/// with probability 1/d exactly: the decay needs no fitted offset (Harper et al., Phys. Rev. A 99, 052350 (2019)).
struct BenchmarkingSequence {
    private(set) var elements: [Int] = []
    let closing: Int
    /// The outcome without errors; bit k is operand k.
    let outcome: UInt64

    init(
        length: Int, in group: CliffordGroup, interleaved: CliffordMap?, outcome: UInt64,
        using generator: inout some RandomNumberGenerator
    ) {
        var total = CliffordMap(qubitCount: group.qubitCount)
        for _ in 0..<length {
            let element = group.random(using: &generator)
            elements.append(element)
            total = total.then(group.maps[element])
            if let interleaved { total = total.then(interleaved) }
        }
        self.outcome = outcome
        let flips = (0..<group.qubitCount).filter { outcome >> UInt64($0) & 1 == 1 }
        let back = flips.reduce(total.inverse) { $0.then(CliffordMap(.x)!, on: [$1]) }
        closing = group.element(back)
    }

    /// Cliffords with the closing one.
    var count: Int { elements.count + 1 }

    /// Appends Clifford number `k`, and the interleaved gate unless it is the closing one; a barrier after each keeps the
    /// compiler from making one of several.
    func append(
        _ k: Int, to circuit: inout Circuit, on qubits: [Int], in group: CliffordGroup, interleaved: NativeClifford?,
        operands: [Int]
    ) {
        group.append(k < elements.count ? elements[k] : closing, to: &circuit, on: qubits)
        circuit.barrier(qubits)
        if let interleaved, k < elements.count {
            circuit.append(interleaved.gate, operands, interleaved.parameters)
            circuit.barrier(qubits)
        }
    }
}
