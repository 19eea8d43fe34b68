import HTTPTypes
import HummingbirdCore
import Kernel
import NIOCore
import Storage

extension Service {
    /// What jobs gave, and what they were: for people and programs, as numbers, as bits, as one file.
    static let resultRoutes: [Route] = [
        Route(.get, "/v1/jobs/{job}/result", "getResult", .readJob) { call in
            try call.checkQuery("wait")
            return try await call.result(within: try call.seconds("wait", limit: longestWait) ?? 0)
        },
        Route(.get, "/v1/jobs/{job}/bundle", "getBundle", .readJob) { call in
            try call.checkQuery()
            let job = try call.job
            try await call.checkResult(of: job)
            let bundle = try call.giveOut(job) { store throws(KernelError) in try ResultBundle(of: job.job, in: store) }
            return Answer.bytes(bundle.bytes, type: ResultBundle.mediaType)
                .header(.contentDisposition, "attachment; filename=\"\(job.job).kelvin.tar\"")
                .header(.bundleDigest, bundle.digest)
        },
        Route(.get, "/v1/jobs/{job}/request", "getRequest", .readJob) { call in
            try call.checkQuery()
            let job = try call.job
            try call.checkPrivacy(of: job)
            let bytes = try call.service.storage.snapshot { store throws(KernelError) in
                try store.document(.request, of: job.job, number: 0)
            }
            guard let bytes, !bytes.isEmpty else { throw Problem(.notFound, "the request of \(job.job) is not kept") }
            return .bytes(bytes)
        },
    ]
}

extension Call {
    fileprivate func result(within seconds: Double) async throws -> Answer {
        let isBinary = try accepted(["application/json", ShotFile.mediaType]) == ShotFile.mediaType
        let job = try await settled(try job, within: seconds)
        try await checkResult(of: job)
        let answer = try isBinary ? shots(of: job) : document(of: job)
        return answer.header(.vary, "Accept")
    }

    /// Says why there is no result, where there is none.
    fileprivate func checkResult(of job: JobSummary) async throws {
        let answer = try await jobAnswer(job)
        switch job.state {
        case .completed: break
        case .failed: throw Problem(answer.failure?.error ?? .givenUp(job.job))
        case .cancelled: throw Problem(KernelError(.cancelled, code: "cancelled", "\(job.job) was cancelled"))
        case .paused:
            throw Problem(
                KernelError(
                    .program, code: "paused",
                    "\(job.job) is paused after \(job.finishedParts) of \(job.parts) parts"))
        default: throw Problem(.unfinished, "\(job.job) is \(answer.status)")
        }
    }

    private func document(of job: JobSummary) throws -> Answer {
        let bytes = try giveOut(job) { store throws(KernelError) in try store.document(.result, of: job.job, number: 0)
        }
        guard let bytes else { throw Problem(.fault, "the result of \(job.job) is not kept") }
        return .bytes(bytes)
    }

    /// Shot by shot, sent piece by piece as they are kept: what many shots take of memory is one piece.
    private func shots(of job: JobSummary) throws -> Answer {
        let id = job.job, storage = service.storage
        let (head, all) = try giveOut(job) { store throws(KernelError) -> ([UInt8], [[UInt8]]?) in
            guard let bytes = try store.document(.itinerary, of: id, number: 0) else {
                throw KernelError(
                    .system, code: "bundle.not-kept", "the shots of \(id) are not kept, its counts are",
                    cure: "ask for application/json")
            }
            let route: Itinerary = try DocumentCoding.decode(bytes)
            guard try store.isReadOnce(id) else { return (route.shots.head, nil) }
            // They are erased in this turn.
            var pieces: [[UInt8]] = []
            while let piece = try store.document(.shots, of: id, number: pieces.count) { pieces.append(piece) }
            return (route.shots.head, pieces)
        }
        return Answer(
            .ok, headers: [.contentType: ShotFile.mediaType],
            body: .stream { writer in
                try await writer.write(ByteBuffer(bytes: head))
                if let all {
                    for piece in all { try await writer.write(ByteBuffer(bytes: piece)) }
                    return
                }
                var number = 0
                while true {
                    let next = number
                    let piece = try storage.snapshot { store throws(KernelError) in
                        try store.document(.shots, of: id, number: next)
                    }
                    guard let piece else { return }
                    try await writer.write(ByteBuffer(bytes: piece))
                    number += 1
                }
            })
    }

    /// Reads what a job gave; of a private job this is the time.
    func giveOut<Value: Sendable>(
        _ job: JobSummary, _ body: (any StorageTransaction) throws(KernelError) -> Value
    ) throws -> Value {
        let open = try service.storage.snapshot { store throws(KernelError) -> Value? in
            try store.isReadOnce(job.job) ? nil : .some(try body(store))
        }
        if let open { return open }
        try checkOwnership(of: job)
        guard request.method != .head else {
            throw Problem(
                .methodNotAllowed, "\(job.job) gives its result once, and HEAD takes none", cure: "use GET")
        }
        let reader = try caller, time = received
        let given = try service.storage.exclusively { store throws(KernelError) in
            try store.giveOut(job.job, to: reader.user.path, at: time) { () throws(KernelError) in try body(store) }
        }
        // A question that changes something: nobody can ask it again.
        service.trail.note(
            AuditEntry(
                time: time, user: reader.user.path, token: reader.token.id, address: address, action: "giveOut",
                target: "\(job.job)", status: 200, request: id))
        return given
    }

    /// A job whose result is given out once is its owner's alone.
    fileprivate func checkPrivacy(of job: JobSummary) throws {
        let isPrivate = try service.storage.snapshot { store throws(KernelError) in try store.isReadOnce(job.job) }
        if isPrivate { try checkOwnership(of: job) }
    }

    private func checkOwnership(of job: JobSummary) throws {
        guard job.ownerPath == (try caller.user.path) else {
            throw Problem(
                .forbidden, "\(job.job) is private: its result is given out once, to whom it belongs",
                cure: "ask \(job.ownerPath ?? "its owner")")
        }
    }
}

extension HTTPField.Name {
    /// SHA-256 of the manifest of a bundle, hexadecimal.
    static let bundleDigest = HTTPField.Name("X-Kelvin-Bundle-Digest") ?? .contentType
}
