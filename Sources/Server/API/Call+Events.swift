import FoundationEssentials
import HTTPTypes
import Hummingbird
import Kernel

extension Call {
    /// What happens to a job, as it happens: server-sent events, numbered within the job, so that whoever was cut off goes
    /// on with `Last-Event-ID`. The stream ends with the job.
    func events() throws -> Answer {
        let job = try job.job, storage = service.storage, signals = service.signals
        var first = 0
        if let text = request.headerFields[.lastEventID] {
            guard let last = Int(text), last >= 0 else {
                throw Problem(.badRequest, "Last-Event-ID: expected the number of an event")
            }
            first = last
        }
        let begin = first
        var answer = Answer(
            .ok, headers: [.contentType: "text/event-stream"],
            body: .stream { writer in
                var told = begin
                while true {
                    let seen = told, beat = ContinuousClock.now.advanced(by: .seconds(Self.beatSeconds))
                    let news = try await signals.follow(job, beat: Self.beatSeconds) { () -> News? in
                        let history = try storage.snapshot { store throws(KernelError) in try store.history(of: job) }
                        let isOver = history.isEmpty || history.contains { $0.fact.state?.isFinal == true }
                        let news = News(entries: Array(history.dropFirst(seen)), isLast: isOver)
                        return news.entries.isEmpty && !isOver && ContinuousClock.now < beat ? nil : news
                    }
                    guard let news else { return }
                    for entry in news.entries {
                        told += 1
                        try await writer.write(Self.event(JobEventDocument(entry, number: told)))
                    }
                    if news.isLast { return }
                    // Something now and then, or whatever stands between takes the connection for dead.
                    if news.entries.isEmpty { try await writer.write(ByteBuffer(string: ": on its way\n\n")) }
                }
            })
        answer.headers[.cacheControl] = "no-store"
        return answer
    }

    private struct News: Sendable {
        var entries: [JournalEntry]
        var isLast: Bool
    }

    private static let beatSeconds = 15.0

    private static func event(_ document: JobEventDocument) -> ByteBuffer {
        let data = String(decoding: DocumentCoding.encode(document), as: UTF8.self)
        let name = document.status ?? document.event.replacing(" ", with: "-")
        return ByteBuffer(string: "id: \(document.number)\nevent: \(name)\ndata: \(data)\n\n")
    }
}

extension HTTPField.Name {
    static let lastEventID = HTTPField.Name("Last-Event-ID") ?? .contentType
}
