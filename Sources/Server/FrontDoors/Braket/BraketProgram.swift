import Circuits
import Kernel
import Languages

/// A program of Braket's, and the runs that tell what it asks for.
struct BraketProgram: Sendable {
    /// What is sampled in one go.
    struct Run: Sendable {
        /// Nil for the program as it was written.
        var circuit: Circuit?
        /// The bits of a shot, numbered through all registers, that are told.
        var bits: [Int]
        /// The qubit behind each.
        var qubits: [Int]
    }

    let source: String
    /// The names of the inputs that it declares.
    let inputs: Set<String>
    /// Whether it says itself on which sites it runs.
    let namesSites: Bool
    let requests: [ResultRequest]
    /// The qubits that it uses, in ascending order: what "all qubits" means.
    let qubits: [Qubit]
    let runs: [Run]
    /// The run that answers each request.
    let answers: [Int]

    /// Outcomes are listed one by one up to so many qubits.
    static let mostListedQubits = 16
    static let mostStateQubits = 12

    /// - Parameters:
    ///   - isExact: no shots: results are calculated, not sampled.
    ///   - place: where the program stands in the request.
    init(_ source: String, isExact: Bool, isOfSet: Bool = false, _ place: String) throws {
        self.source = source
        let circuit = try SubmissionDocument.Block(file: "program.qasm", text: source, dialect: .braket).circuit()
        if circuit.variables.contains(where: { $0.role == .output }) {
            throw BraketAction.wrong("\(place).source", "output variables are not told by this interface: measure bits")
        }
        requests = circuit.requests
        inputs = Set(circuit.inputs.map(\.name))
        namesSites = circuit.namesPhysicalQubits
        let named = requests.flatMap { $0.targets ?? [] }
        qubits = circuit.body.usedQubits.union(named).sorted()
        guard !qubits.isEmpty else { throw BraketAction.wrong("\(place).source", "the program uses no qubit") }
        if requests.isEmpty {
            guard !isExact else {
                throw BraketAction.wrong("shots", "without shots the program must ask for results")
            }
            runs = [try Self.measuring(circuit, qubits, place)]
            answers = []
            return
        }
        if isOfSet { throw BraketAction.wrong("\(place).source", "program sets have no result types: measure") }
        guard !circuit.body.measures else {
            throw BraketAction.wrong("\(place).source", "a program that measures cannot ask for results too")
        }
        (runs, answers) =
            try isExact
            ? Self.exact(circuit, qubits, place)
            : ([Self.sampling(circuit, qubits, place)], circuit.requests.map { _ in 0 })
    }

    /// As the program measures; all its qubits where it does not.
    private static func measuring(_ circuit: Circuit, _ qubits: [Qubit], _ place: String) throws -> Run {
        var circuit = circuit, isChanged = false
        if !circuit.body.measures {
            circuit.measure(qubits)
            isChanged = true
        } else {
            isChanged = circuit.nameMeasurements()
        }
        var number = 0, bits: [Int] = [], targets: [Int] = []
        let sources = circuit.body.measuredBits
        for register in circuit.bitRegisters where !register.isInput && !register.isTemporary {
            for bit in register.bits {
                if let qubit = sources[bit] {
                    bits.append(number)
                    targets.append(qubit.index)
                }
                number += 1
            }
        }
        guard !bits.isEmpty else { throw BraketAction.wrong("\(place).source", "no measured bit is told") }
        return Run(circuit: isChanged ? circuit : nil, bits: bits, qubits: targets)
    }

    /// One run in the one basis that all requests have in common.
    private static func sampling(_ circuit: Circuit, _ qubits: [Qubit], _ place: String) throws -> Run {
        var bases: [Qubit: BraketBasis] = [:]
        for request in circuit.requests {
            if request.isOfState {
                throw BraketAction.wrong("\(place).source", "'\(request.name)' can be had without shots alone")
            }
            if let clash = bases.firstClash(with: request.bases(qubits)) {
                throw BraketAction.wrong(
                    "\(place).source",
                    "the results ask for qubit \(clash.qubit.index) in the bases \(clash.names) at once")
            }
            bases.merge(request.bases(qubits)) { first, _ in first }
        }
        try checkListing(circuit.requests, qubits, place)
        return run(circuit, bases, on: qubits)
    }

    /// Runs in as few bases as come together, and those that tell the state.
    private static func exact(_ circuit: Circuit, _ qubits: [Qubit], _ place: String) throws -> ([Run], [Int]) {
        if let obstacle = circuit.body.obstacle {
            throw BraketAction.wrong("\(place).source", "results of a program with \(obstacle) take shots")
        }
        try checkListing(circuit.requests, qubits, place)
        var groups: [(bases: [Qubit: BraketBasis], requests: [Int])] = [], states: [Int] = []
        for (k, request) in circuit.requests.enumerated() {
            if case .samples = request { throw BraketAction.wrong("\(place).source", "'sample' takes shots") }
            if request.isOfState {
                if case .amplitudes(let basis) = request, basis.contains(where: { $0.count != qubits.count }) {
                    throw BraketAction.wrong(
                        "\(place).source", "an amplitude is asked for by \(qubits.count) digits, one a qubit")
                }
                states.append(k)
                continue
            }
            let bases = request.bases(qubits)
            if let fitting = groups.firstIndex(where: { $0.bases.firstClash(with: bases) == nil }) {
                groups[fitting].bases.merge(bases) { first, _ in first }
                groups[fitting].requests.append(k)
            } else {
                groups.append((bases, [k]))
            }
        }
        var answers = Array(repeating: 0, count: circuit.requests.count)
        var runs: [Run] = []
        for group in groups {
            for request in group.requests { answers[request] = runs.count }
            let measured = group.bases.isEmpty ? [qubits[0]] : group.bases.keys.sorted()
            guard measured.count <= mostListedQubits else {
                throw BraketAction.wrong(
                    "\(place).source",
                    "exact results on \(measured.count) qubits at once: \(mostListedQubits) are possible")
            }
            runs.append(run(circuit, group.bases, on: measured))
        }
        if !states.isEmpty {
            for request in states { answers[request] = runs.count }
            runs += try BraketState.runs(circuit, qubits, place)
        }
        return (runs, answers)
    }

    private static func checkListing(_ requests: [ResultRequest], _ qubits: [Qubit], _ place: String) throws {
        for case .probabilities(let targets) in requests where (targets ?? qubits).count > mostListedQubits {
            throw BraketAction.wrong(
                "\(place).source",
                "probabilities of \((targets ?? qubits).count) qubits: \(mostListedQubits) can be listed")
        }
    }

    private static func run(_ circuit: Circuit, _ bases: [Qubit: BraketBasis], on qubits: [Qubit]) -> Run {
        var circuit = circuit
        circuit.requests = []
        circuit.rotate(bases)
        let first = circuit.measure(qubits)
        return Run(circuit: circuit, bits: Array(first..<first + qubits.count), qubits: qubits.map(\.index))
    }
}

extension [Qubit: BraketBasis] {
    /// A qubit that two demands want in different bases.
    fileprivate func firstClash(with other: [Qubit: BraketBasis]) -> (qubit: Qubit, names: String)? {
        for (qubit, basis) in other.sorted(by: { $0.key < $1.key }) {
            if let own = self[qubit], own != basis { return (qubit, "\(own.name) and \(basis.name)") }
        }
        return nil
    }
}
