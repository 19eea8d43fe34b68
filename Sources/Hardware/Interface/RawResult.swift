public import Circuits

/// What a device returns: outcomes as read, nothing corrected.
public struct RawResult: Sendable {
    /// All classical bits of the program at its end, one string a shot, in shot order, lost ones left out; bit k is `ClassicalBit(k)`.
    public var shots: [BitString]
    /// The values of the program's `output` variables, in declaration order, one list a shot; empty without such.
    public var outputs: [[ClassicalValue]]
    /// The exact distribution over final bits, where the device can know it (an ideal simulator does); sorted by string.
    public var exactProbabilities: [(bits: BitString, probability: Double)]?
    /// How the shots came about, in words fit for a report ("emulated by density matrix, 5 qubits").
    public var method: String
    /// True for everything that is not a physical machine.
    public var isEmulated: Bool
    /// Approximations and other facts the reader of the result must know.
    public var notes: [String]
    /// Shots that were done but have no outcome: a carrier was lost, or a gate failed, and the machine noticed. They are
    /// not among `shots`.
    public var lostShots: Int
    /// How many independent realisations of the noise stand behind the shots, where an emulator let several shots share
    /// one; nil where every shot is independent. Shots that share one are correlated, so that this number, not that of
    /// the shots, limits what can be concluded.
    public var noiseRealisations: Int?
    /// Time the machine was (or would have been) busy.
    public var deviceTime: Seconds

    public init(
        shots: [BitString], outputs: [[ClassicalValue]] = [],
        exactProbabilities: [(bits: BitString, probability: Double)]? = nil, method: String, isEmulated: Bool,
        notes: [String] = [], lostShots: Int = 0, noiseRealisations: Int? = nil, deviceTime: Seconds
    ) {
        self.shots = shots
        self.outputs = outputs
        self.exactProbabilities = exactProbabilities
        self.method = method
        self.isEmulated = isEmulated
        self.notes = notes
        self.lostShots = lostShots
        self.noiseRealisations = noiseRealisations
        self.deviceTime = deviceTime
    }
}
