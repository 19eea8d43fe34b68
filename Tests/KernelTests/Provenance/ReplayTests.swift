import Circuits
import Drivers
import Foundation
import Hardware
import Testing

@testable import Kernel

/// Results in one file: whole or refused, and run again to the same bits.
@Suite struct ReplayTests {
    private static let program = """
        OPENQASM 3.0; include "stdgates.inc"; qubit[3] q; bit[3] c;
        h q[0]; cx q[0], q[1]; cx q[1], q[2]; c = measure q;
        """

    /// A job that ran in a store as services have it, and its bundle.
    private static func bundle(
        _ change: (inout SubmissionDocument) -> Void = { _ in }, catalog: DeviceCatalog
    ) async throws -> ResultBundle {
        var document = SubmissionDocument(
            name: "ghz", device: "garnet-20", blocks: [.init(file: "ghz.qasm", text: program)], shots: 300, seed: 11)
        change(&document)
        let storage = MemoryStorage()
        let runtime = Runtime(
            devices: CatalogFleet(catalog: catalog), storage: storage,
            options: RuntimeOptions(isShared: true, adopts: false))
        let id = try await runtime.submit(document.request(), document: document)
        _ = try await runtime.result(of: id)
        return try storage.snapshot { store throws(KernelError) in try ResultBundle(of: id, in: store) }
    }

    private static func catalog() throws -> DeviceCatalog {
        var catalog = try DeviceCatalog()
        catalog.memory = nil
        return catalog
    }

    /// A bundle with other parts and digests that fit: only running it again can tell.
    private static func forged(
        _ bundle: ResultBundle, _ name: String, _ old: String, _ new: String
    ) throws -> ResultBundle {
        var parts = try Archive.parts(of: bundle.bytes)
        let place = try #require(parts.firstIndex { $0.name == name })
        let text = String(decoding: parts[place].bytes, as: UTF8.self)
        #expect(text.contains(old), "\(name) has no \(old)")
        parts[place].bytes = Array(text.replacing(old, with: new).utf8)
        var manifest = bundle.manifest
        manifest.parts = parts.dropFirst().map {
            .init(name: $0.name, bytes: $0.bytes.count, sha256: SHA256.hex(of: $0.bytes))
        }
        parts[0].bytes = DocumentCoding.encode(manifest)
        return try ResultBundle(verifying: Archive.bytes(of: parts))
    }

    @Test(
        arguments: [
            { (_: inout SubmissionDocument) in },
            { (document: inout SubmissionDocument) in document.device = "ideal" },
            // In a region of a larger machine, in batches, without correction.
            { (document: inout SubmissionDocument) in
                document.device = "heron-133"
                document.batchShots = 70
                document.mitigation = .none
            },
            { (document: inout SubmissionDocument) in
                document.blocks[0].observables = ["ZZI", "XXX"]
                document.tenancy = .alone
            },
        ] as [@Sendable (inout SubmissionDocument) -> Void])
    func theSameComesOut(_ change: @Sendable (inout SubmissionDocument) -> Void) async throws {
        let catalog = try Self.catalog()
        let bundle = try await Self.bundle(change, catalog: catalog)
        let copy = try ResultBundle(verifying: bundle.bytes)
        #expect(copy.digest == bundle.digest && copy.bytes == bundle.bytes)
        let replay = try await Replay(copy, on: catalog)
        #expect(replay.isEqual, "\(replay.differences)")
        #expect(replay.notes.isEmpty)
    }

    @Test func anotherSeedOrCalibrationIsFound() async throws {
        let catalog = try Self.catalog()
        let bundle = try await Self.bundle(catalog: catalog)
        let seed = try await Replay(try Self.forged(bundle, "request.json", "\"seed\":11", "\"seed\":12"), on: catalog)
        #expect(seed.differences.contains { $0.hasPrefix("seed: 11, then 12") }, "\(seed.differences)")
        #expect(seed.differences.contains { $0.contains("counts") })
        let counts = try await Replay(
            try Self.forged(bundle, "result.json", "\"counts\":{\"000\":", "\"counts\":{\"000\":1"), on: catalog)
        #expect(counts.differences.contains { $0.contains("counts.000") }, "\(counts.differences)")
        // A record that was touched is no longer the one that the job ran under.
        let file = try #require(bundle.part("devices/0.json"))
        let text = String(decoding: file, as: UTF8.self)
        let figure = try #require(text.firstMatch(of: /"falseOne": *0\.(\d+)/))
        let other = text.replacingCharacters(in: figure.output.1.startIndex..<figure.output.1.endIndex, with: "3")
        let forged = try await Replay(try Self.forged(bundle, "devices/0.json", text, other), on: catalog)
        #expect(forged.differences.contains { $0.hasPrefix("devices/0.json") }, "\(forged.differences)")
        // Where nobody knows the machine, the record is all there is, and other figures make other outcomes.
        let named = text.replacing("garnet-20", with: "gone-20"), request = "request.json"
        let gone = try Self.forged(bundle, "devices/0.json", text, named)
        let moved = try Self.forged(
            try Self.forged(gone, request, "garnet-20", "gone-20"), "itinerary.json", "\"machine\":\"garnet-20\"",
            "\"machine\":\"gone-20\"")
        let alone = try await Replay(moved, on: catalog)
        #expect(alone.notes.contains { $0.contains("not in the catalogue") })
        #expect(alone.differences.allSatisfy { !$0.contains("counts") }, "\(alone.differences)")
    }

    private static func refusal(of bytes: [UInt8]) -> KernelError? {
        do throws(KernelError) {
            _ = try ResultBundle(verifying: bytes)
            return nil
        } catch { return error }
    }

    @Test func aChangedPartIsNamed() async throws {
        let bundle = try await Self.bundle(catalog: Self.catalog())
        let bytes = bundle.bytes
        for entry in bundle.manifest.parts where entry.bytes > 0 {
            let part = try #require(bundle.part(entry.name))
            let place = try #require(Data(bytes).range(of: Data(part))?.lowerBound)
            var changed = bytes
            changed[place + part.count / 2] ^= 1
            let error = Self.refusal(of: changed)
            #expect(error?.code == "bundle.damaged" && error?.message.contains(entry.name) == true, "\(entry.name)")
        }
        // The manifest too, and what is missing or added.
        var changed = bytes
        changed[520] ^= 1
        #expect(throws: KernelError.self) { try ResultBundle(verifying: changed) }
        var parts = try Archive.parts(of: bytes)
        let removed = parts.remove(at: 2)
        #expect(throws: KernelError.self) { try ResultBundle(verifying: Archive.bytes(of: parts)) }
        parts.append(removed)
        #expect(throws: KernelError.self) { try ResultBundle(verifying: Archive.bytes(of: parts)) }
        parts = try Archive.parts(of: bytes) + [Archive.Part(name: "more", bytes: [1])]
        #expect(throws: KernelError.self) { try ResultBundle(verifying: Archive.bytes(of: parts)) }
    }

    /// The shots are the counts, taken one by one.
    @Test func shotsAreThoseThatWereCounted() async throws {
        let bundle = try await Self.bundle(catalog: Self.catalog())
        let bytes = try #require(bundle.part("shots.bin"))
        #expect(Array(bytes[..<8]) == Array("KELVSHOT".utf8) && bytes[8] == 1)
        let length = (0..<4).reduce(0) { $0 | Int(bytes[12 + $1]) << (8 * $1) }
        let file: ShotFile = try DocumentCoding.decode(Array(bytes[16..<16 + length]))
        let shots = bytes[(16 + length)...]
        #expect(file.programs.map(\.shots) == [300] && file.programs[0].bytesPerShot == 1)
        #expect(shots.count == 300)
        let counts = Dictionary(grouping: shots) { "\(BitString(UInt64($0), count: 3))" }.mapValues(\.count)
        let result: ResultDocument = try bundle.document("result.json")
        #expect(result.results[0].samples?[0].counts == counts)
    }
}
