import Circuits
import Foundation
import Testing

@testable import Server

/// What no SDK of Amazon's sends.
@Suite struct BraketDoorTests {
    @Test(arguments: [
        "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 ", "AWS4-HMAC-SHA256 Credential=,SignedHeaders=,Signature=",
        "AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request, SignedHeaders=host;x-amz-date, Signature=0",
        "AWS4-HMAC-SHA256 Credential=a/20261123/us-east-1/braket/aws4_request, SignedHeaders=date, Signature=0",
        "AWS4-HMAC-SHA256 Credential=a/////aws4_request, SignedHeaders=host;x-amz-date, Signature=0",
        "Basic a2V5OmtleQ==",
        "Bearer kelvin_0123456789012345678901234567890123456789012",
    ])
    func credentialsThatAreNone(_ field: String) async throws {
        let service = try await TestService()
        let answer = try await service.send(
            "POST", "/braket/devices", body: #"{"filters": []}"#, headers: [("Authorization", field)])
        #expect(answer.status == 403)
        #expect(answer.headers["x-amzn-errortype"] == "IncompleteSignatureException" || field.contains("Credential=a"))
        #expect(answer.object["message"] is String)
        // A good token that signs nothing opens nothing.
        let bare = try await service.send(
            "GET", "/braket/bucket/a/results.json",
            headers: [
                (
                    "Authorization",
                    "AWS4-HMAC-SHA256 Credential=\(service.admin)/20261123/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=00"
                ), ("X-Amz-Date", "20261123T000000Z"),
            ])
        #expect(bare.status == 403 || bare.status == 404)
        #expect(bare.text.contains("<Error><Code>"))
        try await service.stop()
    }

    @Test func stateOfTwoQubitsFromTwoRuns() throws {
        // (|00⟩ + i|11⟩)/√2 as the two runs would show it.
        let s = 0.5, root = 0.5.squareRoot()
        func outcomes(_ parts: [Double]) -> BraketOutcomes {
            BraketOutcomes(
                qubits: [9, 0, 1],
                exact: parts.enumerated().flatMap { index, part in
                    [0, 1].map { ancilla in
                        (
                            [UInt8(ancilla), UInt8(index >> 1), UInt8(index & 1)],
                            // |s ± ψ|²/4 but for what both have in common.
                            0.125 + (ancilla == 0 ? 0.5 : -0.5) * s * part
                        )
                    }
                })
        }
        let amplitudes = BraketState.amplitudes(outcomes([root, 0, 0, 0]), outcomes([0, 0, 0, root]))
        #expect(abs(amplitudes[0].re - root) < 1e-12 && abs(amplitudes[3].im - root) < 1e-12)
        let reduced = BraketState.densityMatrix(amplitudes, [1])
        #expect(abs(reduced[0, 0].re - 0.5) < 1e-12 && abs(reduced[0, 1].re) < 1e-12)
    }
}
