import Hardware
import Kernel

// Observables: nested lists of weighted sums of Pauli strings and projectors.
extension IBM {
    /// More terms than anybody can measure.
    private static let mostTerms = 1 << 16

    struct Observables {
        var shape: Shape
        var texts: [String]
        /// Qubits that some of them look at.
        var support: [Int]
    }

    /// - Parameter width: qubits of the program; each string has a letter for each of them.
    static func observables(_ node: JSONNode, width: Int, _ path: String) throws -> Observables {
        var texts: [String] = []
        let dimensions = try collect(node, width, path, into: &texts)
        guard let shape = Shape(written: dimensions), shape.count == texts.count else {
            throw WireObject.wrong(path, "the lists of observables are no array")
        }
        // In every text a Pauli letter and its qubit stand together.
        let names = Set(texts.flatMap { $0.split(separator: " ") }).filter { "XYZ".contains($0.first ?? " ") }
        let support = Set(names.compactMap { Int($0.dropFirst()) })
        return Observables(shape: shape, texts: texts, support: support.sorted())
    }

    private static func collect(
        _ node: JSONNode, _ width: Int, _ path: String, into texts: inout [String]
    ) throws -> [Int] {
        guard case .array(let items) = node.kind else {
            texts.append(try text(node, width, path))
            return []
        }
        var inner: [Int]?
        for item in items {
            let shape = try collect(item, width, path, into: &texts)
            guard inner == nil || inner == shape else {
                throw WireObject.wrong(path, "the lists of observables differ in length")
            }
            inner = shape
        }
        return [items.count] + (inner ?? [])
    }

    /// As Kelvin writes it: the number of the qubit behind each letter.
    private static func text(_ node: JSONNode, _ width: Int, _ path: String) throws -> String {
        let terms: [(key: String, value: JSONNode)]
        switch node.kind {
        case .string(let letters): terms = [(letters, .number(1))]
        case .object(let members): terms = members
        default: throw WireObject.wrong(path, "expected observables as {\"ZIX\": 0.5}")
        }
        var sums: [(string: String, weight: Double)] = [], places: [String: Int] = [:]
        for (letters, node) in terms {
            guard case .number(let weight) = node.kind else {
                throw WireObject.wrong(path, "the weight of '\(letters.clipped)' is no real number")
            }
            guard letters.utf8.count == width else {
                throw WireObject.wrong(
                    path, "'\(letters.clipped)' has \(letters.utf8.count) letters, the circuit \(width) qubits")
            }
            for (string, factor) in try expanded(letters, path) {
                if let place = places[string] {
                    sums[place].weight += weight * factor
                } else {
                    places[string] = sums.count
                    sums.append((string, weight * factor))
                }
            }
            guard sums.count <= mostTerms else {
                throw WireObject.wrong(path, "an observable stands for more than \(mostTerms) Pauli strings")
            }
        }
        var text = ""
        for (string, weight) in sums {
            if !text.isEmpty { text += weight < 0 ? " - " : " + " } else if weight < 0 { text += "-" }
            text += string.isEmpty ? "\(abs(weight))" : "\(abs(weight)) \(string)"
        }
        return text.isEmpty ? "0" : text
    }

    /// Projectors as sums of Paulis: |0⟩⟨0| = (I + Z)/2, and so on; the last letter is qubit 0's.
    private static func expanded(_ letters: String, _ path: String) throws -> [(string: String, factor: Double)] {
        var terms: [(string: String, factor: Double)] = [("", 1)]
        for (qubit, letter) in letters.utf8.reversed().enumerated() {
            let pauli: String
            var sign: Double?
            switch Character(Unicode.Scalar(letter)) {
            case "I": continue
            case "X", "Y", "Z": pauli = String(Unicode.Scalar(letter))
            case "0": (pauli, sign) = ("Z", 1)
            case "1": (pauli, sign) = ("Z", -1)
            case "+": (pauli, sign) = ("X", 1)
            case "-": (pauli, sign) = ("X", -1)
            case "r": (pauli, sign) = ("Y", 1)
            case "l": (pauli, sign) = ("Y", -1)
            default:
                throw WireObject.wrong(
                    path, "'\(letters.clipped)' has a letter other than I, X, Y, Z, 0, 1, +, -, r, l")
            }
            let with = terms.map { term in
                (string: (term.string.isEmpty ? "" : term.string + " ") + "\(pauli)\(qubit)", factor: term.factor)
            }
            guard let sign else {
                terms = with
                continue
            }
            guard terms.count * 2 <= mostTerms else {
                throw WireObject.wrong(path, "'\(letters.clipped)' stands for more than \(mostTerms) Pauli strings")
            }
            terms = terms.map { ($0.string, $0.factor / 2) } + with.map { ($0.string, $0.factor / 2 * sign) }
        }
        return terms
    }
}
