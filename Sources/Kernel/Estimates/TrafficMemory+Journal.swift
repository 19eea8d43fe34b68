extension TrafficMemory {
    /// Jobs as they came in by the journal, so that a process that starts knows the days before it.
    ///
    /// - Parameters:
    ///   - entries: `StorageTransaction.arrivals`.
    ///   - number: the policy's number for a program.
    init(journal entries: [JournalEntry], number: (ProgramProfile) -> UInt32?) {
        self.init()
        var cards: [JobID: JobCard] = [:]
        for entry in entries {
            switch entry.fact {
            case .submitted(let id, let card): cards[id] = card
            case .validated(let id, let demand): cards[id]?.take(demand, number: number)
            case .queued(let id, .accepted, _):
                if let card = cards.removeValue(forKey: id) { noteArrival(card, at: entry.time) }
            default: break
            }
        }
    }
}

extension JobCard {
    /// What validation learnt of the job.
    mutating func take(_ demand: JobDemand, number: (ProgramProfile) -> UInt32?) {
        width = UInt16(clamping: demand.width)
        shots = UInt32(clamping: demand.shots)
        seconds = Float(demand.seconds)
        if let known = demand.profile.flatMap(number) { tag = known }
    }
}
