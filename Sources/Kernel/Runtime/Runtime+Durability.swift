import Hardware

/// What was decided in turns at the storage that are not durable yet, and who waits for it.
///
/// Turns of a moment share one synchronisation of the disk (group commit). What can be taken back, because it happens in this
/// process alone, begins at once: compiling, emulating. What cannot waits: answers to whoever asked, news, programs on
/// machines that exist.
struct UnsettledTurns {
    enum Schedule: Comparable { case none, later, soon }

    /// Settled so often before.
    var number = 0
    /// The last turn's; it may differ from the first one's, which others made durable along with their own turns.
    var batch: StorageBatch?
    var facts: [Transition] = []
    var effects: [KernelEffect] = []
    var waiting: [CheckedContinuation<Swift.Result<Void, KernelError>, Never>] = []
    var schedule = Schedule.none
    /// Stages of jobs that began meanwhile and have not ended: what soon follows is synchronised along.
    var stages = 0

    /// Whether somebody or something waits for it.
    var isUrgent: Bool {
        if !effects.isEmpty || !waiting.isEmpty { return true }
        return facts.contains { if case .paused = $0 { true } else { false } }
    }
}

extension Runtime {
    /// How long turns that nobody waits for keep the storage to themselves at most, seconds.
    private static let patience = 0.005

    /// How long answers wait at most for stages that have just begun, so that a small job's end is synchronised with its
    /// beginning, seconds.
    private static let gathering = 0.002

    /// Waits until all that was decided so far is durable.
    ///
    /// - Throws: why it could not be written; then it did not happen.
    func durable() async throws(KernelError) {
        if unsettled.batch == nil { return }
        let outcome = await withCheckedContinuation { continuation in
            unsettled.waiting.append(continuation)
            scheduleSettling()
        }
        try outcome.get()
    }

    /// Sees to it that what was decided becomes durable: when this actor has done what waits for it now, where somebody
    /// waits; a moment later else.
    func scheduleSettling() {
        guard unsettled.batch != nil else { return settle() }
        let wanted: UnsettledTurns.Schedule = unsettled.isUrgent ? .soon : .later
        guard wanted > unsettled.schedule else { return }
        unsettled.schedule = wanted
        let number = unsettled.number
        Task {
            if wanted == .later {
                try? await Task.sleep(for: .seconds(Self.patience))
            } else if unsettled.stages > 0 {
                try? await Task.sleep(for: .seconds(Self.gathering))
            }
            if unsettled.number == number { settle() }
        }
    }

    /// A stage has ended that began when so many batches were settled.
    func stageEnded(_ number: Int) {
        guard unsettled.number == number else { return }
        unsettled.stages -= 1
        // Nothing follows soon: whoever waits has waited long enough.
        if unsettled.stages == 0, unsettled.schedule == .soon { settle() }
    }

    /// Makes durable what was decided, and does what waited for that.
    func settle() {
        let turns = unsettled
        unsettled = UnsettledTurns(number: turns.number + 1)
        do throws(KernelError) {
            if let batch = turns.batch { try storage.settle(batch) }
        } catch {
            // What cannot be written did not happen.
            seen = nil
            for continuation in turns.waiting { continuation.resume(returning: .failure(error)) }
            return storageFailed(error)
        }
        for fact in turns.facts { if case .paused(let job, _) = fact { stoodAside(job) } }
        tellObserver(turns.facts)
        for effect in turns.effects { perform(effect) }
        for continuation in turns.waiting { continuation.resume(returning: .success(())) }
    }

    /// Whether an effect would be seen by others, so that it must not follow from what could be lost.
    func mustBeDurable(_ effect: KernelEffect) -> Bool {
        switch effect {
        case .deliver: true
        case .run(let id, _, _):
            state.book.run(of: id).map { run in
                (try? machines.device(state.book.devices[run.device.place].name))?.description.isEmulated != true
            } ?? false
        default: false
        }
    }
}
