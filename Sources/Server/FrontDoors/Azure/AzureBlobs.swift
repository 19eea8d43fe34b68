import FoundationEssentials
import Hardware
import HTTPTypes
import Kernel
import Storage

/// An address of blobs that was signed for somebody: to whom it belongs, for which container, until when.
struct BlobAddress: Sendable {
    var account: String
    var container: String

    /// Seconds.
    static let lifetime = 86_400.0

    private static func signature(_ account: String, _ container: String, _ end: String, _ key: [UInt8]) -> String {
        Secrets.hexadecimal(
            Secrets.authenticationCode(of: Data("\(account)\n\(container)\n\(end)".utf8), key: key))
    }

    /// What stands behind the question mark.
    ///
    /// - Parameter key: that of the service, which signs.
    func query(now: Double, key: [UInt8]) -> String {
        let end = Timestamp.text(from: now + Self.lifetime)
        func encoded(_ text: String) -> String { text.replacing(":", with: "%3A").replacing("/", with: "%2F") }
        return
            "sv=2024-11-04&sr=c&sp=rcw&se=\(encoded(end))&skoid=\(encoded(account))&sig=\(Self.signature(account, container, end, key))"
    }

    /// - Throws: a problem for one that was changed or is over.
    init(
        container: String, account: String?, end: String?, signature: String?, now: Double, key: [UInt8]
    ) throws {
        guard let account, let end, let signature, let time = Timestamp.seconds(from: end),
            Secrets.areEqual(signature, Self.signature(account, container, end, key))
        else { throw Problem(.forbidden, "the signature of the address is not ours") }
        guard now < time else { throw Problem(.forbidden, "the address was good until \(end)") }
        self.init(account: account, container: container)
    }

    init(account: String, container: String) {
        self.account = account
        self.container = container
    }
}

extension Call {
    /// What addresses of blobs are signed with: of the service's file of keys, so that they hold when it starts anew.
    private var blobKey: [UInt8] {
        get throws { try service.vault.key(for: "azure blob addresses") }
    }

    /// Where blobs of a container are, as the caller knows this service.
    func azureURL(_ path: String) -> String {
        let scheme = request.scheme.map { $0.isEmpty ? "http" : $0 } ?? "http"
        return "\(scheme)://\(request.authority ?? "localhost")/azure/\(path)"
    }

    func azureSAS() throws -> Answer {
        let body: SASBody = try decoded()
        let account = try caller.account(in: try project(asked: try azureProject()))
        // Containers are an account's own; that of another's job is not there, as the job is not.
        if let known = try record(AzureDoor.name, AzureJob.kind, AzureJob.id(ofContainer: body.containerName)),
            known.account != account
        {
            throw Gate.unknownRecord(body.containerName)
        }
        let address = BlobAddress(account: account, container: body.containerName)
        let path = body.containerName + (body.blobName.map { "/\($0)" } ?? "")
        return .json(["sasUri": "\(azureURL(path))?\(try address.query(now: received, key: blobKey))"])
    }

    private struct SASBody: Decodable {
        var containerName: String
        var blobName: String?

        init(from decoder: any Decoder) throws {
            let fields = try Fields(decoder, known: ["containerName", "blobName"])
            containerName = try fields.required("containerName")
            blobName = try fields.nullable("blobName")
            for (field, name) in [("containerName", containerName), ("blobName", blobName ?? "a")] {
                let isName =
                    (1...128).contains(name.utf8.count)
                    && name.utf8.allSatisfy {
                        $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A || $0 >= 0x30 && $0 <= 0x39 || $0 == 0x2D || $0 == 0x5F
                    }
                guard isName else { throw fields.wrong(field, "expected letters, digits and dashes") }
            }
        }
    }

    /// The address that a request for a blob was made to.
    func blobAddress() throws -> BlobAddress {
        try BlobAddress(
            container: try parameter("container"), account: try query("skoid"), end: try query("se"),
            signature: try query("sig"), now: received, key: blobKey)
    }

    func putAzureBlob() throws -> Answer {
        let address = try blobAddress()
        guard try parameter("blob") == AzureJob.input else {
            throw Problem(.forbidden, "a container takes '\(AzureJob.input)' and nothing else")
        }
        guard try query("comp") == nil else {
            throw Problem(.badField, "a blob is put in one piece", cure: "send a smaller program")
        }
        do { try keepAzureInput(at: address) } catch let problem as Problem
            where problem.status == .preconditionFailed
        { throw problem.conflict }
        return Answer(.created, headers: [.eTag: "\"1\"", .lastModified: Self.httpDate(received)])
    }

    func azureBlob() throws -> Answer {
        let address = try blobAddress(), name = try parameter("blob")
        let bytes: [UInt8]
        if name == AzureJob.input {
            guard let input = try azureInput(at: address) else {
                throw Problem(.notFound, "there is no blob \(name.clipped) in \(address.container.clipped)")
            }
            bytes = input
        } else {
            let id = AzureJob.id(ofContainer: address.container)
            let found = try service.accounts.readAccounts { store throws(KernelError) in
                try store.record(AzureDoor.name, AzureJob.kind, id)
            }
            guard name == AzureJob.output, let found, found.account == address.account, let job = try summary(of: found)
            else { throw Problem(.notFound, "there is no blob \(name.clipped)") }
            bytes = try AzureJob(found).results(of: job, in: self)
        }
        let headers: HTTPFields = [
            .contentType: "application/json", .eTag: "\"1\"", .lastModified: Self.httpDate(received),
            HTTPField.Name("x-ms-blob-type") ?? .contentType: "BlockBlob",
        ]
        guard let range = request.headerFields[HTTPField.Name("x-ms-range") ?? .range] else {
            return Answer(.ok, headers: headers, body: .bytes(bytes))
        }
        let ends = range.dropFirst("bytes=".count).split(separator: "-", omittingEmptySubsequences: false)
        guard range.hasPrefix("bytes="), ends.count == 2, let first = Int(ends[0]), first < bytes.count || first == 0
        else {
            throw Problem(.badRequest, "x-ms-range: '\(range.clipped)' lies outside the blob")
        }
        let last = min(Int(ends[1]) ?? .max, bytes.count - 1)
        guard last >= first else { throw Problem(.badRequest, "x-ms-range: an empty range") }
        var answer = Answer(.partialContent, headers: headers, body: .bytes(Array(bytes[first...last])))
        answer.headers[.contentRange] = "bytes \(first)-\(last)/\(bytes.count)"
        return answer
    }

    /// `Sun, 22 Nov 2026 00:00:00 GMT`
    private static func httpDate(_ seconds: Double) -> String {
        let text = Timestamp.text(from: seconds), days = Int((seconds / 86_400).rounded(.down))
        let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let parts = text.dropLast().split { $0 == "-" || $0 == "T" }
        return "\(weekdays[days % 7]), \(parts[2]) \(months[(Int(parts[1]) ?? 1) - 1]) \(parts[0]) \(parts[3]) GMT"
    }
}

extension Problem {
    /// The same as what Azure calls a conflict.
    fileprivate var conflict: Problem {
        var problem = self
        problem.status = .conflict
        return problem
    }
}
