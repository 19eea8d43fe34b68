import Circuits
import Hardware
import Kernel
import Storage

extension BraketTask {
    /// `results.json`.
    func results(of job: JobSummary, in call: Call) throws -> [UInt8] {
        let action = try BraketAction(request.action)
        if job.state == .failed, action.isSet, let failure = try call.failure(of: job) {
            return failed(action, failure, job)
        }
        guard job.state == .completed else {
            throw Problem(.notFound, "\(arn) is \(Self.status(job.state)) and has no results")
        }
        let plan = try BraketPlan(action, shots: request.shots)
        let document = try call.results(of: job), tables = request.shots > 0 ? try call.shots(of: job) : []
        return try action.isSet
            ? setResult(action, plan, document, tables, job) : result(action, plan.programs[0], document, tables, job)
    }

    private func result(
        _ action: BraketAction, _ program: BraketProgram, _ document: ResultDocument, _ tables: [ShotTable],
        _ job: JobSummary
    ) throws -> [UInt8] {
        var fields: [String: WireValue] = [
            "braketSchemaHeader": Self.header("gate_model_task_result"),
            "taskMetadata": try metadata(job), "additionalMetadata": additional(action.programs[0], document),
        ]
        guard request.shots > 0 else {
            let outcomes = try program.runs.indices.map { run in
                try Self.exact(program.runs[run], try sample(document, run, 0))
            }
            fields["resultTypes"] = .list(try program.values(outcomes))
            return DocumentCoding.encode(WireValue.object(fields))
        }
        let outcomes = try Self.outcomes(program.runs[0], try sample(document, 0, 0), tables)
        fields["measuredQubits"] = Self.list(outcomes.qubits)
        if !program.requests.isEmpty { fields["resultTypes"] = .list(try program.values([outcomes])) }
        return Self.spliced(fields, outcomes)
    }

    private func setResult(
        _ action: BraketAction, _ plan: BraketPlan, _ document: ResultDocument, _ tables: [ShotTable], _ job: JobSummary
    ) throws -> [UInt8] {
        var parts: [[UInt8]] = [], counts: [WireValue] = []
        for (k, (program, asked)) in zip(plan.programs, action.programs).enumerated() {
            var executables: [[UInt8]] = []
            for row in asked.rows.indices {
                let outcomes = try Self.outcomes(program.runs[0], try sample(document, k, row), tables)
                executables.append(
                    Self.spliced(
                        [
                            "braketSchemaHeader": Self.header("program_set_executable_result"),
                            "inputsIndex": .integer(Int64(row)), "measuredQubits": Self.list(outcomes.qubits),
                        ], outcomes))
            }
            let fields: [String: WireValue] = [
                "braketSchemaHeader": Self.header("program_result"), "source": asked.document,
                "additionalMetadata": .object([:]),
            ]
            parts.append(Self.object(fields, "executableResults", Self.array(executables)))
            counts.append(.object(["executables": .list(asked.rows.map { _ in .object([:]) })]))
        }
        let fields: [String: WireValue] = [
            "braketSchemaHeader": Self.header("program_set_task_result"),
            "taskMetadata": try setMetadata(job, counts, failures: 0),
        ]
        return Self.object(fields, "programResults", Self.array(parts))
    }

    /// A set that failed: every executable says why.
    private func failed(_ action: BraketAction, _ failure: FailureDocument, _ job: JobSummary) -> [UInt8] {
        let reason: WireValue = .object([
            "failureReason": .text(failure.message), "retryable": .bool(failure.kind == .system),
            "category": .text(failure.kind == .program ? "COMPILATION" : "DEVICE"),
        ])
        let programs = action.programs.map { program -> WireValue in
            .object([
                "braketSchemaHeader": Self.header("program_result"), "source": program.document,
                "additionalMetadata": .object([:]),
                "executableResults": .list(
                    program.rows.indices.map {
                        .object([
                            "braketSchemaHeader": Self.header("program_set_executable_failure"),
                            "inputsIndex": .integer(Int64($0)), "failureMetadata": reason,
                        ])
                    }),
            ])
        }
        let counts = action.programs.map { program -> WireValue in
            .object(["executables": .list(program.rows.map { _ in reason })])
        }
        let metadata = try? setMetadata(job, counts, failures: action.executables)
        return DocumentCoding.encode(
            WireValue.object([
                "braketSchemaHeader": Self.header("program_set_task_result"), "programResults": .list(programs),
                "taskMetadata": metadata ?? .null,
            ]))
    }

    /// What a block of the job gave for a row of its inputs.
    private func sample(_ document: ResultDocument, _ block: Int, _ row: Int) throws -> SampleDocument {
        guard document.results.indices.contains(block), let samples = document.results[block].samples,
            samples.indices.contains(row)
        else { throw Problem(.fault, "\(arn) has no samples of its block \(block)") }
        return samples[row]
    }

    private static func outcomes(
        _ run: BraketProgram.Run, _ sample: SampleDocument, _ tables: [ShotTable]
    ) throws -> BraketOutcomes {
        guard tables.indices.contains(sample.program) else { throw Problem(.fault, "the shots are not kept") }
        let table = tables[sample.program]
        return BraketOutcomes(
            qubits: run.qubits, shots: (0..<table.shots).map { shot in run.bits.map { table.bit($0, of: shot) } })
    }

    /// The exact distribution over the last register, which measures for the results.
    private static func exact(_ run: BraketProgram.Run, _ sample: SampleDocument) throws -> BraketOutcomes {
        guard let exact = sample.exact else {
            throw Problem(.fault, "the exact distribution of a program was not calculated")
        }
        return BraketOutcomes(
            qubits: run.qubits,
            exact: exact.sorted { $0.key < $1.key }.map { outcome, probability in
                let bits = outcome.split(separator: " ").last ?? ""
                return (bits.utf8.reversed().map { $0 & 1 }, probability)
            })
    }
}

// Their parts.
extension BraketTask {
    private static func header(_ name: String) -> WireValue {
        .object(["name": .text("braket.task_result.\(name)"), "version": .text("1")])
    }

    private static func list(_ numbers: [Int]) -> WireValue { .list(numbers.map { .integer(Int64($0)) }) }

    private func times(_ job: JobSummary) throws -> [String: WireValue] {
        var fields: [String: WireValue] = [
            "id": .text(arn), "deviceId": .text(request.deviceArn), "createdAt": .text(Timestamp.precise(created)),
            "endedAt": .text(Timestamp.precise(job.updated)), "status": .text(Self.status(job.state)),
        ]
        if let parameters = try BraketDeviceParameters(request.deviceParameters).document {
            fields["deviceParameters"] = parameters
        }
        return fields
    }

    private func metadata(_ job: JobSummary) throws -> WireValue {
        var fields = try times(job)
        fields["braketSchemaHeader"] = Self.header("task_metadata")
        fields["shots"] = .integer(Int64(request.shots))
        return .object(fields)
    }

    private func setMetadata(_ job: JobSummary, _ programs: [WireValue], failures: Int) throws -> WireValue {
        var fields = try times(job)
        fields["braketSchemaHeader"] = Self.header("program_set_task_metadata")
        fields["requestedShots"] = .integer(Int64(request.shots))
        fields["successfulShots"] = .integer(failures == 0 ? Int64(request.shots) : 0)
        fields["programMetadata"] = .list(programs)
        fields["totalFailedExecutables"] = .integer(Int64(failures))
        return .object(fields)
    }

    /// The program, and what became of it: how long it took, or what ran.
    private func additional(_ program: BraketAction.Program, _ document: ResultDocument) -> WireValue {
        var fields: [String: WireValue] = ["action": program.document]
        if BraketARN(request.deviceArn)?.device?.isSimulator == true {
            let seconds = document.timing?.steps.reduce(0) { $0 + $1.busySeconds } ?? 0
            fields["simulatorMetadata"] = .object([
                "braketSchemaHeader": Self.header("simulator_metadata"),
                "executionDuration": .integer(Int64((seconds * 1000).rounded(.up))),
            ])
        } else if let compiled = document.programs.first?.compiled {
            fields["iqmMetadata"] = .object([
                "braketSchemaHeader": Self.header("iqm_metadata"), "compiledProgram": .text(compiled),
            ])
        }
        return .object(fields)
    }

    /// The fields with `measurements`, a list a shot: too many to be anything but bytes.
    private static func spliced(_ fields: [String: WireValue], _ outcomes: BraketOutcomes) -> [UInt8] {
        // Braket's schema has no empty list here.
        if outcomes.rows.isEmpty || outcomes.qubits.isEmpty { return DocumentCoding.encode(WireValue.object(fields)) }
        var bytes: [UInt8] = [UInt8(ascii: "[")]
        bytes.reserveCapacity(outcomes.rows.count * (2 * outcomes.qubits.count + 2) + 2)
        for (k, row) in outcomes.rows.enumerated() {
            if k > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(UInt8(ascii: "["))
            for (place, bit) in row.enumerated() {
                if place > 0 { bytes.append(UInt8(ascii: ",")) }
                bytes.append(UInt8(ascii: "0") + bit)
            }
            bytes.append(UInt8(ascii: "]"))
        }
        bytes.append(UInt8(ascii: "]"))
        return object(fields, "measurements", bytes)
    }

    private static func array(_ items: [[UInt8]]) -> [UInt8] {
        Array("[".utf8) + Array(items.joined(separator: [UInt8(ascii: ",")])) + Array("]".utf8)
    }

    /// An object with one more field, which is JSON already; there are others.
    private static func object(_ fields: [String: WireValue], _ name: String, _ json: [UInt8]) -> [UInt8] {
        Array("{\"\(name)\":".utf8) + json + Array(",".utf8)
            + DocumentCoding.encode(WireValue.object(fields)).dropFirst()
    }
}
