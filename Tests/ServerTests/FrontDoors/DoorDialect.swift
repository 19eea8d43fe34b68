import Foundation
import HTTPTypes
import Storage
import Testing

@testable import Server

/// What a test must know of a door to go in and out as its SDK does: where the token stands, what a refusal looks like, and how
/// a job is handed in.
struct DoorDialect {
    let door: FrontDoor
    let service: TestService
    private static let qasm =
        "OPENQASM 3.0; include \"stdgates.inc\"; qubit[1] q; bit[1] c; h q[0]; c[0] = measure q[0];"
    static let braketIdeal = "arn:aws:braket:::device/quantum-simulator/kelvin/ideal"

    /// Sends a request with a token where the door's SDK puts it.
    func send(_ route: Route, _ path: String, token: String?, body: String?) async throws -> HTTPAnswer {
        let method = route.method.rawValue
        var headers: [(String, String)] = []
        if let token {
            switch door.name {
            case "ionq": headers = [("Authorization", "apiKey \(token)")]
            case "qbraid": headers = [("X-Api-Key", token)]
            case "oqtopus": headers = [("q-api-token", token)]
            case "azure": headers = [("x-ms-quantum-api-key", token)]
            case "braket":
                let isS3 = ["Bucket", "Object"].contains { route.operation.hasSuffix($0) }
                let name = isS3 ? "s3" : route.operation.contains("identify") ? "sts" : "braket"
                headers = AWSSigner.headers(method, path, body: body ?? "", service: name, token: token)
            case "aqt", "iqm", "mqss", "ibm": headers = [("Authorization", "Bearer \(token)")]
            default: Issue.record("nobody knows where the token stands at the door \(door.name)")
            }
        }
        return try await service.send(method, path, body: body, headers: headers)
    }

    /// Whether an answer is a refusal from which the door's SDK makes its exception.
    func isRefusal(_ answer: HTTPAnswer) -> Bool {
        guard answer.status >= 400 else { return false }
        let object = answer.object
        switch door.name {
        case "ionq": return object["statusCode"] as? Int == answer.status && object["message"] is String
        case "qbraid":
            return object["success"] as? Bool == false && object["message"] is String
                && (object["error"] as? [String: Any])?["code"] is String
        case "aqt":
            return object["detail"] is String && (object["response"] as? [String: Any])?["status"] as? String == "error"
        case "iqm": return object["message"] is String && object["error_code"] is String
        case "mqss": return object["error"] is String && object["message"] is String
        case "oqtopus": return object["error"] is String && answer.status != 400
        case "braket":
            return answer.headers["x-amzn-errortype"] != nil
                && (object["message"] is String || answer.text.contains("<Code>"))
        case "azure":
            return (object["error"] as? [String: Any])?["code"] is String
                || answer.headers["x-ms-error-code"] != nil && answer.text.contains("<Error><Code>")
        case "ibm":
            let first = (object["errors"] as? [[String: Any]])?.first
            return first?["message"] is String && first?["code"] is Int || object["errorCode"] is String
        default: return false
        }
    }

    /// What a job is handed in with, by the operation; nil for operations that take none.
    static func submission(_ operation: String, container: String = "") -> String? {
        func json(_ value: [String: Any]) -> String {
            String(
                decoding: (try? JSONSerialization.data(withJSONObject: value, options: .sortedKeys)) ?? Data(),
                as: UTF8.self)
        }
        let ions: [String: Any] = [
            "repetitions": 10, "number_of_qubits": 1,
            "quantum_circuit": [
                ["operation": "R", "qubit": 0, "theta": 0.5, "phi": 0.0], ["operation": "MEASURE"],
            ],
        ]
        return switch operation {
        case "ionq.submitJob":
            json([
                "type": "ionq.circuit.v1", "backend": "simulator", "shots": 10,
                "input": ["qubits": 1, "gateset": "qis", "circuit": [["gate": "h", "target": 0]]],
            ])
        case "qbraid.submitJob":
            json(["deviceQrn": "ideal", "shots": 10, "program": ["format": "qasm3", "data": qasm]])
        case "aqt.submitCircuit": json(ions)
        case "aqt.submitJob": json(["job_type": "quantum_circuit", "payload": ["circuits": [ions]]])
        case "iqm.submitCircuits":
            json([
                "shots": 10,
                "circuits": [
                    [
                        "name": "c",
                        "instructions": [
                            ["name": "prx", "locus": ["QB1"], "args": ["angle": 0.5, "phase": 0.0]],
                            ["name": "measure", "locus": ["QB1"], "args": ["key": "m"]],
                        ],
                    ]
                ],
            ])
        case "mqss.submitJob":
            json([
                "circuit": "['OPENQASM 2.0; include \"qelib1.inc\"; qreg q[1]; creg c[1]; h q[0]; measure q -> c;']",
                "circuit_format": "qasm", "resource_name": "ideal", "shots": 10,
            ])
        case "oqtopus.submitJob": json(["device_id": "ideal", "job_type": "sampling", "shots": 10])
        case "oqtopus.registerJob": ""
        case "braket.createTask":
            json([
                "deviceArn": braketIdeal, "shots": 10, "outputS3Bucket": "bucket", "outputS3KeyPrefix": "prefix",
                "clientToken": UUID().uuidString,
                "action": json([
                    "braketSchemaHeader": ["name": "braket.ir.openqasm.program", "version": "1"],
                    "source": "OPENQASM 3.0; qubit[1] q; bit[1] c; h q[0]; c[0] = measure q[0];",
                ]),
            ])
        case "ibm.submitJob":
            json([
                "program_id": "sampler", "backend": "ideal",
                "params": ["pubs": [[qasm, NSNull(), 10]], "version": 2, "options": [String: String]()],
            ])
        case "azure.createJob":
            json([
                "name": "job", "containerUri": "http://localhost/azure/\(container)",
                "inputDataUri": "http://localhost/azure/\(container)/inputData", "inputDataFormat": "openqasm.v3",
                "outputDataFormat": "microsoft.quantum-results.v1", "providerId": "kelvin", "target": "kelvin.ideal",
                "inputParams": ["shots": 10],
            ])
        case "ionq.openSession": json(["backend": "heron-133"])
        case "ibm.openSession": json(["backend": "heron-133", "mode": "dedicated"])
        case "azure.openSession":
            json(["name": "session", "providerId": "kelvin", "target": "kelvin.heron-133"])
        default: nil
        }
    }

    /// The name that the door gave to what was handed in.
    func name(in answer: HTTPAnswer) -> String? {
        let object = answer.object
        let data = object["data"] as? [String: Any], job = object["job"] as? [String: Any]
        return [
            object["id"], object["job_id"], object["uuid"], object["quantumTaskArn"], data?["jobQrn"], job?["job_id"],
            answer.json,
        ].lazy.compactMap { $0 as? String }.first
    }
}
