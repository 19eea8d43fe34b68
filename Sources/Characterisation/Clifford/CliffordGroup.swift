import Circuits

/// The Clifford group of one qubit (24 elements) or of two (11,520), modulo phases, each element with a short program.
///
/// One qubit: u(θ, φ, λ) with angles that are multiples of π/2. Two qubits: elements fall into four classes by the
/// number of CZ they need, 0 to 3, with 576, 5,184, 5,184 and 576 members (Córcoles et al., Phys. Rev. A 87, 030301
/// (2013)); 1.5 on average.
struct CliffordGroup: Sendable {
    let qubitCount: Int
    let maps: [CliffordMap]
    private let programs: [[Step]]
    private let index: [CliffordMap: Int]

    /// A layer of one element.
    enum Step: Hashable, Sendable {
        /// Element of the one-qubit group on an operand.
        case local(Int, operand: Int)
        case cz
    }

    var count: Int { maps.count }

    /// The place of an element.
    ///
    /// - Precondition: a map on this many qubits; each of them is in the group.
    func element(_ map: CliffordMap) -> Int {
        guard let place = index[map] else { preconditionFailure("a Clifford operation outside of its group") }
        return place
    }

    func program(of element: Int) -> [Step] { programs[element] }

    static let oneQubit = CliffordGroup(
        qubitCount: 1, elements: angles.indices.map { (local(angles[$0]), [.local($0, operand: 0)]) })

    static let twoQubits = makeTwoQubits()

    private init(qubitCount: Int, elements: [(map: CliffordMap, program: [Step])]) {
        self.qubitCount = qubitCount
        maps = elements.map(\.map)
        programs = elements.map(\.program)
        index = Dictionary(uniqueKeysWithValues: maps.enumerated().map { ($1, $0) })
    }

    /// The angles of `u` for each element of the one-qubit group.
    static let angles: [[Double]] = {
        let quarters = (0..<4).map { Double($0) * .pi / 2 }
        return quarters.map { [0, 0, $0] } + quarters.flatMap { a in quarters.map { [.pi / 2, a, $0] } }
            + quarters.map { [.pi, 0, $0] }
    }()

    private static func local(_ angles: [Double]) -> CliffordMap {
        guard let map = CliffordMap(.u, angles) else { preconditionFailure("u at right angles is a Clifford gate") }
        return map
    }

    private static func makeTwoQubits() -> CliffordGroup {
        let group = oneQubit
        func place(_ gate: StandardGate) -> Int { group.element(CliffordMap(gate)!) }
        let cz = CliffordMap(.cz)!
        let hh: [Step] = [.local(place(.h), operand: 0), .local(place(.h), operand: 1)]
        // What may stand before the entangling core without repeating an element: one of three axes a qubit is turned to
        // where the core treats it specially, Z for CZ and X for CZ·(H⊗H)·CZ.
        func axes(_ gates: [StandardGate]) -> [[Step]] {
            gates.flatMap { a in gates.map { [.local(place(a), operand: 0), .local(place($0), operand: 1)] } }
        }
        let cores: [[Step]] =
            [[]] + axes([.id, .h, .sx]).map { $0 + [.cz] } + axes([.id, .h, .s]).map { $0 + [.cz] + hh + [.cz] }
            + [[.cz] + hh + [.cz] + hh + [.cz] + hh]
        func map(_ steps: [Step]) -> CliffordMap {
            steps.reduce(CliffordMap(qubitCount: 2)) { map, step in
                switch step {
                case .cz: map.then(cz)
                case .local(let element, let operand): map.then(group.maps[element], on: [operand])
                }
            }
        }
        var elements: [(CliffordMap, [Step])] = []
        elements.reserveCapacity(11_520)
        let locals = (0..<576).map { pair -> (CliffordMap, [Step]) in
            let steps: [Step] = [.local(pair / 24, operand: 0), .local(pair % 24, operand: 1)]
            return (map(steps), steps)
        }
        for core in cores {
            let inner = map(core)
            for (outer, steps) in locals { elements.append((inner.then(outer), simplified(core + steps))) }
        }
        return CliffordGroup(qubitCount: 2, elements: elements)
    }

    /// Without identities, neighbouring gates on one operand made one.
    private static func simplified(_ steps: [Step]) -> [Step] {
        let group = oneQubit
        var result: [Step] = []
        var pending = [CliffordMap(qubitCount: 1), CliffordMap(qubitCount: 1)]
        func flush() {
            for operand in 0..<2 {
                let element = group.element(pending[operand])
                if element != 0 { result.append(.local(element, operand: operand)) }
                pending[operand] = CliffordMap(qubitCount: 1)
            }
        }
        for step in steps {
            switch step {
            case .local(let element, let operand): pending[operand] = pending[operand].then(group.maps[element])
            case .cz:
                flush()
                result.append(.cz)
            }
        }
        flush()
        return result
    }
}

extension CliffordGroup {
    /// A random element, each as likely as the other.
    func random(using generator: inout some RandomNumberGenerator) -> Int {
        Int.random(in: 0..<count, using: &generator)
    }

    /// Appends the element's program to a circuit; `qubits` are its operands.
    func append(_ element: Int, to circuit: inout Circuit, on qubits: [Int]) {
        for step in programs[element] {
            switch step {
            case .local(let local, let operand): circuit.append(.u, [qubits[operand]], Self.angles[local])
            case .cz: circuit.append(.cz, qubits)
            }
        }
    }
}
