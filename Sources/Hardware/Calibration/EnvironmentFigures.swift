/// The figures of a machine that belong to no single gate or site: what neighbours, motion and empty places do.
///
/// Each part is nil (or empty) where the machine has no such physics or nothing is known of it.
public struct EnvironmentFigures: Hashable, Sendable {
    /// The coupling of neighbours while one of them is driven.
    public var crosstalk: [CrosstalkFigure]
    /// The same for every coupling that `crosstalk` does not list, hertz.
    public var crosstalkDefault: Double?
    /// What a move does to the carrier that is moved.
    public var transport: TransportFigures?
    /// Motion of ions, and what it does to two-qubit gates.
    public var heating: HeatingFigures?
    /// How the readout sees carriers that have left the qubit.
    public var absence: AbsenceFigures?
    /// What a shared two-qubit pulse does to carriers that stand in a place of the entangling zone without a partner.
    public var unpaired: PauliWeights?

    public init(
        crosstalk: [CrosstalkFigure] = [], crosstalkDefault: Double? = nil, transport: TransportFigures? = nil,
        heating: HeatingFigures? = nil, absence: AbsenceFigures? = nil, unpaired: PauliWeights? = nil
    ) {
        self.crosstalk = crosstalk
        self.crosstalkDefault = crosstalkDefault
        self.transport = transport
        self.heating = heating
        self.absence = absence
        self.unpaired = unpaired
    }

    public static let none = EnvironmentFigures()

    /// Whether neighbours disturb each other.
    public var hasCrosstalk: Bool { (crosstalkDefault ?? 0) != 0 || crosstalk.contains { $0.zz != 0 } }
}

/// How strongly two sites are coupled while one of them is driven.
public struct CrosstalkFigure: Hashable, Sendable {
    /// In either order, the smaller first.
    public var pair: Coupling
    /// ζ/2π in hertz of H = (ζ/4)·Z⊗Z: over a time t the pair turns by exp(−i·(ζt/4)·ZZ).
    public var zz: Double

    public init(pair: Coupling, zz: Double) {
        self.pair = pair.first < pair.second ? pair : pair.reversed
        self.zz = zz
    }
}

/// What each move does to the carrier that is moved.
public struct TransportFigures: Hashable, Sendable {
    /// Pauli errors of the moved carrier.
    public var paulis: PauliWeights
    /// Probability that the carrier is lost.
    public var loss: Double
    /// Motional quanta that a move adds.
    public var quanta: Double

    public init(paulis: PauliWeights = PauliWeights([:]), loss: Double = 0, quanta: Double = 0) {
        self.paulis = paulis
        self.loss = loss
        self.quanta = quanta
    }
}

/// Motion of trapped ions: a two-qubit gate errs the more the hotter its ions are.
public struct HeatingFigures: Hashable, Sendable {
    /// Motional quanta a second, since the last cooling.
    public var rate: Double
    /// Probability of an error along the gate's own axis for each quantum above the cooled state.
    public var errorPerQuantum: Double

    public init(rate: Double, errorPerQuantum: Double) {
        self.rate = rate
        self.errorPerQuantum = errorPerQuantum
    }
}

/// How carriers that have left the qubit's two levels, or the machine, are read.
public struct AbsenceFigures: Hashable, Sendable {
    /// P(read 1 | leaked).
    public var leakedReadsOne: Double
    /// P(read 1 | lost), where the loss is not noticed.
    public var lostReadsOne: Double
    /// Whether the readout notices that nothing is there; such shots are lost and counted.
    public var isHeralded: Bool

    public init(leakedReadsOne: Double = 1, lostReadsOne: Double = 1, isHeralded: Bool = false) {
        self.leakedReadsOne = leakedReadsOne
        self.lostReadsOne = lostReadsOne
        self.isHeralded = isHeralded
    }
}

/// Pauli errors by name and weight, in ascending order of the name; operand 0 is the rightmost letter (`"ZI"` is a Z on
/// operand 1).
///
/// As the errors of a move or a spectator the weights are probabilities; as those of a gate they say how the gate's Pauli
/// error is shared out, and only their ratios count.
public struct PauliWeights: Hashable, Sendable {
    public struct Term: Hashable, Sendable {
        public var paulis: String
        public var weight: Double
    }

    public let terms: [Term]

    /// - Precondition: names of the letters I, X, Y, Z and one length, not all I; weights that are not negative.
    public init(_ weights: [String: Double]) {
        terms = weights.map { Term(paulis: $0.key, weight: $0.value) }.sorted { $0.paulis < $1.paulis }
        precondition(terms.allSatisfy { Self.isName($0.paulis) && $0.weight >= 0 }, "Pauli errors by name and weight")
        precondition(Set(terms.map(\.paulis.utf8.count)).count <= 1, "Pauli errors on different numbers of operands")
    }

    static func isName(_ text: String) -> Bool {
        text.utf8.allSatisfy { "IXYZ".utf8.contains($0) } && text.utf8.contains { $0 != UInt8(ascii: "I") }
    }

    public var isEmpty: Bool { terms.allSatisfy { $0.weight == 0 } }
    public var total: Double { terms.reduce(0) { $0 + $1.weight } }

    /// Operands, 0 where there are no terms.
    public var operandCount: Int { terms.first?.paulis.utf8.count ?? 0 }

    /// The place of a term among 4^k, two bits an operand: 0 I, 1 X, 2 Y, 3 Z.
    public static func index(of paulis: String) -> Int {
        paulis.utf8.reduce(0) { index, letter in
            let code = letter == UInt8(ascii: "I") ? 0 : Int(letter) - Int(UInt8(ascii: "X")) + 1
            return index << 2 | code
        }
    }
}
