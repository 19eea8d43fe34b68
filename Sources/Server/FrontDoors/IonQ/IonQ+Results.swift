import Kernel
import Storage

extension Call {
    /// Outcome, as a decimal number whose bit k is qubit k, to probability; of several circuits in their order.
    func ionQProbabilities() throws -> Answer {
        try checkQuery("sharpen")
        if try query("sharpen")?.lowercased() == "true" {
            throw Problem(
                .badRequest, "sharpen: it chooses among results of IonQ's debiasing, which Kelvin does not have",
                cure: "leave it out")
        }
        let (kept, job) = try finishedIonQ()
        guard kept.type != IonQSubmission.Kind.qasm3.rawValue else {
            throw Problem(.notFound, "the results of this job are in registers", cure: "follow 'results' of the job")
        }
        let results = try results(of: job).results
        guard let children = kept.children else {
            return .bytes(Self.histogram(results[kept.block].samples?.first).utf8.map { $0 })
        }
        // Clients rely on the order of the members.
        let members = zip(children, results).map { "\"\($0)\":" + Self.histogram($1.samples?.first) }
        return .bytes(Array("{\(members.joined(separator: ","))}".utf8))
    }

    /// The outcome of each shot, as a decimal number.
    func ionQShots() throws -> Answer {
        let (kept, job) = try finishedIonQ()
        guard kept.type == IonQSubmission.Kind.circuit.rawValue else {
            throw Problem(.notFound, "this job has no shots of its own", cure: "ask for those of its children")
        }
        let table = try shots(of: job, block: kept.block)
        let outcomes = (0..<table.shots).map { DecimalText.of(bits: table.row($0)) }
        return .bytes(Array("[\(outcomes.joined(separator: ","))]".utf8))
    }

    /// The registers of each shot of an OpenQASM job.
    func ionQArtifact() throws -> Answer {
        let (kept, job) = try finishedIonQ()
        let artifact = try parameter("artifact")
        guard artifact == "shots", kept.type == IonQSubmission.Kind.qasm3.rawValue else {
            throw Problem(.notFound, "there is no artifact \(artifact.clipped)")
        }
        let table = try shots(of: job, block: kept.block)
        struct Shot: Encodable {
            var registers: [String: [UInt8]]
        }
        let all = (0..<table.shots).map { shot in
            Shot(
                registers: Dictionary(
                    table.registers.map { ($0.name, table.row(shot, of: $0)) }, uniquingKeysWith: { $1 }))
        }
        return .json(["shots": all])
    }

    private func finishedIonQ() throws -> (IonQRecord, JobSummary) {
        let record = try record
        guard let job = try summary(of: record) else { throw IonQDoor.gone(record) }
        _ = try results(of: job)
        return (try IonQRecord(record), job)
    }

    private func shots(of job: JobSummary, block: Int) throws -> ShotTable {
        let program = try results(of: job).results[block].samples?.first?.program
        let tables = try shots(of: job)
        guard let program, tables.indices.contains(program) else { throw Problem(.fault, "\(job.job) has no shots") }
        return tables[program]
    }

    /// Exact where the machine knows the distribution, else frequencies.
    private static func histogram(_ sample: SampleDocument?) -> String {
        guard let sample else { return "{}" }
        var shares = sample.exact ?? [:]
        if sample.exact == nil {
            let total = Double(max(1, sample.counts.values.reduce(0, +)))
            shares = sample.counts.mapValues { Double($0) / total }
        }
        let members = shares.sorted { $0.key < $1.key }.map { outcome, share in
            let bits = outcome.utf8.reversed().filter { $0 != 0x20 }.map { $0 & 1 }
            return "\"\(DecimalText.of(bits: bits))\":\(share)"
        }
        return "{\(members.joined(separator: ","))}"
    }
}

/// Whole numbers of any length.
enum DecimalText {
    /// The number with these bits, bit 0 first, in decimal digits.
    static func of(bits: [UInt8]) -> String {
        if bits.count < 64 {
            return "\(bits.reversed().reduce(UInt64(0)) { $0 << 1 | UInt64($1) })"
        }
        // Digits, the last first; doubled for each bit from above.
        var digits: [UInt8] = [0]
        for bit in bits.reversed() {
            var carry = bit
            for k in digits.indices {
                let value = digits[k] * 2 + carry
                (digits[k], carry) = (value % 10, value / 10)
            }
            if carry > 0 { digits.append(carry) }
        }
        return String(decoding: digits.reversed().map { $0 + 0x30 }, as: UTF8.self)
    }
}
