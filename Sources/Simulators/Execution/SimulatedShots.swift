public import Circuits

/// What a simulation gives back.
public struct SimulatedShots: Sendable {
    /// All classical bits of the program at its end, shot by shot, without the shots that were lost.
    public var bits: [BitString]
    /// Shots that ended without a result: a carrier was lost, or a gate failed, and it was noticed.
    public private(set) var lostShots = 0
    /// By shot, until the lost ones are dropped; empty for none.
    var isLost: [Bool] = []
    /// The values of the output variables, in order of declaration, shot by shot; empty without such variables.
    public var outputs: [[ClassicalValue]]
    /// Variables that `outputs` lists.
    public var outputVariables: [VariableID]
    public var method: SimulationMethod
    /// The exact distribution of all bits in ascending order, if it was asked for and could be had.
    public var probabilities: [(bits: BitString, probability: Double)]?

    init(shots: Int, circuit: Circuit, method: SimulationMethod) {
        bits = Array(repeating: BitString(zeros: circuit.bitCount), count: shots)
        outputVariables = circuit.variables.indices.filter { circuit.variables[$0].role == .output }.map {
            VariableID($0)
        }
        outputs = outputVariables.isEmpty ? [] : Array(repeating: [], count: shots)
        self.method = method
    }

    mutating func dropLostShots() {
        lostShots = isLost.count { $0 }
        if lostShots > 0 {
            let kept = isLost.indices.filter { !isLost[$0] }
            bits = kept.map { bits[$0] }
            if !outputs.isEmpty { outputs = kept.map { outputs[$0] } }
        }
        isLost = []
    }

    mutating func record(_ shot: UInt32, _ environment: Environment) {
        bits[Int(shot)] = environment.bits
        if !outputVariables.isEmpty {
            outputs[Int(shot)] = outputVariables.map { environment.variables[$0.index] }
        }
    }
}
