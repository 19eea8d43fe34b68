import Circuits
import Compiler
import Foundation
import Hardware
import Kernel
import Languages

extension IBM {
    /// A circuit as it came.
    struct Program {
        var circuit: Circuit
        /// Names of its inputs in the order of the values' last axis.
        var parameters: [String]
        /// Registers that stand for a bit outside all registers, the last ones.
        var looseBits: Int
        /// JSON.
        var metadata: String

        init(_ program: QPY.Program) {
            circuit = program.circuit
            parameters = program.parameters
            looseBits = program.looseBits
            metadata = program.metadata
        }

        init(openQASM text: String, _ path: String) throws {
            let outcome = OpenQASM.parse(SourceText(name: path, bytes: Array(text.utf8)), dialect: .qiskit)
            guard let circuit = outcome.circuit else {
                let errors = outcome.diagnostics.filter { $0.severity == .error }
                throw Problem(
                    KernelError(
                        .program, code: errors.first?.code.rawValue ?? "program",
                        errors.map { $0.rendered(in: outcome.source) }.joined(separator: "\n\n")))
            }
            self.circuit = circuit
            // Qiskit's exporter declares them in the order of `circuit.parameters`.
            parameters = circuit.inputs.map(\.name)
            looseBits = 0
            metadata = "{}"
        }

        /// Registers that results show, in their order.
        var registers: [Register] {
            circuit.bitRegisters.filter { !$0.isInput && !$0.isTemporary }.map {
                Register(name: $0.name, size: $0.count)
            }
        }

        /// As OpenQASM 3; gates that it has no words for are taken apart.
        ///
        /// - Parameters:
        ///   - onSites: qubit k is site k of the machine.
        ///   - named: qubits that the text must name, because observables do.
        func text(onSites: Bool, naming named: [Int] = [], _ path: String) throws -> String {
            var circuit = circuit
            // Sites that no instruction names are no part of a text on sites.
            if onSites, let last = named.max() {
                if last >= circuit.qubitCount {
                    let sites = QubitRegister(name: QubitRegister.physicalName, start: 0, count: last + 1)
                    circuit = circuit.replacing(body: circuit.body, qubitRegisters: [sites])
                }
                circuit.barrier(named)
            }
            let writer = OpenQASMWriter(version: .version3, qubits: onSites ? .physical : .registers)
            do {
                return try (try? writer.write(circuit)) ?? writer.write(circuit.unrolled())
            } catch {
                throw WireObject.wrong(
                    path, "the circuit cannot be said in OpenQASM 3, which jobs are kept in: \(error)")
            }
        }
    }

    struct Register: Codable {
        var name: String
        var size: Int
    }

    /// Values, their last axis along the program's parameters.
    struct Values {
        var shape: [Int]
        var numbers: [Double]
    }

    /// Bytes that the values of one request may unpack to: a few bytes can stand for gigabytes.
    struct Allowance {
        private var left = 256 << 20

        mutating func unpack(_ text: String, _ path: String) throws -> [UInt8] {
            guard let packed = Data(base64Encoded: text) else { throw WireObject.wrong(path, "this is no base64") }
            do throws(CompressionError) {
                let bytes = try Zlib.decompress(Array(packed), limit: min(left, 64 << 20))
                left -= bytes.count
                return bytes
            } catch { throw WireObject.wrong(path, "\(error)") }
        }
    }

    static func programs(qpy bytes: [UInt8], _ path: String) throws -> [Program] {
        do throws(QPYError) { return try QPY.read(bytes).map(Program.init) } catch {
            throw Problem(
                KernelError(
                    .program, code: "qpy", "\(path), byte \(error.offset) of the QPY file: \(error.message)",
                    cure: error.cure))
        }
    }

    /// A circuit as Qiskit encodes it, or as OpenQASM.
    static func program(_ node: JSONNode, _ path: String, _ allowance: inout Allowance) throws -> Program {
        if case .string(let text) = node.kind { return try Program(openQASM: text, path) }
        let bytes = try allowance.unpack(try encoded(node, as: "QuantumCircuit", path), path)
        let programs = try programs(qpy: bytes, path)
        guard let program = programs.first, programs.count == 1 else {
            throw WireObject.wrong(path, "the QPY file holds \(programs.count) circuits")
        }
        return program
    }

    private static func encoded(_ node: JSONNode, as type: String, _ path: String) throws -> String {
        var object = try WireObject(node, path)
        let found = try object.text("__type__") ?? ""
        guard found == type else { throw WireObject.wrong(path, "expected a \(type), found '\(found.clipped)'") }
        guard let value = try object.text("__value__") else { throw WireObject.wrong(path, "expected a packed value") }
        try object.end()
        return value
    }

    /// Values as an array of NumPy, as nested lists, or by the names of parameters.
    static func values(
        _ node: JSONNode?, of program: Program, _ path: String, _ allowance: inout Allowance
    ) throws -> ParameterTable {
        let names = program.parameters
        var values = Values(shape: [0], numbers: [])
        if let node {
            switch node.kind {
            case .array: values = try nested(node, path)
            case .object(let members) where members.first?.key != "__type__":
                values = Values(shape: [names.count], numbers: [])
                for name in names {
                    guard case .number(let value)? = members.first(where: { $0.key == name })?.value.kind else {
                        throw WireObject.wrong(path, "there is no number for '\(name.clipped)'")
                    }
                    values.numbers.append(value)
                }
                if let stranger = members.first(where: { !names.contains($0.key) }) {
                    throw WireObject.wrong(path, "the circuit has no parameter '\(stranger.key.clipped)'")
                }
            default:
                let bytes = try allowance.unpack(try encoded(node, as: "ndarray", path), path)
                let array: NumPyArray
                do throws(QPYError) { array = try NumPyArray(bytes: bytes) } catch {
                    throw WireObject.wrong(path, error.message)
                }
                guard array.elements.allSatisfy({ $0.im == 0 }) else {
                    throw WireObject.wrong(path, "there are complex numbers among the values")
                }
                values = Values(shape: array.shape, numbers: array.elements.map(\.re))
            }
        }
        return try table(values, names, path)
    }

    static func table(_ values: Values, _ names: [String], _ path: String) throws -> ParameterTable {
        let width = values.shape.last ?? 0
        guard width == names.count else {
            throw WireObject.wrong(
                path, "\(width) values for \(names.count) parameters \(names.joined(separator: ", ").clipped)")
        }
        guard let shape = Shape(written: Array(values.shape.dropLast())) else {
            throw WireObject.wrong(path, "\(values.shape) is no shape that a job may have")
        }
        guard values.numbers.count == shape.count * width, values.numbers.allSatisfy(\.isFinite) else {
            throw WireObject.wrong(path, "expected \(shape.count * width) finite numbers")
        }
        return ParameterTable(
            names: names, shape: shape,
            rows: (0..<shape.count).map { row in
                values.numbers[row * width..<(row + 1) * width].map { .real($0) }
            })
    }

    private static func nested(_ node: JSONNode, _ path: String) throws -> Values {
        switch node.kind {
        case .number(let value): return Values(shape: [], numbers: [value])
        case .array(let items):
            var result = Values(shape: [], numbers: [])
            for (place, item) in items.enumerated() {
                let inner = try nested(item, path)
                guard place == 0 || inner.shape == result.shape else {
                    throw WireObject.wrong(path, "the lists of values differ in length")
                }
                result.shape = inner.shape
                result.numbers += inner.numbers
            }
            result.shape.insert(items.count, at: 0)
            return result
        default: throw WireObject.wrong(path, "expected numbers")
        }
    }
}

extension DeviceDescription {
    /// Whether the program consists of the machine's own gates on its own sites, qubit k being site k.
    func performs(_ circuit: Circuit) -> Bool {
        guard circuit.qubitCount <= siteCount else { return false }
        var pairs: Set<Coupling>?
        if case .couplings(let list) = connectivity { pairs = Set(list) }
        return performs(circuit.body, pairs)
    }

    private func performs(_ block: Block, _ pairs: Set<Coupling>?) -> Bool {
        for place in block.indices {
            switch block.operation(at: place) {
            case .gate(.standard(let gate)):
                guard let native = nativeGate(gate) else { return false }
                // An expression gets any angle.
                let angles = block.parameters(at: place)
                guard zip(angles, native.angleRanges).allSatisfy({ $0.constant != nil || $1 == nil }) else {
                    return false
                }
                if angles.allSatisfy({ $0.constant != nil }), !native.accepts(angles.compactMap(\.constant)) {
                    return false
                }
                let sites = block.qubits(at: place)
                if let pairs, sites.count == 2, !pairs.contains(Coupling(Site(sites[0].index), Site(sites[1].index))) {
                    return false
                }
            case .gate(.defined): return false
            default: break
            }
        }
        return block.controlFlow.allSatisfy { $0.blocks.allSatisfy { performs($0, pairs) } }
    }
}
