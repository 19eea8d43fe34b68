import Hardware
/// All that is kept of a job that ended well, in one file: request, result, calibrations, times, shots. A tar archive with
/// a manifest of digests; equal jobs make equal bytes.
public struct ResultBundle: Sendable {
    public static let format = "kelvin-bundle/1"
    public static let mediaType = "application/x-tar"
    private static let manifestName = "manifest.json"

    public struct Manifest: Hashable, Sendable, Codable {
        public var format: String
        public var kelvin: String
        public var job: String
        public var parts: [Entry]

        public struct Entry: Hashable, Sendable, Codable {
            public var name: String
            public var bytes: Int
            /// SHA-256, hexadecimal.
            public var sha256: String
        }
    }

    public let manifest: Manifest
    /// Of the manifest, which has the digests of all parts: who knows it knows the bundle. SHA-256, hexadecimal.
    public let digest: String
    private let parts: [String: [UInt8]]

    private init(job: String, parts: [Archive.Part]) {
        manifest = Manifest(
            format: Self.format, kelvin: KelvinVersion.current, job: job,
            parts: parts.map { .init(name: $0.name, bytes: $0.bytes.count, sha256: SHA256.hex(of: $0.bytes)) })
        digest = SHA256.hex(of: DocumentCoding.encode(manifest))
        self.parts = Dictionary(uniqueKeysWithValues: parts.map { ($0.name, $0.bytes) })
    }

    public func part(_ name: String) -> [UInt8]? { parts[name] }

    /// The file.
    public var bytes: [UInt8] {
        Archive.bytes(
            of: [.init(name: Self.manifestName, bytes: DocumentCoding.encode(manifest))]
                + manifest.parts.map { .init(name: $0.name, bytes: parts[$0.name] ?? []) })
    }
}

// From what is kept of a job.
extension ResultBundle {
    /// - Throws: `bundle.unfinished` for a job that has no result; `bundle.not-kept` where an older version of Kelvin kept less.
    public init(of job: JobID, in store: any StorageTransaction) throws(KernelError) {
        guard let result = try store.document(.result, of: job, number: 0) else {
            throw KernelError(
                .program, code: "bundle.unfinished", "\(job) has no result to bundle", cure: "wait for its end")
        }
        guard let itinerary = try store.document(.itinerary, of: job, number: 0),
            let request = try store.document(.request, of: job, number: 0), !request.isEmpty
        else {
            throw KernelError(
                .system, code: "bundle.not-kept", "of \(job) less is kept than a bundle holds",
                cure: "submit it again: it ran under a version of Kelvin that kept less, or without its request")
        }
        let route: Itinerary = try DocumentCoding.decode(itinerary)
        var parts = [
            Archive.Part(name: "request.json", bytes: request), Archive.Part(name: "result.json", bytes: result),
            Archive.Part(name: "itinerary.json", bytes: itinerary),
        ]
        let history = try store.history(of: job).enumerated().map { JobEventDocument($1, number: $0 + 1) }
        parts.append(Archive.Part(name: "history.json", bytes: DocumentCoding.encode(history)))
        let document: ResultDocument = try DocumentCoding.decode(result)
        for (place, program) in document.programs.enumerated() {
            if let text = program.compiled {
                parts.append(Archive.Part(name: "compiled/\(place).qasm", bytes: Array(text.utf8)))
            }
        }
        for (place, calibration) in route.calibrations.enumerated() {
            guard let file = try store.calibration(calibration) else {
                throw KernelError(
                    .system, code: "bundle.not-kept", "the calibration \(calibration) of \(job) is not kept")
            }
            parts.append(Archive.Part(name: "devices/\(place).json", bytes: file))
        }
        var shots = route.shots.head, number = 0
        while let piece = try store.document(.shots, of: job, number: number) {
            shots += piece
            number += 1
        }
        parts.append(Archive.Part(name: "shots.bin", bytes: shots))
        self.init(job: "\(job)", parts: parts)
    }
}

extension Itinerary {
    /// Those the job ran under, each once, in order.
    var calibrations: [String] {
        stays.reduce(into: []) { found, stay in if !found.contains(stay.calibration) { found.append(stay.calibration) }
        }
    }
}

// From a file.
extension ResultBundle {
    /// Reads a bundle and checks every part against its digest.
    ///
    /// - Throws: `bundle.damaged`, which names the part that is not what it was.
    public init(verifying bytes: [UInt8]) throws(KernelError) {
        var parts: [Archive.Part]
        do throws(Archive.Damage) { parts = try Archive.parts(of: bytes) } catch {
            switch error {
            case .truncated: throw Self.damaged("the file ends too early")
            case .tail: throw Self.damaged("something follows its end")
            case .header(let place):
                throw Self.damaged("the header of part \(place + 1) is no ustar header, or was changed")
            case .name(let name): throw Self.damaged("a part is called '\(name.prefix(80))'")
            case .twice(let name): throw Self.damaged("\(name) is there twice")
            }
        }
        guard parts.first?.name == Self.manifestName else {
            throw Self.damaged("it does not begin with \(Self.manifestName)")
        }
        let text = parts.removeFirst().bytes
        guard let manifest: Manifest = try? DocumentCoding.decode(text), manifest.format == Self.format,
            DocumentCoding.encode(manifest) == text
        else { throw Self.damaged("\(Self.manifestName) was changed, or is of another version") }
        for (entry, part) in zip(manifest.parts, parts) {
            guard entry.name == part.name else {
                throw Self.damaged("\(entry.name) is missing: \(part.name) stands in its place")
            }
            guard entry.bytes == part.bytes.count, entry.sha256 == SHA256.hex(of: part.bytes) else {
                throw Self.damaged("\(entry.name) was changed: its digest is not \(entry.sha256)")
            }
        }
        if let missing = manifest.parts.dropFirst(parts.count).first {
            throw Self.damaged("\(missing.name) is missing")
        }
        if let stranger = parts.dropFirst(manifest.parts.count).first {
            throw Self.damaged("\(stranger.name) is not in \(Self.manifestName)")
        }
        self.manifest = manifest
        digest = SHA256.hex(of: text)
        self.parts = Dictionary(parts.map { ($0.name, $0.bytes) }) { first, _ in first }
    }

    static func damaged(_ message: String) -> KernelError {
        KernelError(
            .program, code: "bundle.damaged", "the bundle is damaged: \(message)",
            cure: "take an undamaged copy, or make another with `kelvin results JOB --bundle FILE`")
    }

    /// A part that every bundle has.
    func document<Value: Decodable>(_ name: String) throws(KernelError) -> Value {
        guard let bytes = parts[name] else { throw Self.damaged("\(name) is missing") }
        do throws(KernelError) { return try DocumentCoding.decode(bytes) } catch {
            throw Self.damaged("\(name) cannot be read")
        }
    }
}
