import Circuits
import FoundationEssentials
import Kernel

/// What a task is to do: one program, or a set of programs with their inputs.
struct BraketAction: Sendable {
    var programs: [Program]
    var isSet: Bool

    struct Program: Sendable {
        var source: String
        /// A list of values for each executable; one where there are no inputs.
        var names: [String]
        var rows: [[WireValue]]
        /// As it came, for the result.
        var document: WireValue
    }

    var executables: Int { programs.reduce(0) { $0 + $1.rows.count } }

    static let program = "braket.ir.openqasm.program"
    static let set = "braket.ir.openqasm.program_set"
    static let largestSet = 500

    var type: String { isSet ? Self.set : Self.program }

    private static let others = [
        "braket.ir.jaqcd.program": "circuits in Braket's old JSON form", "braket.ir.ahs.program": "analog programs",
        "braket.ir.annealing.problem": "annealing problems", "braket.ir.blackbird.program": "Blackbird programs",
    ]

    init(_ text: String) throws {
        let document: WireValue
        do { document = try JSONDecoder().decode(WireValue.self, from: Data(text.utf8)) } catch {
            throw Self.wrong("action", "it is no JSON")
        }
        guard case .object(let fields) = document, case .object(let header)? = fields["braketSchemaHeader"],
            let name = header["name"]?.text
        else { throw Self.wrong("action", "it has no braketSchemaHeader with a name") }
        guard header["version"]?.text == "1" else {
            throw Self.wrong("action.braketSchemaHeader.version", "version 1 is the one there is")
        }
        switch name {
        case Self.program:
            isSet = false
            programs = [try Program(document, "action", isOfSet: false)]
        case Self.set:
            isSet = true
            if let stranger = fields.keys.first(where: { !["braketSchemaHeader", "programs"].contains($0) }) {
                throw Self.wrong("action.\(stranger.clipped)", "there is no such field")
            }
            guard case .list(let list)? = fields["programs"], !list.isEmpty else {
                throw Self.wrong("action.programs", "expected a list of programs")
            }
            programs = try list.enumerated().map { try Program($1, "action.programs[\($0)]", isOfSet: true) }
            guard executables <= Self.largestSet else {
                throw Self.wrong("action.programs", "\(executables) executables, \(Self.largestSet) are possible")
            }
        default:
            let what = Self.others[name].map { "Kelvin does not run \($0)" } ?? "'\(name.clipped)' is no known action"
            throw Problem(.badField, "action.braketSchemaHeader.name: \(what)", cure: "send \(Self.program)")
        }
    }

    static func wrong(_ field: String, _ message: String) -> Problem { Problem(.badField, "\(field): \(message)") }
}

extension BraketAction.Program {
    init(_ document: WireValue, _ place: String, isOfSet: Bool) throws {
        guard case .object(let fields) = document, let source = fields["source"]?.text else {
            throw BraketAction.wrong("\(place).source", "expected the text of a program")
        }
        if let stranger = fields.keys.first(where: { !["braketSchemaHeader", "source", "inputs"].contains($0) }) {
            throw BraketAction.wrong("\(place).\(stranger.clipped)", "there is no such field")
        }
        self.document = document
        self.source = source
        var inputs: [String: WireValue] = [:]
        switch fields["inputs"] {
        case nil, .null?: break
        case .object(let values)?: inputs = values
        default: throw BraketAction.wrong("\(place).inputs", "expected an object")
        }
        names = inputs.keys.sorted()
        if !isOfSet || names.isEmpty {
            rows = [names.compactMap { inputs[$0] }]
            return
        }
        let columns = try names.map { name in
            guard case .list(let values)? = inputs[name] else {
                throw BraketAction.wrong("\(place).inputs.\(name.clipped)", "expected a list, a value an executable")
            }
            return values
        }
        guard let count = columns.first?.count, count > 0, columns.allSatisfy({ $0.count == count }) else {
            throw BraketAction.wrong("\(place).inputs", "every input has as many values as the others, at least one")
        }
        rows = (0..<count).map { row in columns.map { $0[row] } }
    }

    /// The inputs as the kernel takes them. Values of others than those that the program declares are of no use, as at
    /// Amazon: PennyLane's plugin sends the coefficients of observables along.
    func table(of declared: Set<String>, _ place: String) throws -> ParameterTable {
        let places = names.indices.filter { declared.contains(names[$0]) }
        let values = try rows.map { row in
            try places.map { try Self.value(row[$0], "\(place).inputs.\(names[$0].clipped)") }
        }
        return ParameterTable(
            names: places.map { names[$0] }, shape: rows.count == 1 ? .scalar : Shape([rows.count]), rows: values)
    }

    private static func value(_ value: WireValue, _ place: String) throws -> InputValue {
        switch value {
        case .integer(let value): return .integer(value)
        case .number(let value) where value.isFinite: return .real(value)
        case .bool(let value): return .bool(value)
        case .text(let text): if let value = InputValue(text: text) { return value }
        default: break
        }
        throw BraketAction.wrong(place, "expected a number, true, false, or a text such as pi/2")
    }
}
