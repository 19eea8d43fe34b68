/// The jobs that wait for one device: strict priority classes, first come first served within a class.
struct JobQueue: Sendable {
    private struct Waiting: Sendable {
        let job: JobID
        let priority: Priority
        let sequence: UInt64
    }

    /// In the order in which they will run.
    private var waiting: [Waiting] = []

    var count: Int { waiting.count }

    mutating func insert(_ job: JobID, priority: Priority, sequence: UInt64) {
        let entry = Waiting(job: job, priority: priority, sequence: sequence)
        var (low, high) = (0, waiting.count)
        while low < high {
            let middle = (low + high) / 2
            let other = waiting[middle]
            if other.priority > priority || (other.priority == priority && other.sequence < sequence) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        waiting.insert(entry, at: low)
    }

    mutating func popFirst() -> JobID? { waiting.isEmpty ? nil : waiting.removeFirst().job }

    mutating func remove(_ job: JobID) { waiting.removeAll { $0.job == job } }

    /// Jobs in front of this one.
    func position(of job: JobID) -> Int? { waiting.firstIndex { $0.job == job } }
}
