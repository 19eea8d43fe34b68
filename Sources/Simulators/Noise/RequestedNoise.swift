public import Circuits

/// The noise that a program asks for itself: a channel at each barrier that carries one as an annotation.
///
/// The words are Braket's (`bit_flip(0.1)`); the probabilities are those of its documentation, "Noise".
public struct RequestedNoise: NoiseModel {
    /// A channel that nobody can make.
    public struct Fault: Error, Hashable, Sendable {
        public var message: String
        public var location: SourceLocation
    }

    private let channels: [String: NoiseChannel]

    /// Nil for a program that asks for none.
    ///
    /// - Throws: `Fault` for a channel that is not known or not physical.
    public init?(_ circuit: Circuit) throws(Fault) {
        var channels: [String: NoiseChannel] = [:]
        try Self.collect(circuit.body, &channels)
        if channels.isEmpty { return nil }
        self.channels = channels
    }

    private static func collect(_ block: Block, _ channels: inout [String: NoiseChannel]) throws(Fault) {
        for (position, annotation) in block.annotations where annotation.keyword == Annotation.noiseKeyword {
            if channels[annotation.content] != nil { continue }
            let qubits = block.qubits(at: position).count
            guard let channel = NoiseChannel(requested: annotation.content), channel.qubitCount == qubits else {
                throw Fault(
                    message:
                        "the noise channel '\(annotation.content)' on \(qubits) qubit\(qubits == 1 ? "" : "s") is not known",
                    location: block.location(at: position))
            }
            channels[annotation.content] = channel
        }
        for statement in block.controlFlow { for inner in statement.blocks { try collect(inner, &channels) } }
    }

    public func channels(after position: Int, of block: Block, at path: BlockPath) -> [LocatedChannel] {
        guard let words = block.noise(at: position), let channel = channels[words] else { return [] }
        let qubits = Array(block.qubits(at: position))
        // The first qubit of a program's channel is the most significant, operand 0 of ours the least.
        return [LocatedChannel(channel, on: qubits.reversed())]
    }
}

extension NoiseChannel {
    /// The channel that a program spells; nil for one that is unknown or not physical.
    public init?(requested text: String) {
        guard let open = text.firstIndex(of: "("), text.last == ")" else { return nil }
        let name = text[..<open]
        let inside = text[text.index(after: open)..<text.index(before: text.endIndex)]
        if name == "kraus" {
            guard let matrices = KrausText(inside).matrices else { return nil }
            self = .kraus(matrices)
            return
        }
        let values = inside.split(separator: ",").map { Double($0.filter { $0 != " " }) ?? .nan }
        guard let p = values.first, values.allSatisfy({ $0 >= 0 && $0 <= 1 }) else { return nil }
        func pauli(_ x: Double, _ y: Double, _ z: Double) -> NoiseChannel? {
            x + y + z <= 1 ? .pauli([1 - x - y - z, x, y, z]) : nil
        }
        func damping(_ gamma: Double, _ ground: Double) -> NoiseChannel {
            func scaled(_ factor: Double, _ elements: [Double]) -> Matrix {
                Matrix(dimension: 2, elements: elements.map { Complex(factor.squareRoot() * $0) })
            }
            let keep = (1 - gamma).squareRoot(), fall = gamma.squareRoot()
            return .kraus(
                [
                    scaled(ground, [1, 0, 0, keep]), scaled(ground, [0, fall, 0, 0]),
                    scaled(1 - ground, [keep, 0, 0, 1]), scaled(1 - ground, [0, 0, fall, 0]),
                ].filter { $0 != Matrix(zero: 2) })
        }
        var result: NoiseChannel?
        switch (name, values.count) {
        case ("bit_flip", 1): result = pauli(p, 0, 0)
        case ("phase_flip", 1): result = pauli(0, 0, p)
        case ("depolarizing", 1): result = pauli(p / 3, p / 3, p / 3)
        case ("pauli_channel", 3): result = pauli(values[0], values[1], values[2])
        case ("amplitude_damping", 1): result = damping(p, 1)
        case ("generalized_amplitude_damping", 2): result = damping(p, values[1])
        case ("phase_damping", 1):
            let kept = Matrix(diagonal: [.one, Complex((1 - p).squareRoot())])
            result = .kraus(
                [kept, Matrix(diagonal: [.zero, Complex(p.squareRoot())])].filter { $0 != Matrix(zero: 2) })
        case ("two_qubit_depolarizing", 1):
            var probabilities = [Double](repeating: p / 15, count: 16)
            probabilities[0] = 1 - p
            result = .pauli(probabilities)
        case ("two_qubit_dephasing", 1):
            var probabilities = [Double](repeating: 0, count: 16)
            probabilities[0] = 1 - p
            for index in [3, 12, 15] { probabilities[index] = p / 3 }
            result = .pauli(probabilities)
        default: break
        }
        guard let result else { return nil }
        self = result
    }
}

/// `[[a, b], [c, d]], [[…]]`: the matrices of a Kraus channel, complete.
private struct KrausText {
    let matrices: [Matrix]?

    init(_ text: Substring) {
        var all: [Matrix] = []
        var rows: [[Complex]] = []
        var depth = 0
        var item = ""
        for character in text where character != " " {
            switch character {
            case "[":
                depth += 1
                if depth == 2 { rows.append([]) }
            case ",", "]":
                if depth == 2, let value = Self.number(item) { rows[rows.count - 1].append(value) }
                item = ""
                if character == "]" { depth -= 1 }
                if depth == 0, !rows.isEmpty {
                    let count = rows.count
                    guard count & (count - 1) == 0, rows.allSatisfy({ $0.count == count }) else {
                        matrices = nil
                        return
                    }
                    all.append(Matrix(dimension: count, elements: rows.flatMap { $0 }))
                    rows = []
                }
            default: item.append(character)
            }
        }
        let size = all.first?.dimension ?? 0
        let isComplete =
            size > 1 && all.allSatisfy { $0.dimension == size }
            && all.reduce(Matrix(zero: size)) { $0 + $1.adjoint * $1 }.distance(to: Matrix(identity: size)) < 1e-8
        matrices = isComplete ? all : nil
    }

    /// `1.0`, `0.5+0.5im`, as the languages write them.
    private static func number(_ text: String) -> Complex? {
        if let value = Double(text) { return Complex(value) }
        guard text.hasSuffix("im") else { return nil }
        let body = text.dropLast(2)
        var place = body.index(before: body.endIndex)
        while place > body.startIndex {
            let before = body[body.index(before: place)]
            if body[place] == "+" || body[place] == "-", before != "e", before != "E" { break }
            place = body.index(before: place)
        }
        guard place > body.startIndex, let re = Double(body[..<place]), let im = Double(body[place...]) else {
            return nil
        }
        return Complex(re, im)
    }
}
