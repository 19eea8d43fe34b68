import Circuits
import Hardware

/// The entanglers of every pair of qubits, found once a pair: before a layout those of the machine at large, after it
/// those of the coupler.
struct EntanglerTable {
    struct Pair {
        /// As seen with the smaller qubit as operand 0; best first.
        var entanglers: [Entangler] = []
        /// All native gates of the pair, those included that make nothing but themselves.
        var natives: [Native] = []
        /// By `StandardGate.rawValue`: what a gate without parameters costs here; NaN where it was not asked yet.
        var costs = Array(repeating: Double.nan, count: StandardGate.allCases.count)
        /// By 2·`rawValue` + (1 where operand 0 is the larger qubit): gates without parameters, made before.
        var sequences: [(entangler: Int, sequence: EntanglerSequence)?] = Array(
            repeating: nil, count: 2 * StandardGate.allCases.count)
    }

    struct Native {
        var gate: StandardGate
        /// Whether operand 0 is the larger qubit.
        var isReversed: Bool
        /// −log(1 − error).
        var cost: Double
    }

    let target: Target
    let isPlaced: Bool
    private(set) var pairs: [Pair] = []
    private var known: [UInt64: Int32] = [:]
    private let isUniform: Bool

    init(_ target: Target, isPlaced: Bool) {
        self.target = target
        self.isPlaced = isPlaced
        isUniform =
            !isPlaced || (target.isAllToAll && !target.twoQubitGates.contains { target.isCalibrated[Int($0.rawValue)] })
    }

    /// The place of a pair in `pairs`, first < second.
    mutating func place(_ first: Qubit, _ second: Qubit) -> Int {
        if isUniform {
            if pairs.isEmpty { pairs.append(uniform()) }
            return 0
        }
        let key = UInt64(first.rawValue) << 32 | UInt64(second.rawValue)
        if let place = known[key] { return Int(place) }
        var pair = Pair()
        let (a, b) = (Site(first.index), Site(second.index))
        for entry in target.gates(on: a, b) {
            add(entry.gate, isReversed: entry.isReversed, error: entry.error, to: &pair)
        }
        if target.isAllToAll {
            for entry in target.gates(on: b, a) { add(entry.gate, isReversed: true, error: entry.error, to: &pair) }
        }
        pairs.append(pair)
        known[key] = Int32(pairs.count - 1)
        return pairs.count - 1
    }

    private func add(_ gate: StandardGate, isReversed: Bool, error: Double, to pair: inout Pair) {
        guard let native = target.nativeGate(gate) else { return }
        if gate.isSymmetric, pair.natives.contains(where: { $0.gate == gate }) { return }
        let cost = Entangler.cost(ofError: error)
        pair.natives.append(Native(gate: gate, isReversed: isReversed, cost: cost))
        if let e = Entangler(native, isReversed: isReversed, error: error) { pair.entanglers.append(e) }
    }

    mutating func remember(_ cost: Double, of gate: StandardGate, at place: Int) {
        pairs[place].costs[Int(gate.rawValue)] = cost
    }

    mutating func remember(_ made: (entangler: Int, sequence: EntanglerSequence), at place: Int, _ slot: Int) {
        pairs[place].sequences[slot] = made
    }

    /// Each native gate in both directions, with its mean error over the machine.
    private func uniform() -> Pair {
        var pair = Pair()
        for gate in target.twoQubitGates {
            var sum = 0.0, count = 0.0
            for coupler in target.couplers {
                for entry in coupler.gates where entry.gate == gate {
                    sum += entry.error
                    count += 1
                }
            }
            let error = count > 0 ? sum / count : 0
            for isReversed in [false, true] { add(gate, isReversed: isReversed, error: error, to: &pair) }
        }
        return pair
    }
}

extension EntanglerTable.Pair {
    /// The cheapest entangler for a class of unitaries, and what it costs; nil if none can make it.
    func best(for weyl: WeylDecomposition) -> (entangler: Int, cost: Double)? {
        var best: (entangler: Int, cost: Double)?
        for (k, entangler) in entanglers.enumerated() {
            guard let uses = entangler.uses(for: weyl) else { continue }
            let cost = Double(uses) * entangler.cost
            if best == nil || cost < best!.cost * (1 - 1e-12) { best = (k, cost) }
        }
        return best
    }

    /// The native gate that is this very gate in this direction, angles aside; nil if there is none.
    func native(_ gate: StandardGate, isReversed: Bool) -> EntanglerTable.Native? {
        natives.first { $0.gate == gate && ($0.isReversed == isReversed || gate.isSymmetric) }
    }
}

extension StandardGate {
    /// Whether rotations about Z of this operand commute with the gate.
    func commutesWithZ(onOperand operand: Int) -> Bool {
        if isDiagonal { return true }
        if case (let count, _)? = controlled { return operand < count }
        return (self == .rzx || self == .cu) && operand == 0
    }
}
