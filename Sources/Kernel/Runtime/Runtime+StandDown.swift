extension Runtime {
    /// Takes up no more work, and waits for what is being done: what has ended by then is kept.
    ///
    /// The rest goes on from its last finished part when its lease has run out and somebody takes it up.
    ///
    /// - Returns: stages of jobs that are still being worked on.
    public func standDown(within seconds: Double) async -> Int {
        isStandingDown = true
        let end = clock.now + seconds
        while activeStages > 0, clock.now < end { try? await Task.sleep(for: .milliseconds(10)) }
        // Whoever is silent from now on is taken for gone.
        poller?.cancel()
        heartbeats?.cancel()
        timer?.cancel()
        try? await durable()
        // Whoever takes over has it to himself: what still ends here is his to do again.
        hasStoodDown = true
        pulse?.set([])
        return activeStages
    }
}
