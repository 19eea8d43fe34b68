import Foundation

/// The load on a service that runs: `kelvin-service-benchmarks WHAT PORT TOKENFILE CLIENTS SECONDS [JOB]`, figures as JSON.
///
/// - `jobs`: a small program is submitted, and its result fetched once it is stored.
/// - `programs`: the same with another program each time, so that nothing is known of it.
/// - `runs`: the same with one request, `POST /v1/jobs?wait=`, and the result fetched after it.
/// - `status`, `list`: reads.
/// - `fsync DIRECTORY`: what the disk takes to keep 4 kB.
@main
struct ServiceBenchmarks {
    static let program = """
        OPENQASM 3.0; include \\"stdgates.inc\\"; qubit[2] q; bit[2] c; h q[0]; cx q[0], q[1]; c = measure q;
        """

    static func main() throws {
        let words = CommandLine.arguments
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let figures: Figures
        if words.count == 3, words[1] == "fsync" {
            figures = try fsyncs(in: words[2])
        } else {
            guard words.count >= 6, let port = Int(words[2]), let clients = Int(words[4]),
                let seconds = Double(words[5])
            else { throw Usage() }
            let token = try String(contentsOfFile: words[3], encoding: .utf8).trimmingCharacters(in: .newlines)
            figures = try load(words[1], port, token, clients, seconds, words.count > 6 ? words[6] : "job-1")
        }
        print(String(decoding: try encoder.encode(figures), as: UTF8.self))
    }

    struct Usage: Error {}
    struct Refused: Error { var text: String }

    static func load(
        _ what: String, _ port: Int, _ token: String, _ clients: Int, _ seconds: Double, _ job: String
    ) throws -> Figures {
        switch what {
        case "jobs", "programs", "runs":
            return hammer(clients: clients, seconds: seconds) { client in
                var connection = try Connection(port: port, token: token)
                return { turn in
                    let seed = client * 1_000_000 + turn
                    let angle = "rz(\(Double(seed) * 1e-7)) q[1]; cx q"
                    let text =
                        what == "programs" ? program.replacingOccurrences(of: "cx q", with: angle) : program
                    let body = """
                        {"program": "\(text)", "device": "ideal", "shots": 100, "seed": \(seed)}
                        """
                    let path = what == "runs" ? "/v1/jobs?wait=30" : "/v1/jobs"
                    let submitted = try connection.send("POST", path, body: body)
                    guard submitted.status == 202 || submitted.status == 200 || submitted.status == 201,
                        let id = jobID(submitted.body)
                    else { throw Refused(text: String(decoding: submitted.body, as: UTF8.self)) }
                    let wait = what == "runs" ? "" : "?wait=30"
                    let result = try connection.send("GET", "/v1/jobs/\(id)/result\(wait)")
                    guard result.status == 200 else {
                        throw Refused(text: String(decoding: result.body, as: UTF8.self))
                    }
                }
            }
        case "status", "list":
            let path = what == "list" ? "/v1/jobs?limit=50" : "/v1/jobs/\(job)"
            let request = Array("GET \(path) HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(token)\r\n\r\n".utf8)
            return hammer(clients: clients, seconds: seconds) { _ in
                var connection = try Connection(port: port, token: token)
                return { _ in
                    let answer = try connection.exchange(request)
                    guard answer.status == 200 else {
                        throw Refused(text: String(decoding: answer.body, as: UTF8.self))
                    }
                }
            }
        default: throw Usage()
        }
    }

    /// The job of an answer: `"id":"job-17"`.
    static func jobID(_ body: ArraySlice<UInt8>) -> String? {
        let text = String(decoding: body, as: UTF8.self)
        guard let place = text.range(of: "\"id\":\"") else { return nil }
        return String(text[place.upperBound...].prefix { $0 != "\"" })
    }

    static func fsyncs(in directory: String) throws -> Figures {
        let path = directory + "/fsync-\(getpid())"
        let descriptor = open(path, O_RDWR | O_CREAT, 0o600)
        guard descriptor >= 0 else { throw POSIXError(.EIO) }
        defer {
            close(descriptor)
            unlink(path)
        }
        let page = [UInt8](repeating: 0x5A, count: 4096)
        var times: [Double] = []
        let begin = now()
        while now() - begin < 3 {
            write(descriptor, page, page.count)
            let start = now()
            fsync(descriptor)
            times.append(now() - start)
        }
        return Figures(times, within: now() - begin)
    }
}
