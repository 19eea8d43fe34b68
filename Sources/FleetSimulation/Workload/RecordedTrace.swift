/// Recorded jobs, one a line: `seconds,account,program,qubits,shots,priority`, in the order of time; a first line with
/// these names and lines that begin with # are passed over.
public struct RecordedTrace: Sendable {
    public struct Row: Hashable, Sendable {
        public var time: Double
        public var account: String
        public var kind: ProgramKind
        public var qubits: Int
        public var shots: Int
        /// 0 low, 1 normal, 2 high.
        public var priority: UInt8
    }

    public let rows: [Row]

    /// - Throws: `ScenarioError` with the line that cannot be read.
    public init(csv text: String) throws(ScenarioError) {
        var rows: [Row] = []
        for (k, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map {
                String($0.drop { $0 == " " }.prefix { $0 != "\r" })
            }
            if line.allSatisfy({ $0 == " " || $0 == "\r" }) || line.hasPrefix("#")
                || (k == 0 && fields.first == "seconds")
            {
                continue
            }
            let place = "line \(k + 1)"
            guard fields.count == 6 else {
                throw ScenarioError(
                    place, "\(fields.count) fields instead of 6", cure: "seconds,account,program,qubits,shots,priority")
            }
            guard let time = Double(fields[0]), time.isFinite, time >= rows.last?.time ?? 0 else {
                throw ScenarioError(place, "'\(fields[0])' is not a time after the line before, in seconds")
            }
            guard let kind = ProgramKind(rawValue: fields[2]) else {
                throw ScenarioError(
                    place, "there is no program '\(fields[2])'",
                    cure: "take one of \(ProgramKind.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            guard let qubits = Int(fields[3]), (2...512).contains(qubits) else {
                throw ScenarioError(place, "'\(fields[3])' is not a number of qubits from 2 to 512")
            }
            guard let shots = Int(fields[4]), (1...1_000_000_000).contains(shots) else {
                throw ScenarioError(place, "'\(fields[4])' is not a number of shots")
            }
            guard let priority = ["low", "normal", "high"].firstIndex(of: fields[5]) else {
                throw ScenarioError(place, "'\(fields[5])' is not a priority", cure: "low, normal or high")
            }
            rows.append(
                Row(time: time, account: fields[1], kind: kind, qubits: qubits, shots: shots, priority: UInt8(priority))
            )
        }
        self.rows = rows
    }
}

extension ProgramTable {
    /// The recorded jobs with places for names; programs that are new are made.
    mutating func arrivals(_ trace: RecordedTrace, payers: [String]) throws(ScenarioError) -> [Arrival] {
        var result: [Arrival] = []
        for row in trace.rows {
            guard let payer = payers.count == 1 ? 0 : payers.firstIndex(of: row.account) else {
                throw ScenarioError("trace", "the account '\(row.account)' is not among the scenario's")
            }
            result.append(
                Arrival(
                    time: row.time, account: Int32(payer), program: Int32(place(of: row.kind, qubits: row.qubits)),
                    shots: Int32(clamping: row.shots), priority: row.priority, isAlone: false, deadline: .infinity))
        }
        return result
    }
}
