public import Circuits
import Compiler
public import Languages

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A request as it is kept and sent: programs as text, options by name. What another process needs to run the job.
public struct SubmissionDocument: Hashable, Sendable, Codable {
    public static let format = "kelvin-request/1"

    public var format = Self.format
    public var name: String
    public var device: String
    public var blocks: [Block]
    public var shots: Int
    public var seed: UInt64
    public var priority: Int?
    public var mitigation: MitigationLevel
    public var effort: String
    public var account: String?
    /// `split`, `flag` or `rerun`.
    public var onRecalibration: String?
    public var batchShots: Int?
    /// Seconds of machine time.
    public var budget: Double?
    /// The machines to choose among, where they are several; `device` is the first of them.
    public var devices: [String]?
    /// `shared` or `alone`; nil for shared.
    public var tenancy: Tenancy?
    /// Seconds since 1970-01-01 UTC.
    public var deadline: Double?
    /// Seconds of waiting that a factor e of success, and a unit of price, are worth; nil for as the fleet has it.
    public var secondsPerNat: Double?
    public var secondsPerPrice: Double?
    /// The program consists of native gates on the machine's sites: it is scheduled, and nothing else is changed.
    public var isCompiled: Bool?
    /// Each gate is translated by itself, and no two are merged or taken out: for programs that are longer than they
    /// need be on purpose.
    public var keepsGates: Bool?
    /// The result is given out once, then everything but the job's history is erased.
    public var isReadOnce: Bool?

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case format, name, device, blocks, shots, seed, priority, mitigation, effort, account, onRecalibration,
            batchShots
        case budget, devices, tenancy, deadline, secondsPerNat, secondsPerPrice, isCompiled, keepsGates,
            isReadOnce
    }

    /// What a request may say, and nothing besides; `JSONDecoder` would pass over the rest in silence.
    public static var fields: [String] { CodingKeys.allCases.map(\.rawValue) }

    /// A program with what varies in it.
    public struct Block: Hashable, Sendable, Codable {
        public var file: String
        /// OpenQASM.
        public var text: String
        /// The dialect's name; nil for the specification's language.
        public var dialect: String?
        /// The files it includes beside the standard ones, by the path it names them by; nil where there are none.
        public var includes: [String: String]?
        public var inputs: [String]
        public var shape: [Int]
        /// A row a parameter set, values as people write them.
        public var rows: [[String]]
        /// Nil to sample.
        public var observables: [String]?
        public var observableShape: [Int]?
        public var shots: Int?

        private enum CodingKeys: String, CodingKey, CaseIterable {
            case file, text, dialect, includes, inputs, shape, rows, observables, observableShape, shots
        }

        public static var fields: [String] { CodingKeys.allCases.map(\.rawValue) }

        public init(
            file: String, text: String, parameters: ParameterTable = ParameterTable(), observables: [String]? = nil,
            observableShape: [Int]? = nil, shots: Int? = nil, dialect: Dialect = .openQASM,
            includes: [String: String] = [:]
        ) {
            self.file = file
            self.text = text
            self.dialect = dialect == .openQASM ? nil : dialect.rawValue
            self.includes = includes.isEmpty ? nil : includes
            inputs = parameters.names
            shape = parameters.shape.dimensions
            rows = parameters.rows.map { $0.map(\.description) }
            self.observables = observables
            self.observableShape = observableShape
            self.shots = shots
        }
    }

    public init(
        name: String, device: String, blocks: [Block], shots: Int, seed: UInt64, mitigation: MitigationLevel = .readout,
        effort: String = "standard"
    ) {
        self.name = name
        self.device = device
        self.blocks = blocks
        self.shots = shots
        self.seed = seed
        self.mitigation = mitigation
        self.effort = effort
    }

    /// JSON, keys sorted: equal requests are equal bytes.
    public var bytes: [UInt8] { DocumentCoding.encode(self) }

    /// - Throws: `storage.document`.
    public init(bytes: [UInt8]) throws(KernelError) { self = try DocumentCoding.decode(bytes) }
}

extension SubmissionDocument {
    /// Reads the programs.
    ///
    /// - Throws: `KernelError` of kind `.program` with the diagnostics of a wrong program.
    public func request() throws(KernelError) -> JobRequest {
        guard format == Self.format else {
            throw Self.wrong("the request is of the format '\(format)'; this Kelvin reads \(Self.format)")
        }
        var samples: [SamplerPUB] = [], estimates: [EstimatorPUB] = []
        for block in blocks {
            let circuit = try block.circuit(keptFor: isReadOnce == true ? nil : account ?? "")
            let parameters = try block.parameters()
            guard let texts = block.observables else {
                // What the program itself asks for, else its outcomes.
                switch try Workload(of: circuit, parameters: parameters) {
                case .sample(let asked):
                    for var pub in asked {
                        pub.shots = block.shots
                        samples.append(pub)
                    }
                case .estimate(let asked):
                    for var pub in asked {
                        pub.shots = block.shots
                        estimates.append(pub)
                    }
                }
                continue
            }
            var observables: [Observable] = []
            for text in texts {
                do { observables.append(try Observable(parsing: text, qubitCount: circuit.qubitCount)) } catch {
                    throw KernelError(.program, code: "observable", error.message)
                }
            }
            var shape: Shape?
            if let dimensions = block.observableShape {
                shape = Shape(written: dimensions)
                guard shape?.count == observables.count else {
                    throw Self.wrong("\(observables.count) observables are no array of shape \(dimensions)")
                }
            }
            // Two that differ are refused later; two that fit must not make more than anybody can wait for.
            if let both = try? (shape ?? Shape([observables.count])).broadcast(with: parameters.shape),
                Shape(written: both.dimensions) == nil
            {
                throw Self.wrong(
                    "observables and parameter sets make an array of shape \(both.dimensions), \(Shape.largestCount) values are possible"
                )
            }
            estimates.append(
                EstimatorPUB(
                    circuit, observables: observables, observableShape: shape, parameters: parameters,
                    shots: block.shots))
        }
        guard samples.isEmpty || estimates.isEmpty else {
            throw Self.wrong("a job samples or estimates; this one asks for both")
        }
        guard let effort = CompilerOptions.Effort(rawValue: effort) else {
            throw Self.wrong("the compiler knows no effort '\(effort)'")
        }
        var request = JobRequest(
            name: name, workload: estimates.isEmpty ? .sample(samples) : .estimate(estimates), device: device,
            shots: shots, seed: seed, mitigation: mitigation, compilerOptions: CompilerOptions(effort: effort),
            source: blocks.first.map { ProgramSource(fileName: $0.file, text: $0.text) })
        if let priority {
            guard let known = UInt8(exactly: priority).flatMap(Priority.init) else {
                throw Self.wrong("there is no priority \(priority)")
            }
            request.priority = known
        }
        if let onRecalibration {
            guard let policy = RecalibrationPolicy(name: onRecalibration) else {
                throw Self.wrong("'\(onRecalibration)' says nothing about recalibration: split, flag or rerun")
            }
            request.onRecalibration = policy
        }
        request.account = account ?? ""
        if let batchShots { request.batchShots = batchShots }
        if let budget { request.budget = budget }
        if let devices, !devices.isEmpty { request.devices = devices }
        // A program that names its sites gets no region to be placed in.
        request.tenancy = request.workload.namesSites || isCompiled == true ? .alone : tenancy ?? .shared
        if isCompiled == true, keepsGates == true {
            throw Self.wrong(
                "the program is compiled already (isCompiled), and its gates are to be kept while it is (keepsGates): one of both"
            )
        }
        if isCompiled == true { request.compilerOptions = CompilerOptions(effort: .fast, rewriting: .verbatim) }
        if keepsGates == true { request.compilerOptions.rewriting = .gateByGate }
        if let deadline { request.deadline = deadline }
        request.weights = PlacementWeights(secondsPerNat: secondsPerNat, secondsPerPrice: secondsPerPrice)
        return request
    }

    fileprivate static func wrong(_ message: String) -> KernelError {
        KernelError(.program, code: "request", message)
    }
}

extension SubmissionDocument.Block {
    /// Programs of the last moments, so that one which is sent again and again is read once.
    private static let recent = Recent<Reading, Circuit>(capacity: 1 << 19)

    private struct Reading: Hashable {
        /// What one account sent tells another nothing, not by the time that it takes either.
        var account: String
        var file: String
        var text: String
        var dialect: String?
        var includes: [String: String]?
    }

    /// - Parameter account: whose programs may be remembered; nil for one that is to be forgotten.
    fileprivate func circuit(keptFor account: String?) throws(KernelError) -> Circuit {
        guard let account else { return try circuit() }
        let reading = Reading(account: account, file: file, text: text, dialect: dialect, includes: includes)
        let size = (includes ?? [:]).reduce(text.utf8.count) { $0 + $1.value.utf8.count }
        return try Self.recent.value(for: reading, weigh: { _ in size + 256 }) { () throws(KernelError) in
            try circuit()
        }
    }

    /// The program as it is read.
    ///
    /// - Throws: `KernelError` of kind `.program` with the diagnostics of a wrong program.
    public func circuit() throws(KernelError) -> Circuit {
        guard let dialect = dialect.map(Dialect.init(rawValue:)) ?? .openQASM else {
            throw SubmissionDocument.wrong("there is no dialect '\(dialect ?? "")'")
        }
        let includes = includes ?? [:]
        let outcome = OpenQASM.parse(
            SourceText(name: file, bytes: Array(text.utf8)), dialect: dialect,
            includes: IncludeReader { path in
                includes[path].map { .bytes(Array($0.utf8)) } ?? .refused("the request does not hold it")
            })
        if let circuit = outcome.circuit { return circuit }
        let errors = outcome.diagnostics.filter { $0.severity == .error }
        throw KernelError(
            .program, code: errors.first?.code.rawValue ?? "program",
            errors.map { $0.rendered(in: outcome.source) }.joined(separator: "\n\n"))
    }

    fileprivate func parameters() throws(KernelError) -> ParameterTable {
        guard let shape = Shape(written: shape) else {
            throw SubmissionDocument.wrong("\(rows.count) parameter sets are no array of shape \(self.shape)")
        }
        var values: [[InputValue]] = []
        for row in rows {
            guard row.count == inputs.count else {
                throw SubmissionDocument.wrong("a set of \(row.count) values for \(inputs.count) inputs")
            }
            var set: [InputValue] = []
            for text in row {
                guard let value = InputValue(text: text) else {
                    throw SubmissionDocument.wrong("'\(text)' is no value for an input")
                }
                set.append(value)
            }
            values.append(set)
        }
        guard shape.count == values.count else {
            throw SubmissionDocument.wrong("\(values.count) parameter sets are no array of shape \(shape.dimensions)")
        }
        return ParameterTable(names: inputs, shape: shape, rows: values)
    }
}

extension RecalibrationPolicy {
    public var name: String {
        switch self {
        case .split: "split"
        case .flag: "flag"
        case .rerun: "rerun"
        }
    }

    public init?(name: String) {
        guard let policy = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = policy
    }
}

/// Why a job failed, as it is kept.
public struct FailureDocument: Hashable, Sendable, Codable {
    public var kind: KernelError.Kind
    public var code: String
    public var message: String
    public var cure: String?

    public init(_ error: KernelError) {
        kind = error.kind
        code = error.code
        message = error.message
        cure = error.cure
    }

    public var error: KernelError { KernelError(kind, code: code, message, cure: cure) }

    public var bytes: [UInt8] { DocumentCoding.encode(self) }
    public init(bytes: [UInt8]) throws(KernelError) { self = try DocumentCoding.decode(bytes) }
}

/// Documents as JSON.
public enum DocumentCoding {
    public static func encode(_ value: some Encodable) -> [UInt8] {
        if let bytes = try? SortedJSON.encode(value) { return bytes }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(value))
        } catch {
            // Documents hold finite numbers and strings alone; a NaN among them is our fault.
            preconditionFailure("a document could not be encoded: \(error)")
        }
    }

    public static func decode<Value: Decodable>(_ bytes: [UInt8]) throws(KernelError) -> Value {
        do {
            return try JSONDecoder().decode(Value.self, from: Data(bytes))
        } catch {
            throw KernelError(
                .system, code: "storage.document", "a stored \(Value.self) cannot be read: \(error)",
                cure: "it was written by another version of Kelvin, or damaged")
        }
    }
}
