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
        if unsettled.batch == nil, settling.isEmpty { return }
        let outcome = await withCheckedContinuation { continuation in
            if unsettled.batch == nil {
                settling[settling.count - 1].waiting.append(continuation)
            } else {
                unsettled.waiting.append(continuation)
                scheduleSettling()
            }
        }
        try outcome.get()
    }

    /// Sees to it that what was decided becomes durable: when this actor has done what waits for it now, where somebody
    /// waits; a moment later else.
    func scheduleSettling() {
        guard unsettled.batch != nil else { return settle() }
        // It follows at once when that is done.
        if !settling.isEmpty { return }
        let wanted: UnsettledTurns.Schedule = unsettled.isUrgent ? .soon : .later
        guard wanted > unsettled.schedule else { return }
        unsettled.schedule = wanted
        let number = unsettled.number
        Task {
            if wanted == .later {
                try? await Task.sleep(for: .seconds(Self.patience))
            } else if unsettled.stages > 0, !storage.settlesAside {
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
        var turns = unsettled
        unsettled = UnsettledTurns(number: turns.number + 1)
        guard let batch = turns.batch else {
            // It may rest on what is being written.
            return settling.isEmpty ? conclude(turns) : settling.append(turns)
        }
        do throws(KernelError) {
            let isDurable = try storage.settle(batch) { loss in Task { await self.settled(batch, loss) } }
            if isDurable { turns.batch = nil }
        } catch {
            return lose([turns], error)
        }
        if turns.batch == nil, settling.isEmpty { conclude(turns) } else { settling.append(turns) }
    }

    /// A batch has come to its end.
    private func settled(_ batch: StorageBatch, _ loss: KernelError?) {
        while let first = settling.first {
            if let number = first.batch?.number {
                if number > batch.number || number == batch.number && loss != nil { break }
            }
            conclude(settling.removeFirst())
        }
        if let loss {
            let lost = settling + [unsettled]
            settling = []
            unsettled = UnsettledTurns(number: unsettled.number + 1)
            return lose(lost, loss)
        }
        if settling.isEmpty { scheduleSettling() }
    }

    private func conclude(_ turns: UnsettledTurns) {
        for fact in turns.facts { if case .paused(let job, _) = fact { stoodAside(job) } }
        tellObserver(turns.facts)
        for effect in turns.effects { perform(effect) }
        for continuation in turns.waiting { continuation.resume(returning: .success(())) }
    }

    /// What cannot be written did not happen.
    private func lose(_ lost: [UnsettledTurns], _ error: KernelError) {
        seen = nil
        keptCalibrations = []
        for turns in lost { for continuation in turns.waiting { continuation.resume(returning: .failure(error)) } }
        storageFailed(error)
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
