import Circuits
import Hardware
public import Mitigation

/// The readout of some sites as a job measured it under one calibration: what later jobs of its session need not measure.
public struct MeasuredReadout: Hashable, Sendable, Codable {
    /// Which measured it.
    public var job: JobID
    /// What users call the machine.
    public var machine: String
    public var calibration: String
    /// Ascending; bit k of the tallies was read at the k-th.
    public var sites: [Int]
    /// That each of the two experiments was asked for.
    public var shots: Int
    public var preparedZero: ReadoutTally
    public var preparedOne: ReadoutTally

    /// Whether the figures can have been measured on a machine of so many sites.
    func isSound(siteCount: Int) -> Bool {
        Set(sites).count == sites.count && sites.allSatisfy { (0..<siteCount).contains($0) }
            && [preparedZero, preparedOne].allSatisfy { tally in
                tally.ones.count == sites.count && tally.ones.allSatisfy { (0...max(0, tally.shots)).contains($0) }
            }
    }
}

extension JobSegment {
    /// What the job itself has measured here, in the order of the sites.
    func measuredReadouts(by job: JobID) -> [MeasuredReadout] {
        readoutRuns.compactMap { sites, run -> MeasuredReadout? in
            guard run.counts.count == ReadoutExperiment.allCases.count else { return nil }
            return MeasuredReadout(
                job: job, machine: station.machine, calibration: calibration.id, sites: sites.map(\.index),
                shots: run.shots, preparedZero: ReadoutTally(run.counts[0], bitCount: sites.count),
                preparedOne: ReadoutTally(run.counts[1], bitCount: sites.count))
        }.sorted { $0.sites.lexicographicallyPrecedes($1.sites) }
    }

    /// What earlier jobs of the session had measured, in the order of the sites.
    var foundReadouts: [MeasuredReadout] {
        knownReadouts.values.sorted { $0.sites.lexicographicallyPrecedes($1.sites) }
    }
}

/// What a job of a session found of the readout and what it added, as it is kept beside its parts: for the jobs after it
/// in whatever process, and for whoever has to go on with it, whose parts must be the same.
struct ReadoutLedger: Hashable, Sendable, Codable {
    /// What earlier jobs had measured, one entry a segment of the job.
    var found: [[MeasuredReadout]]
    var measured: [MeasuredReadout]

    init(_ work: JobWork, of job: JobID) {
        found = work.segments.map(\.foundReadouts)
        measured = work.segments.flatMap { $0.measuredReadouts(by: job) }
    }

    var bytes: [UInt8] { DocumentCoding.encode(self) }
    init(bytes: [UInt8]) throws(KernelError) { self = try DocumentCoding.decode(bytes) }
}
