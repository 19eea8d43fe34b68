import Circuits
import Mitigation

/// The classical bits that a result shows: those of the program's own registers, inputs and temporaries left out.
struct ReportedBits {
    /// Numbered from 0 without gaps.
    private(set) var registers: [BitRegister] = []
    /// The bit of the program behind each reported one.
    private(set) var bits: [Int] = []

    init(_ circuit: Circuit) {
        for var register in circuit.bitRegisters where !register.isInput && !register.isTemporary {
            bits += Array(register.start..<register.start + register.count)
            register.start = bits.count - register.count
            registers.append(register)
        }
    }

    /// Outcomes that differ in other bits alone become one; their errors are taken as independent.
    func selecting(_ distribution: QuasiDistribution) -> QuasiDistribution {
        var merged: [BitString: (probability: Double, variance: Double)] = [:]
        for entry in distribution.entries {
            let sum = merged[entry.bits.selecting(bits), default: (0, 0)]
            merged[entry.bits.selecting(bits)] = (
                sum.probability + entry.probability, sum.variance + entry.standardError * entry.standardError
            )
        }
        return QuasiDistribution(
            entries: merged.map {
                .init(bits: $0.key, probability: $0.value.probability, standardError: $0.value.variance.squareRoot())
            }.sorted { $0.bits < $1.bits })
    }

    func selecting(_ exact: [(bits: BitString, probability: Double)]) -> [(bits: BitString, probability: Double)] {
        var merged: [BitString: Double] = [:]
        for entry in exact { merged[entry.bits.selecting(bits), default: 0] += entry.probability }
        return merged.map { (bits: $0.key, probability: $0.value) }.sorted { $0.bits < $1.bits }
    }
}
