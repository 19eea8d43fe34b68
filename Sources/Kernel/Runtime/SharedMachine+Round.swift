import Hardware

// One round: several programs made one executable, run, and taken apart again.
extension SharedMachine {
    /// Runs a round and adds to each ticket what it gave. Where the machine cannot take all together, the first runs and
    /// the others keep waiting.
    func execute(_ round: inout [Ticket]) async throws(DeviceError) {
        let shots = round.reduce(.max) { min($0, $1.remaining) }
        let first = round[0].part, regions = round.map { SiteMask(($0.part.region ?? []).map(\.index)) }
        let helpers = Self.meetings(of: regions), order = Self.order(of: round.map(\.part.executable), helpers)
        guard round.count > 1,
            let packed = try? PackedExecutable(
                order.map { round[$0].part.executable }, siteCount: first.device.description.siteCount,
                sharing: Set(helpers.sites.map { Site($0) }),
                resetDuration: { first.calibration.sites[$0.index].resetDuration ?? .zero }),
            Self.accepts(packed.executable, shots, first.device)
        else { return try await executeFirst(&round) }
        let progress = round.map(\.part.progress)
        let seed = round.reduce(0) { JobPlan.seed($0 ^ $1.part.seed, part: $1.rounds) }
        let result = try await first.device.run(packed.executable, shots: shots, seed: seed) { fraction in
            for report in progress { report(fraction) }
        }
        let map = DeviceMap(first.device.description, calibration: first.calibration)
        let length = packed.executable.schedule?.duration ?? 0
        for (program, place) in order.enumerated() {
            let others = regions.indices.filter { $0 != place }.reduce(SiteMask()) { $0.union(regions[$1]) }
            let report = IsolationReport(
                region: regions[place], others: others, on: map, guardDistance: guardDistance, shotSeconds: length,
                helpers: helpers.intersection(regions[place]),
                resetError: { first.calibration.sites[$0].resetError },
                coupling: first.calibration.environment.strengths)
            round[place].take(packed.share(of: program, in: result, of: shots, round[place].part), report, shots: shots)
        }
    }

    /// Sites of more than one region.
    private static func meetings(of regions: [SiteMask]) -> SiteMask {
        var (all, twice) = (SiteMask(), SiteMask())
        for region in regions {
            twice = twice.union(all.intersection(region))
            all = all.union(region)
        }
        return twice
    }

    /// Who reads none of the sites that it shares with others goes first: it is done with them early.
    private static func order(of programs: [Executable], _ helpers: SiteMask) -> [Int] {
        if helpers.isEmpty { return Array(programs.indices) }
        let reads = programs.map { $0.sitesRead.count { helpers.contains($0.index) } }
        return programs.indices.sorted { (reads[$0], $0) < (reads[$1], $1) }
    }

    private static func accepts(_ executable: Executable, _ shots: Int, _ device: any Device) -> Bool {
        (try? device.validate(executable, shots: shots)) != nil
    }

    /// A program that has the machine to itself for this round runs as it is, with its own seed: alone from first to last
    /// it gives what it would have given on an empty machine.
    private func executeFirst(_ round: inout [Ticket]) async throws(DeviceError) {
        let part = round[0].part, rounds = round[0].rounds
        let result = try await part.device.run(
            part.executable, shots: round[0].remaining,
            seed: rounds == 0 ? part.seed : JobPlan.seed(part.seed, part: rounds), progress: part.progress)
        let alone = part.region == nil ? nil : IsolationReport.alone(guardDistance: guardDistance)
        round[0].take(result, alone, shots: round[0].remaining)
    }
}

extension SharedMachine.Ticket {
    fileprivate mutating func take(_ result: RawResult, _ isolation: IsolationReport?, shots: Int) {
        remaining -= shots
        rounds += 1
        let before = outcome
        outcome = SharedMachine.Outcome(
            result: before?.result.joined(with: result) ?? result,
            isolation: isolation.map { before?.isolation?.joined(with: $0) ?? $0 })
    }
}

extension PackedExecutable {
    /// What one program got of a round: its own bits, its own time.
    fileprivate func share(
        of program: Int, in result: RawResult, of shots: Int, _ part: SharedMachine.Part
    ) -> RawResult {
        var own = result
        own.shots = outcomes(of: program, in: result)
        own.exactProbabilities = nil
        own.outputs = []
        // Which gates of the round were limited by what would tell who was next door.
        own.notes.removeAll { $0.contains("gate") && $0.contains("of the program") }
        let length = part.executable.schedule?.duration ?? 0
        own.deviceTime = Seconds(Double(shots) * (length + part.device.description.timing.repetitionDelay.value))
        return own
    }
}
