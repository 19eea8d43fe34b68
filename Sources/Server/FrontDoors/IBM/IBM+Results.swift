import Foundation
import Hardware
import Kernel
import Languages
import Storage

// Results as Qiskit's classes are written in JSON, as arrays of bits, and plain.
extension Call {
    /// The result of the job of the path as text, whatever it says of its type: so do IBM's clients read it.
    func resultsForIBM() throws -> Answer {
        let record = try record, kept: IBM.Job = try DocumentCoding.decode(record.bytes)
        guard let job = try summary(of: record) else { throw Problem(.notFound, "\(record.name) was deleted") }
        switch job.state {
        case .completed: break
        case .failed: return .text(try failure(of: job)?.message ?? "the job failed")
        case .cancelled: return .text("the job was cancelled")
        case .paused: return .text("the job has used up the time that it may take, or was paused; it can be resumed")
        default: throw Problem(.unfinished, "\(record.name) is \(IBM.status(job).lowercased())")
        }
        let text: String
        if kept.isPrivate {
            // Another reader may be as far: whose turn it is decides who gets it.
            let isThere = try service.storage.snapshot { store throws(KernelError) in
                try store.document(.result, of: job.job, number: 0) != nil
            }
            let written = isThere ? try result(kept, of: job) : ""
            try giveOut(job) { _ throws(KernelError) in () }
            text = written
        } else {
            text = try result(kept, of: job)
        }
        return .text(text)
    }

    private func result(_ kept: IBM.Job, of job: JobSummary) throws -> String {
        let document = try results(of: job)
        guard document.results.count == kept.blocks.count else {
            throw Problem(.fault, "\(job.job) gave \(document.results.count) answers to \(kept.blocks.count) questions")
        }
        switch kept.program {
        case "estimator": return IBM.estimates(document, kept)
        case "executor": return try IBM.execution(document, try shots(of: job), kept, at: job.updated)
        default: return try IBM.samples(document, try shots(of: job), kept)
        }
    }
}

extension IBM {
    private static func object(_ type: String, _ value: JSONNode) -> JSONNode {
        .object([("__type__", .text(type)), ("__value__", value)])
    }

    private static func packed(_ bytes: [UInt8]) -> JSONNode { .text(Data(Zlib.store(bytes)).base64EncodedString()) }

    private static func array(_ file: [UInt8]) -> JSONNode { object("ndarray", packed(file)) }

    private static func integers(_ list: [Int]) -> JSONNode { .list(list.map { .integer($0) }) }

    private static func dataBin(_ fields: [(String, JSONNode)], shape: [Int]) -> JSONNode {
        object(
            "DataBin",
            .object([
                ("field_names", .list(fields.map { .text($0.0) })), ("shape", integers(shape)),
                ("fields", .object(fields)),
            ]))
    }

    private static func circuitMetadata(_ block: Block) -> (String, JSONNode) {
        ("circuit_metadata", (try? JSONNode.body(Array(block.metadata.utf8))) ?? .object([]))
    }

    /// Where the figures come from, and how far to believe them.
    private static func origin(_ document: ResultDocument) -> (String, JSONNode) {
        (
            "kelvin",
            .object([
                ("device", .text(document.device.id)), ("emulated", .flag(document.device.emulated)),
                ("calibration", .text(document.device.calibration)), ("seed", .text("\(document.seed)")),
                ("trust", .text(document.trust.grade.rawValue)),
                ("notes", .list(document.notes.map { .text($0) })),
            ])
        )
    }

    private static func primitive(_ answers: [JSONNode], _ document: ResultDocument) -> String {
        object(
            "PrimitiveResult",
            .object([
                ("pub_results", .list(answers)),
                ("metadata", .object([("version", .integer(2)), origin(document)])),
            ])
        ).compactText
    }

    // MARK: Sampler

    /// Shots that every set of values has: a machine that notices a loss has fewer than asked for.
    private static func shots(_ tables: [ShotTable]) -> Int { tables.map(\.shots).min() ?? 0 }

    static func samples(_ document: ResultDocument, _ tables: [ShotTable], _ job: Job) throws -> String {
        let answers = try zip(job.blocks, document.results).map { block, answer -> JSONNode in
            let own = try self.tables(answer, tables, block)
            let count = shots(own)
            if !job.isForQiskit { return plain(own, block) }
            let fields = block.registers.dropLast(block.looseBits).enumerated().map { place, register in
                (
                    register.name,
                    object(
                        "BitArray",
                        .object([
                            ("array", array(bytes(of: place, register.size, own, count, block.shape))),
                            ("num_bits", .integer(register.size)),
                        ]))
                )
            }
            return object(
                "SamplerPubResult",
                .object([
                    ("data", dataBin(fields, shape: block.shape)),
                    ("metadata", .object([("shots", .integer(count)), circuitMetadata(block)])),
                ]))
        }
        guard job.isForQiskit else {
            return JSONNode.object([
                ("results", .list(answers)),
                ("metadata", .object([("version", .integer(2)), origin(document)])),
            ]).compactText
        }
        return primitive(answers, document)
    }

    /// The outcomes for each set of values.
    private static func tables(
        _ answer: BlockDocument, _ tables: [ShotTable], _ block: Block
    ) throws -> [ShotTable] {
        let own = try (answer.samples ?? []).map { sample in
            guard sample.program < tables.count else { throw Problem(.fault, "a sample belongs to no program") }
            return tables[sample.program]
        }
        guard own.allSatisfy({ $0.registers.count == block.registers.count }) else {
            throw Problem(.fault, "outcomes have other registers than their program")
        }
        return own
    }

    /// A register's outcomes as a `BitArray` has them: each shot in whole bytes, the highest first, bit 0 last.
    private static func bytes(
        of register: Int, _ size: Int, _ tables: [ShotTable], _ count: Int, _ shape: [Int]
    ) -> [UInt8] {
        let width = (size + 7) / 8
        var bytes = [UInt8](repeating: 0, count: tables.count * count * width)
        var place = 0
        for table in tables {
            let start = table.registers[register].start
            for shot in 0..<count {
                for bit in 0..<size where table.bit(start + bit, of: shot) == 1 {
                    bytes[place + width - 1 - bit / 8] |= 1 << UInt8(bit % 8)
                }
                place += width
            }
        }
        return NumPyArray.file(bytes, shape: shape + [count, width])
    }

    /// As IBM answers clients without Qiskit: each shot as a hexadecimal number.
    private static func plain(_ tables: [ShotTable], _ block: Block) -> JSONNode {
        let fields = block.registers.dropLast(block.looseBits).enumerated().map { place, register in
            let lists = tables.map { table -> JSONNode in
                let start = table.registers[place].start
                return .list(
                    (0..<table.shots).map { shot in
                        var digits = "", bit = (register.size + 3) / 4 * 4
                        while bit > 0 {
                            bit -= 4
                            let digit = (bit..<min(bit + 4, register.size)).reduce(0) {
                                $0 | Int(table.bit(start + $1, of: shot)) << ($1 - bit)
                            }
                            if !digits.isEmpty || digit > 0 || bit == 0 { digits += String(digit, radix: 16) }
                        }
                        return .text("0x" + (digits.isEmpty ? "0" : digits))
                    })
            }
            let samples: JSONNode = block.shape.isEmpty ? lists.first ?? .list([]) : nest(lists[...], block.shape[...])
            return (register.name, JSONNode.object([("samples", samples), ("num_bits", .integer(register.size))]))
        }
        return .object([("data", .object(fields)), ("metadata", .object([("shots", .integer(shots(tables)))]))])
    }

    private static func nest(_ items: ArraySlice<JSONNode>, _ shape: ArraySlice<Int>) -> JSONNode {
        guard let first = shape.first else { return items.first ?? .null }
        guard first > 0 else { return .list([]) }
        let size = items.count / first
        return .list(
            (0..<first).map { k in
                let start = items.startIndex + k * size
                return nest(items[start..<start + size], shape.dropFirst())
            })
    }

    // MARK: Estimator

    static func estimates(_ document: ResultDocument, _ job: Job) -> String {
        let answers = zip(job.blocks, document.results).map { block, answer -> JSONNode in
            let estimates = answer.estimates ?? []
            let values = estimates.map(\.value), errors = estimates.map(\.standardError)
            let metadata: [(String, JSONNode)] = [
                ("shots", .integer(block.shots)), ("target_precision", .number(block.precision ?? 0)),
                circuitMetadata(block), ("resilience", .object([])),
            ]
            guard job.isForQiskit else {
                func list(_ numbers: [Double]) -> JSONNode { nest(numbers.map { .number($0) }[...], block.shape[...]) }
                return .object([
                    ("data", .object([("evs", list(values)), ("stds", list(errors))])), ("metadata", .object(metadata)),
                ])
            }
            let spread = array(NumPyArray.file(errors, shape: block.shape))
            return object(
                "PubResult",
                .object([
                    (
                        "data",
                        dataBin(
                            [
                                ("evs", array(NumPyArray.file(values, shape: block.shape))), ("stds", spread),
                                ("ensemble_standard_error", spread),
                            ], shape: block.shape)
                    ), ("metadata", .object(metadata)),
                ]))
        }
        guard job.isForQiskit else {
            return JSONNode.object([
                ("results", .list(answers)),
                ("metadata", .object([("version", .integer(2)), origin(document)])),
            ]).compactText
        }
        return primitive(answers, document)
    }

    // MARK: Executor

    /// Bits along the registers, shots and arguments, packed eight a byte, the lowest first.
    static func execution(
        _ document: ResultDocument, _ tables: [ShotTable], _ job: Job, at end: Double
    ) throws -> String {
        var parts: [JSONNode] = []
        let answers = try zip(job.blocks, document.results).enumerated().map { index, pair -> JSONNode in
            let (block, answer) = pair
            let own = try self.tables(answer, tables, block)
            let count = shots(own)
            let fields = block.registers.dropLast(block.looseBits).enumerated().map { place, register in
                var bits = [UInt8](repeating: 0, count: (own.count * count * register.size + 7) / 8), next = 0
                for table in own {
                    let start = table.registers[place].start
                    for shot in 0..<count {
                        for bit in 0..<register.size {
                            bits[next / 8] |= table.bit(start + bit, of: shot) << UInt8(next % 8)
                            next += 1
                        }
                    }
                }
                return (
                    register.name,
                    JSONNode.object([
                        ("data", packed(bits)), ("shape", integers(block.shape + [count, register.size])),
                        ("dtype", .text("bool")),
                    ])
                )
            }
            parts.append(
                .object([
                    ("idx_item", .integer(index)), ("size", .integer(own.count)), ("permutation", .list([])),
                    ("element_range", integers([0, own.count, 1])),
                ]))
            return .object([("results", .object(fields)), ("metadata", .object([]))])
        }
        let begin = document.timing?.steps.first?.start ?? Timestamp.precise(end)
        let chunk = JSONNode.object([
            ("start", .text(begin)), ("stop", .text(Timestamp.precise(end))), ("parts", .list(parts)),
        ])
        let head = JSONNode.object([
            ("schema_version", .text("v2.0")), ("data", .list(answers)),
            ("metadata", .object([("chunk_timing", .list([chunk]))])),
            ("semantic_role", job.role.map { .text($0) } ?? .null),
        ]).compactText
        // What was sent along goes back as it was written.
        return head.dropLast() + ", \"passthrough_data\": \(job.passthrough ?? "null")}"
    }
}
