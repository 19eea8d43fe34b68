import Drivers
import Foundation
package import Kernel

extension ServiceClient {
    /// A request, and what a service wants to know beside it.
    private struct Submission: Encodable {
        var request: SubmissionDocument
        var project: String?
        var session: SessionIndex?
        var tags: [String] = []

        private enum CodingKeys: CodingKey { case project, session, tags }

        func encode(to encoder: any Encoder) throws {
            try request.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encodeIfPresent(project, forKey: .project)
            try container.encodeIfPresent(session?.name, forKey: .session)
            if !tags.isEmpty { try container.encode(tags, forKey: .tags) }
        }
    }

    /// Submits a job; the same key gives the same job, however often the answer was lost.
    package func submit(
        _ request: SubmissionDocument, project: String?, session: SessionIndex? = nil, tags: [String], key: String
    ) throws(KernelError) -> JobDocument {
        try change(
            "POST", "/v1/jobs", body: Submission(request: request, project: project, session: session, tags: tags),
            key: key)
    }

    package func appraise(
        _ request: SubmissionDocument, project: String?, session: SessionIndex? = nil
    ) throws(KernelError) -> AppraisalDocument {
        try change("POST", "/v1/check", body: Submission(request: request, project: project, session: session))
    }

    /// - Parameter limit: how many at most, over as many pages as it takes.
    package func jobs(_ query: [(String, String)], limit: Int) throws(KernelError) -> [JobDocument] {
        var page: JobPage = try get("/v1/jobs", query + [("limit", "\(min(limit, 200))")])
        var jobs = page.jobs
        while jobs.count < limit, let next = page.next {
            page = try get(next)
            jobs += page.jobs
        }
        return Array(jobs.prefix(limit))
    }

    package func job(_ id: JobID, history: Bool = false) throws(KernelError) -> JobDocument {
        try get("/v1/jobs/\(id)", history ? [("history", "true")] : [])
    }

    package func result(of id: JobID) throws(KernelError) -> ResultDocument { try get("/v1/jobs/\(id)/result") }

    /// Tells of everything that happens to a job, as it happens, until the job is over. A connection that breaks is made
    /// again, and nothing is told twice.
    ///
    /// - Parameter tell: says whether it wants more.
    package func follow(_ id: JobID, _ tell: @escaping (JobEventDocument) -> Bool) throws(KernelError) {
        var last = 0, failures = 0, wantsMore = true
        while true {
            let before = last
            var events = EventStream()
            let answer = listen(to: id, after: last) { bytes in
                for data in events.take(bytes) where wantsMore {
                    guard let event = try? JSONDecoder().decode(JobEventDocument.self, from: Data(data)) else {
                        continue
                    }
                    last = event.number
                    wantsMore = tell(event)
                }
                return wantsMore
            }
            if !wantsMore { return }
            failures = last > before ? 0 : failures + 1
            switch answer {
            case .success(let response) where response.status == 200:
                if try patiently({ () throws(KernelError) in try job(id) }).state?.isFinal ?? true { return }
            case .success(let response):
                guard response.status >= 500 || response.status == 429, failures < Self.patience else {
                    throw problem(response, entry.url)
                }
            case .failure(let error):
                // A service that starts again is waited for, not for ever.
                if failures >= Self.patience { throw unreachable(error) }
            }
            usleep(UInt32(min(3, 0.2 * Double(failures)) * 1e6))
        }
    }

    private func listen(
        to id: JobID, after last: Int, _ receive: @escaping ([UInt8]) -> Bool
    ) -> Result<HTTPClient.Response, HTTPClient.Failure> {
        let since = last > 0 ? [(name: "Last-Event-ID", value: "\(last)")] : []
        do throws(HTTPClient.Failure) {
            return .success(
                try stream("/v1/jobs/\(id)/events", headers: [("Accept", "text/event-stream")] + since, receive))
        } catch { return .failure(error) }
    }

    private static let patience = 20

    /// Waits until a job is over, or stands aside.
    package func settle(_ id: JobID) throws(KernelError) {
        while true {
            let job: JobDocument = try patiently { () throws(KernelError) in
                try get("/v1/jobs/\(id)", [("wait", "30")])
            }
            if job.state == .paused || job.state?.isFinal ?? true { return }
        }
    }

    /// Asks again while a service starts again: whoever waits for hours is not turned away by a restart of seconds.
    private func patiently<Value>(_ body: () throws(KernelError) -> Value) throws(KernelError) -> Value {
        for _ in 0..<Self.patience {
            do { return try body() } catch {
                guard [Self.unreachableCode, "shutting-down"].contains(error.code) else { throw error }
                sleep(1)
            }
        }
        return try body()
    }
}

/// Server-sent events out of the bytes of a stream (HTML, section 9.2), as far as the service sends them.
struct EventStream {
    private var rest: [UInt8] = []
    private var data: [UInt8] = []

    /// The data of the events that these bytes complete.
    mutating func take(_ bytes: [UInt8]) -> [[UInt8]] {
        rest += bytes
        var complete: [[UInt8]] = [], begin = rest.startIndex
        while let end = rest[begin...].firstIndex(of: 0x0A) {
            var line = rest[begin..<end]
            if line.last == 0x0D { line.removeLast() }
            begin = end + 1
            if line.isEmpty {
                if !data.isEmpty { complete.append(data) }
                data = []
            } else if line.starts(with: Array("data:".utf8)) {
                let value = line.dropFirst(5)
                data += (data.isEmpty ? [] : [0x0A]) + (value.first == 0x20 ? value.dropFirst() : value)
            }
        }
        rest.removeFirst(begin - rest.startIndex)
        return complete
    }
}
