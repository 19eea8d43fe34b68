public import Circuits
public import Compiler
public import Hardware
public import Mitigation

/// Everything a job returns: values with error bars, how far to believe them, and where they come from.
public struct JobResult: Sendable {
    public var job: JobID
    public var name: String
    public var device: DeviceDescription
    public var calibration: Calibration
    public var seed: UInt64
    public var mitigation: MitigationLevel
    public var options: OptionsDocument
    /// One entry a block of the request.
    public var blocks: [BlockResult]
    /// The programs that ran, with what the compiler made of them.
    public var programs: [RanProgram]
    public var trust: TrustVerdict
    /// The seven steps in the order in which they began.
    public var steps: [StepRecord]
    /// What the reader must know: approximations, corrections that were left out and why.
    public var notes: [String]
    public var source: ProgramSource?
    /// Of a job that agreed to share its machine: what could have come through from next door.
    public var isolation: IsolationReport?
    public var kelvinVersion: String
}

public enum BlockResult: Sendable {
    /// One entry a parameter set.
    case samples([SampleResult])
    case estimates(EstimateResult)
}

/// The outcomes of one parameter set.
public struct SampleResult: Sendable {
    /// Place in `JobResult.programs`.
    public var program: Int
    public var parameters: [(name: String, value: InputValue)]
    /// In declaration order, without inputs and temporaries; together they are all bits of the outcomes.
    public var registers: [BitRegister]
    /// As read.
    public var counts: Counts
    /// With the readout error inverted; nil where no correction was made.
    public var corrected: QuasiDistribution?
    /// The exact distribution, where the device knows it.
    public var exact: [(bits: BitString, probability: Double)]?
    /// The `output` variables: name and the values that occurred with their number, most frequent first.
    public var outputs: [(name: String, values: [(value: ClassicalValue, count: Int)])]
}

extension SampleResult {
    /// An outcome as people read it: registers in declaration order, each with bit 0 rightmost.
    public func text(of bits: BitString) -> String {
        registers.map { bits[$0.start..<$0.start + $0.count].description }.joined(separator: " ")
    }
}

/// The expectation values of one block.
public struct EstimateResult: Sendable {
    /// Places in `JobResult.programs`.
    public var programs: [Int]
    public var shape: Shape
    /// Row-major in `shape`.
    public var estimates: [Estimate]
    /// The same without mitigation.
    public var uncorrected: [Estimate]
    /// The observables, element by element.
    public var observables: [Observable]
    public var parameters: [[(name: String, value: InputValue)]]
}

/// One program as it ran.
public struct RanProgram: Sendable {
    public var executable: Executable
    public var report: CompilationReport
    public var shots: Int
    public var method: String
    public var notes: [String]
    /// How many realisations of the noise the shots share; nil where every shot is independent.
    public var noiseRealisations: Int?
    public var deviceTime: Seconds
    public var trust: TrustVerdict
    /// The measured readout confusion that was inverted, with the bits it belongs to.
    public var readout: (confusion: ReadoutConfusion, bits: [Int])?
    /// The earlier job of the session that measured it; nil where it was this one.
    public var readoutMeasuredBy: JobID?
    /// Shots without an outcome, because a carrier was lost or a gate failed and the machine noticed.
    public var lostShots = 0
}
