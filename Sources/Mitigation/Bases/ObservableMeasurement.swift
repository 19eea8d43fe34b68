public import Circuits

/// A program that measures a group of Pauli strings at once, and what its outcomes say of each observable.
public struct ObservableMeasurement: Sendable {
    /// The program without its own final measurements, then the change of basis, then a measurement of each qubit that
    /// matters into a register of its own.
    public let circuit: Circuit
    /// The classical bits of that register, in `circuit`.
    public let bits: Range<Int>
    /// The letter measured on each qubit.
    public let basis: PauliString
    /// For each observable asked for, the part of it that this program measures; terms count bits from the register's
    /// start. The constant part of an observable belongs to its first measurement.
    public let observables: [DiagonalObservable]
}

extension ObservableMeasurement {
    /// The fewest programs that a greedy pass finds for measuring all observables after `circuit`.
    ///
    /// Strings are grouped where they commute qubit by qubit, those with the largest coefficients first, so that one
    /// layer of single-qubit gates suffices (Kandala et al., Nature 549, 242; McClean et al., New J. Phys. 18, 023023).
    ///
    /// - Precondition: every observable has the circuit's width.
    public static func plan(_ circuit: Circuit, observables: [Observable]) -> [ObservableMeasurement] {
        precondition(observables.allSatisfy { $0.qubitCount == circuit.qubitCount }, "an observable of another width")
        let program = circuit.removingTerminalMeasurements
        return groups(of: observables, qubitCount: circuit.qubitCount).enumerated().map { place, group in
            measurement(of: group, after: program, observables: observables, takesConstants: place == 0)
        }
    }

    private struct Group {
        var basis: PauliString
        var strings: Set<PauliString>
    }

    private static func groups(of observables: [Observable], qubitCount: Int) -> [Group] {
        var weights: [PauliString: Double] = [:]
        var strings: [PauliString] = []
        for term in observables.flatMap(\.terms) where term.string.weight > 0 {
            if weights[term.string] == nil { strings.append(term.string) }
            weights[term.string, default: 0] += abs(term.coefficient)
        }
        // Stable: equal weights keep their order of occurrence, so that a program always gives the same groups.
        let order = strings.indices.sorted {
            let (a, b) = (weights[strings[$0]] ?? 0, weights[strings[$1]] ?? 0)
            return a == b ? $0 < $1 : a > b
        }
        var groups: [Group] = []
        for place in order {
            let string = strings[place]
            if let home = groups.firstIndex(where: { $0.basis.commutesQubitWise(with: string) }) {
                groups[home].strings.insert(string)
                for qubit in string.support { groups[home].basis[qubit] = string[qubit] }
            } else {
                groups.append(Group(basis: string, strings: [string]))
            }
        }
        if groups.isEmpty { groups.append(Group(basis: PauliString(identity: qubitCount), strings: [])) }
        return groups
    }

    private static func measurement(
        of group: Group, after program: Circuit, observables: [Observable], takesConstants: Bool
    ) -> ObservableMeasurement {
        let support = group.basis.support
        var circuit = program
        let start = circuit.bitCount
        if !support.isEmpty { circuit.addBitRegister(circuit.unusedName("basis"), count: support.count) }
        for qubit in support {
            if group.basis[qubit] == .y { circuit.append(.sdg, [qubit]) }
            if group.basis[qubit] != .z { circuit.append(.h, [qubit]) }
        }
        for (bit, qubit) in support.enumerated() { circuit.measure(qubit, into: start + bit) }
        var bitOfQubit: [Int: Int] = [:]
        for (bit, qubit) in support.enumerated() { bitOfQubit[qubit] = bit }
        let diagonal = observables.map { observable in
            DiagonalObservable(
                terms: observable.terms.compactMap { term in
                    let isConstant = term.string.weight == 0
                    guard isConstant ? takesConstants : group.strings.contains(term.string) else { return nil }
                    return .init(coefficient: term.coefficient, bits: term.string.support.compactMap { bitOfQubit[$0] })
                })
        }
        return ObservableMeasurement(
            circuit: circuit, bits: start..<start + support.count, basis: group.basis, observables: diagonal)
    }
}

extension Circuit {
    /// The program without the measurements at its end, if all its measurements are there; else the program itself.
    fileprivate var removingTerminalMeasurements: Circuit {
        guard let measurements = terminalMeasurements, !measurements.isEmpty else { return self }
        var result = self
        result.body = Block()
        for position in body.indices {
            if case .measure = body.operation(at: position) { continue }
            result.body.append(from: body, at: position)
        }
        return result
    }

    /// `name`, or the first of `name1`, `name2`, … that no register has.
    fileprivate func unusedName(_ name: String) -> String {
        let taken = Set(bitRegisters.map(\.name) + qubitRegisters.map(\.name) + variables.map(\.name))
        if !taken.contains(name) { return name }
        return (1...).lazy.map { "\(name)\($0)" }.first { !taken.contains($0) } ?? name
    }
}
