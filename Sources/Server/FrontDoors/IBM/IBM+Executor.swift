import Foundation
import Hardware
import Kernel
import Languages

// The executor: programs of circuits and arrays of arguments, as the SDK's own sampler and estimator make them.
extension IBM {
    /// - Parameter body: the request, from whose text the part that goes back unread is taken.
    static func execution(
        _ params: inout WireObject, for machine: OfferedMachine, _ body: [UInt8]
    ) throws -> Translation {
        var result = Translation(for: machine), allowance = Allowance()
        if let version = try params.text("schema_version"), version != "v2.0" {
            throw WireObject.missing(params.place("schema_version"), "'\(version.clipped)' is not there", cure: "v2.0")
        }
        if var options = try params.object("options") {
            if let experimental = try options.object("experimental") { try experimental.end() }
            try checkExecution(&options)
        }
        guard var program = try params.object("quantum_program") else {
            throw WireObject.wrong(params.place("quantum_program"), "missing")
        }
        try params.end()
        guard let shots = try program.integer("shots", in: 1...mostShots) else {
            throw WireObject.wrong(program.place("shots"), "missing")
        }
        if let level = try program.text("meas_level"), level != "classified" {
            throw WireObject.missing(
                program.place("meas_level"), "'\(level.clipped)' is not there: measurements give bits",
                cure: "classified")
        }
        result.role = try program.text("semantic_role")
        result.passthrough = program.take("passthrough_data")?.source(in: body)
        guard var packed = try program.object("circuits"), let data = try packed.text("b64_data") else {
            throw WireObject.wrong(program.place("circuits"), "expected circuits in QPY")
        }
        packed.pass("qpy_version", "num_programs")
        try packed.end()
        let place = program.place("circuits")
        let circuits = try programs(qpy: try allowance.unpack(data, place), place)
        guard let items = try program.list("items"), items.count == circuits.count, !items.isEmpty else {
            throw WireObject.wrong(program.place("items"), "expected one for each of \(circuits.count) circuits")
        }
        try program.end()
        for (index, node) in items.enumerated() {
            let path = "\(program.path).items[\(index)]"
            try add(node, circuits[index], shots, path, &allowance, to: &result)
        }
        return result
    }

    private static func add(
        _ node: JSONNode, _ program: Program, _ shots: Int, _ path: String, _ allowance: inout Allowance,
        to result: inout Translation
    ) throws {
        var item = try WireObject(node, path)
        let kind = try item.text("item_type") ?? ""
        guard kind == "circuit" else {
            throw WireObject.missing(
                item.place("item_type"), "Kelvin has no '\(kind.clipped)' items: no twirling, and no samplex",
                cure: "sample without twirling, or use qiskit_ibm_runtime.EstimatorV2")
        }
        var values = Values(shape: [0], numbers: [])
        if let arguments = try item.object("circuit_arguments") {
            values = try tensor(arguments, &allowance)
        }
        let table = try table(values, program.parameters, path)
        let shape = try item.list("shape")?.map { try WireObject.integer($0, in: 0...Shape.largestCount, path) } ?? []
        // What is asked for beyond the arguments' own shape repeats them.
        guard let own = Shape(written: shape), let both = try? own.broadcast(with: table.shape) else {
            throw WireObject.wrong(path, "arguments of shape \(table.shape.dimensions) do not fill the shape \(shape)")
        }
        item.pass("chunk_size")
        try item.end()
        guard let whole = Shape(written: both.dimensions) else {
            throw WireObject.wrong(path, "\(both.dimensions) is no shape that a job may have")
        }
        let rows = (0..<whole.count).map { table.rows[table.shape.element(at: $0, of: whole)] }
        try result.add(program, ParameterTable(names: table.names, shape: whole, rows: rows), shots: shots, path)
    }

    /// Little-endian numbers, row by row, packed.
    private static func tensor(_ object: WireObject, _ allowance: inout Allowance) throws -> Values {
        var object = object
        let path = object.path
        guard let data = try object.text("data"), let list = try object.list("shape") else {
            throw WireObject.wrong(path, "expected data and shape")
        }
        guard try object.text("dtype") == "f64" else {
            throw WireObject.missing(object.place("dtype"), "arguments are numbers of 64 bits", cure: "f64")
        }
        try object.end()
        let shape = try list.map { try WireObject.integer($0, in: 0...Shape.largestCount, path) }
        let bytes = try allowance.unpack(data, path)
        var count = 1
        for size in shape.contains(0) ? [0] : shape {
            let (product, overflows) = count.multipliedReportingOverflow(by: size)
            guard !overflows, product <= bytes.count else { throw WireObject.wrong(path, "\(shape) needs more bytes") }
            count = product
        }
        guard bytes.count == 8 * count else {
            throw WireObject.wrong(path, "\(bytes.count) bytes are no array of shape \(shape)")
        }
        return Values(
            shape: shape,
            numbers: (0..<count).map { place in
                var bits: UInt64 = 0
                for k in 0..<8 { bits |= UInt64(bytes[8 * place + k]) << UInt64(8 * k) }
                return Double(bitPattern: bits)
            })
    }
}
