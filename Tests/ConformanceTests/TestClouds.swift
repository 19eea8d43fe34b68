import Circuits
import Foundation
import Hardware
import Languages
import Synchronization

@testable import Drivers

/// Runs a circuit on the ideal machine and waits.
func idealShots(_ circuit: Circuit, shots: Int, on device: any Device = IdealDevice(), seed: UInt64) -> RawResult? {
    let executable = Executable(
        deviceID: device.description.id, calibrationID: (try? device.calibration())?.id ?? "", circuit: circuit,
        schedule: nil, initialLayout: [], finalLayout: [])
    let done = DispatchSemaphore(value: 0)
    let result = Mutex<RawResult?>(nil)
    Task.detached {
        let value = try? await device.run(executable, shots: shots, seed: seed, progress: nil)
        result.withLock { $0 = value }
        done.signal()
    }
    done.wait()
    return result.withLock { $0 }
}

func parsed(_ text: String) -> JSONNode {
    let bytes = Array(text.utf8)
    return (try? bytes.withUnsafeBufferPointer { buffer throws(DeviceFileFault) in try JSONParser.parse(buffer) })
        ?? .null
}

/// Jobs of a server, by number.
final class JobBook: Sendable {
    private let jobs = Mutex<[JSONNode]>([])
    private let cancelled = Mutex<Set<Int>>([])

    func add(_ body: String) -> Int {
        jobs.withLock {
            $0.append(parsed(body))
            return $0.count - 1
        }
    }
    func job(_ number: Int) -> JSONNode { jobs.withLock { $0[number] } }
    func cancel(_ number: Int) { cancelled.withLock { _ = $0.insert(number) } }
    func isCancelled(_ number: Int) -> Bool { cancelled.withLock { $0.contains(number) } }

    /// The number after `marker` in a path.
    static func number(_ path: String, after marker: String) -> Int? {
        guard let range = path.range(of: marker) else { return nil }
        return Int(path[range.upperBound...].prefix { $0.isNumber })
    }
}

/// IonQ's interface v0.4, as far as a client of circuits needs it.
struct IonQCloud: Sendable {
    private let book = JobBook()

    func answer(_ request: LoopbackServer.Request) -> LoopbackServer.Answer {
        guard request.headers["authorization"]?.hasPrefix("apiKey ") == true else {
            return .json("{\"error\": {\"message\": \"bad key\"}}", status: 401)
        }
        if request.method == "POST", request.path == "/v0.4/jobs" {
            return .json("{\"id\": \"job-\(book.add(request.body))\", \"status\": \"submitted\"}")
        }
        if request.path.hasSuffix("/characterizations?limit=1") {
            return .json(
                """
                {"characterizations": [{"backend": "qpu.test", "date": "2026-11-22T00:00:00Z", "qubits": 5,
                "fidelity": {"1q": {"median": 0.999}, "2q": {"median": 0.99}, "spam": {"median": 0.99}},
                "timing": {"1q": 0.0001, "2q": 0.001, "readout": 0.0001, "reset": 1e-05, "t1": 100, "t2": 1}}]}
                """)
        }
        guard let number = JobBook.number(request.path, after: "/jobs/job-") else {
            return .json("{\"backend\": \"qpu.test\", \"qubits\": 5, \"status\": \"available\"}")
        }
        if request.path.hasSuffix("/status/cancel") {
            book.cancel(number)
            return .json("{\"status\": \"canceled\"}")
        }
        let job = book.job(number)
        guard request.path.hasSuffix("/results/shots") else {
            let status = book.isCancelled(number) ? "canceled" : "completed"
            return .json(
                "{\"id\": \"job-\(number)\", \"status\": \"\(status)\", \"execution_duration_ms\": 7, "
                    + "\"results\": {\"shots\": {\"url\": \"/v0.4/jobs/job-\(number)/results/shots\"}}}")
        }
        guard let result = shots(of: job) else { return .json("{\"message\": \"unknown gate\"}", status: 400) }
        return .json("[" + result.map { "\($0)" }.joined(separator: ", ") + "]")
    }

    /// The meaning of the gates is IonQ's documentation's, written down here by their matrices' names.
    private func shots(of job: JSONNode) -> [UInt64]? {
        guard let input = job.member("input"), let qubits = input.integer("qubits"), let shots = job.integer("shots")
        else { return nil }
        let names: [String: StandardGate] = [
            "x": .x, "y": .y, "z": .z, "h": .h, "s": .s, "si": .sdg, "t": .t, "ti": .tdg, "v": .sx, "vi": .sxdg,
            "rx": .rx, "ry": .ry, "rz": .rz, "xx": .rxx, "yy": .ryy, "zz": .rzz,
        ]
        var circuit = Circuit(qubitCount: qubits, bitCount: qubits)
        for gate in input.list("circuit") ?? [] {
            guard let name = gate.string("gate"), let known = names[name] else { return nil }
            func numbers(_ key: String) -> [Int] {
                (gate.list(key) ?? []).compactMap { if case .number(let value) = $0.kind { Int(value) } else { nil } }
            }
            let controls = numbers("controls")
            if controls.isEmpty {
                circuit.append(known, numbers("targets"), gate.double("rotation").map { [$0] } ?? [])
            } else {
                circuit.append(.cx, controls + numbers("targets"))
            }
        }
        circuit.measureAll()
        return idealShots(circuit, shots: shots, seed: 11)?.shots.compactMap(\.unsigned)
    }
}

/// IQM's interface, as far as a client of circuits needs it.
struct IQMCloud: Sendable {
    private let book = JobBook()

    func answer(_ request: LoopbackServer.Request) -> LoopbackServer.Answer {
        let path = request.path
        if path == "/api/v1/quantum-computers" {
            return .json(
                "{\"quantum_computers\": [{\"id\": \"8feb\", \"alias\": \"star\", \"display_name\": \"Star\"}]}")
        }
        if path.hasSuffix("/dynamic-quantum-architecture") {
            return .json(
                """
                {"calibration_set_id": "cd4dd889", "qubits": ["QB1", "QB2", "QB3"], "computational_resonators": [],
                 "gates": {
                   "prx": {"implementations": {"drag": {"loci": [["QB1"], ["QB2"], ["QB3"]]}}},
                   "cz": {"implementations": {"tgss": {"loci": [["QB2", "QB1"], ["QB2", "QB3"]]}}},
                   "measure": {"implementations": {"constant": {"loci": [["QB1"], ["QB2"], ["QB3"]]}}}}}
                """)
        }
        if path.hasSuffix("/metrics") { return .json("{\"message\": \"not found\"}", status: 404) }
        if path.hasSuffix("/health") { return .json("{\"status\": \"ok\"}") }
        if request.method == "POST", path.hasPrefix("/api/v1/jobs/star/circuit") {
            return .json("{\"id\": \"\(book.add(request.body))\", \"status\": \"waiting\"}")
        }
        guard let number = JobBook.number(path, after: "/api/v1/jobs/") else { return .json("{}", status: 404) }
        if path.hasSuffix("/cancel") {
            book.cancel(number)
            return .json("{}")
        }
        guard path.hasSuffix("/artifacts/measurements") else {
            let status = book.isCancelled(number) ? "cancelled" : "completed"
            return .json("{\"id\": \"\(number)\", \"status\": \"\(status)\", \"errors\": []}")
        }
        return measurements(of: book.job(number)).map { .json($0) }
            ?? .json("{\"message\": \"bad circuit\"}", status: 400)
    }

    private func measurements(of job: JSONNode) -> String? {
        guard let instructions = job.list("circuits")?.first?.list("instructions"), let shots = job.integer("shots")
        else { return nil }
        var keys: [String] = []
        var circuit = Circuit(qubitCount: 3, bitCount: instructions.count)
        for instruction in instructions {
            let locus = (instruction.list("locus") ?? []).compactMap { node -> Int? in
                if case .string(let name) = node.kind { Int(name.dropFirst(2)).map { $0 - 1 } } else { nil }
            }
            let arguments = instruction.member("args")
            switch instruction.string("name") {
            case "prx":
                guard let angle = arguments?.double("angle"), let phase = arguments?.double("phase") else { return nil }
                circuit.append(.r, locus, [angle, phase])
            case "cz":
                // The machine has the gate at its published loci alone.
                guard locus == [1, 0] || locus == [1, 2] else { return nil }
                circuit.append(.cz, locus)
            case "measure":
                guard let key = arguments?.string("key") else { return nil }
                circuit.measure(locus[0], into: keys.count)
                keys.append(key)
            default: return nil
            }
        }
        guard let result = idealShots(circuit, shots: shots, seed: 12) else { return nil }
        let columns = keys.enumerated().map { k, key in
            "\"\(key)\": [" + result.shots.map { $0[k] ? "[1]" : "[0]" }.joined(separator: ", ") + "]"
        }
        return "[{" + columns.joined(separator: ", ") + "}]"
    }
}

/// Kelvin's own interface for federation (Docs/federation.md).
struct KelvinCloud: Sendable {
    private let book = JobBook()
    private let file: DeviceFile
    private let device: any Device

    init(device: String) throws {
        file = try DeviceCatalog().file(device)
        self.device = EmulatedDevice(file)
    }

    func answer(_ request: LoopbackServer.Request) -> LoopbackServer.Answer {
        if request.path.hasPrefix("/v1/devices/") {
            return .json("{\"status\": \"online\", \"device\": \(file.text)}")
        }
        if request.method == "POST" {
            guard request.headers["idempotency-key"] != nil else { return .json("{}", status: 400) }
            return .json("{\"id\": \"\(book.add(request.body))\", \"status\": \"queued\"}", status: 202)
        }
        guard let number = JobBook.number(request.path, after: "/v1/jobs/") else { return .json("{}", status: 404) }
        if request.method == "DELETE" {
            book.cancel(number)
            return .json("{\"status\": \"cancelled\"}")
        }
        guard request.path.hasSuffix("/result") else {
            let status = book.isCancelled(number) ? "cancelled" : "done"
            return .json("{\"id\": \"\(number)\", \"status\": \"\(status)\"}")
        }
        return result(of: book.job(number)).map { .json($0) } ?? .json("{\"message\": \"bad program\"}", status: 422)
    }

    private func result(of job: JSONNode) -> String? {
        guard job.string("device") == file.description.id, job.string("calibration") == file.calibration.id,
            let text = job.string("program"), let shots = job.integer("shots"),
            let seed = job.string("seed").flatMap({ UInt64($0) }),
            let circuit = OpenQASM.parse(SourceText(name: "job", bytes: Array(text.utf8))).circuit,
            let raw = idealShots(circuit, shots: shots, on: device, seed: seed)
        else { return nil }
        var counts: [String: Int] = [:]
        for shot in raw.shots {
            let words = circuit.bitRegisters.map { shot[$0.start..<$0.start + $0.count].description }
            counts[words.joined(separator: " "), default: 0] += 1
        }
        let registers = circuit.bitRegisters.map {
            JSONNode.object([("name", .text($0.name)), ("size", .integer($0.count))])
        }
        return JSONNode.object([
            ("format", .text("kelvin-result/1")),
            (
                "results",
                .list([
                    .object([
                        ("kind", .text("samples")),
                        (
                            "samples",
                            .list([
                                .object([
                                    ("registers", .list(registers)),
                                    ("counts", .object(counts.map { ($0.key, .integer($0.value)) })),
                                ])
                            ])
                        ),
                    ])
                ])
            ),
            (
                "programs",
                .list([
                    .object([
                        ("method", .text(raw.method)), ("emulated", .flag(raw.isEmulated)),
                        ("deviceSeconds", .number(raw.deviceTime.value)), ("notes", .list([])),
                    ])
                ])
            ),
        ]).compactText
    }
}
