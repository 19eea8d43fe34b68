import Circuits

/// `#pragma braket …`, read but not yet resolved: qubits are still names.
enum BraketPragma {
    case verbatim
    case unitary(Matrix, [Target])
    /// A channel in its own words, and where it acts.
    case noise(String, [Target])
    case kraus([Matrix], [Target])
    case stateVector
    case densityMatrix([Target]?)
    case amplitudes([BitString])
    case probabilities([Target]?)
    case observable(String, [Factor])

    /// `q`, `q[2]`, `q[-1]`, `q[0:2:4]`, `q[{0, 2}]` or `$2`, at a place of the pragma's text.
    struct Target {
        var name: String
        var selection: Selection?
        var offset: Int
    }

    /// Which qubits of a register; negative indices count from its end.
    enum Selection {
        case list([Int])
        /// Both ends included; an end that is left out is the register's own.
        case range(first: Int?, step: Int, last: Int?)
    }

    struct Factor {
        var kind: RequestedObservable.Kind
        /// None for `all`.
        var targets: [Target]
        var isForAll = false
    }

    /// What is wrong with a pragma, and where in its text.
    struct Fault: Error {
        var message: String
        var offset: Int
        var cure: String?
    }

    /// Channels by name: how many probabilities they take, and on how many qubits they act.
    static let channels: [String: (parameters: Int, qubits: Int)] = [
        "bit_flip": (1, 1), "phase_flip": (1, 1), "depolarizing": (1, 1), "amplitude_damping": (1, 1),
        "phase_damping": (1, 1), "generalized_amplitude_damping": (2, 1), "pauli_channel": (3, 1),
        "two_qubit_depolarizing": (1, 2), "two_qubit_dephasing": (1, 2),
    ]
    static let results = [
        "state_vector", "density_matrix", "amplitude", "probability", "expectation", "variance", "sample",
    ]
    static let observables: [String: RequestedObservable.Kind] = ["i": .i, "x": .x, "y": .y, "z": .z, "h": .h]
}

extension BraketPragma {
    /// The pragma behind `braket`.
    init(_ text: String) throws(Fault) {
        var scanner = BraketScanner(text)
        _ = scanner.word()
        let place = scanner.position
        switch scanner.word() {
        case "verbatim": self = .verbatim
        case "unitary":
            try scanner.expect("(")
            let matrix = try scanner.matrix()
            try scanner.expect(")")
            self = .unitary(matrix, try scanner.targets())
        case "noise": self = try Self.noise(&scanner)
        case "result": self = try Self.result(&scanner)
        case let word:
            throw Fault(
                message: "'\(word)' is no pragma of Braket", offset: place,
                cure: Suggestion.nearest(to: word, among: ["result", "noise", "unitary", "verbatim"]).map {
                    "did you mean '\($0)'?"
                } ?? "they are result, noise, unitary and verbatim")
        }
        try scanner.expectEnd()
    }

    private static func noise(_ scanner: inout BraketScanner) throws(Fault) -> BraketPragma {
        let place = scanner.position
        let name = scanner.word()
        try scanner.expect("(")
        if name == "kraus" {
            var matrices = [try scanner.matrix()]
            while scanner.take(",") { matrices.append(try scanner.matrix()) }
            try scanner.expect(")")
            return .kraus(matrices, try scanner.targets())
        }
        guard let channel = channels[name] else {
            throw Fault(
                message: "'\(name)' is no noise channel of Braket", offset: place,
                cure: Suggestion.nearest(to: name, among: channels.keys.sorted() + ["kraus"]).map {
                    "did you mean '\($0)'?"
                })
        }
        var values = [try scanner.number()]
        while scanner.take(",") { values.append(try scanner.number()) }
        try scanner.expect(")")
        guard values.count == channel.parameters else {
            throw Fault(
                message:
                    "'\(name)' takes \(channel.parameters) probabilit\(channel.parameters == 1 ? "y" : "ies"), not \(values.count)",
                offset: place)
        }
        guard values.allSatisfy({ $0 >= 0 && $0 <= 1 }), name != "pauli_channel" || values.reduce(0, +) <= 1 else {
            throw Fault(message: "the probabilities of '\(name)' do not lie between 0 and 1", offset: place)
        }
        let targets = try scanner.targets()
        return .noise("\(name)(\(values.map { "\($0)" }.joined(separator: ", ")))", targets)
    }

    private static func result(_ scanner: inout BraketScanner) throws(Fault) -> BraketPragma {
        let place = scanner.position
        let name = scanner.word()
        switch name {
        case "state_vector": return .stateVector
        case "density_matrix": return .densityMatrix(try scanner.optionalTargets())
        case "probability": return .probabilities(try scanner.optionalTargets())
        case "amplitude":
            var states = [try scanner.bits()]
            while scanner.take(",") { states.append(try scanner.bits()) }
            return .amplitudes(states)
        case "expectation", "variance", "sample":
            var factors = [try factor(&scanner)]
            while scanner.take("@") { factors.append(try factor(&scanner)) }
            if factors.count > 1 && factors.contains(where: \.isForAll) {
                throw Fault(message: "'all' cannot be a part of a product", offset: place, cure: "name the qubits")
            }
            return .observable(name, factors)
        default:
            throw Fault(
                message: "'\(name)' is no result of Braket", offset: place,
                cure: Suggestion.nearest(to: name, among: results).map { "did you mean '\($0)'?" })
        }
    }

    private static func factor(_ scanner: inout BraketScanner) throws(Fault) -> Factor {
        let place = scanner.position
        let name = scanner.word()
        if name == "hermitian" {
            try scanner.expect("(")
            let matrix = try scanner.matrix()
            try scanner.expect(")")
            guard matrix.distance(to: matrix.adjoint) < 1e-8 else {
                throw Fault(message: "this matrix is not Hermitian", offset: place)
            }
            return Factor(kind: .hermitian(matrix), targets: try scanner.targets())
        }
        guard let kind = observables[name] else {
            throw Fault(
                message: "'\(name)' is no observable of Braket", offset: place,
                cure: "they are i, x, y, z, h and hermitian(…)")
        }
        if scanner.take("(") {
            let target = try scanner.target()
            try scanner.expect(")")
            return Factor(kind: kind, targets: [target])
        }
        guard scanner.word() == "all" else {
            throw Fault(
                message: "the observable '\(name)' has no qubit", offset: place,
                cure: "write '\(name)(q[0])' or '\(name) all'")
        }
        return Factor(kind: kind, targets: [], isForAll: true)
    }
}
