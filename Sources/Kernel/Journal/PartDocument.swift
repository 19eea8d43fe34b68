import Circuits
public import Hardware

/// What one part gave, as it is kept for a worker that may have to go on after it.
public struct PartDocument: Sendable {
    /// The calibration it ran under.
    public var calibration: String
    public var result: RawResult
    /// What users call the machine.
    public var machine: String
    /// The sites the job had; nil for all.
    public var region: [Site]?
    public var isolation: IsolationReport?

    public init(
        calibration: String, result: RawResult, machine: String, region: [Site]? = nil,
        isolation: IsolationReport? = nil
    ) {
        self.calibration = calibration
        self.result = result
        self.machine = machine
        self.region = region
        self.isolation = isolation
    }

    private static let version: UInt8 = 3

    public var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.put(Self.version)
        writer.put(calibration)
        writer.put(result.shots.count)
        let width = result.shots.first?.count ?? 0
        writer.put(width)
        for shot in result.shots { writer.put(shot) }
        writer.put(result.outputs.count)
        for shot in result.outputs {
            writer.put(shot.count)
            for value in shot { writer.put(value) }
        }
        writer.put(UInt8(result.exactProbabilities == nil ? 0 : 1))
        if let exact = result.exactProbabilities {
            writer.put(exact.count)
            for entry in exact {
                writer.put(entry.bits)
                writer.put(entry.probability)
            }
        }
        writer.put(result.method)
        writer.put(UInt8(result.isEmulated ? 1 : 0))
        writer.put(result.notes.count)
        for note in result.notes { writer.put(note) }
        writer.put(result.lostShots)
        writer.put(result.noiseRealisations ?? -1)
        writer.put(result.deviceTime.value)
        writer.put(machine)
        writer.put(region.map { [$0.count] + $0.map(\.index) } ?? [-1])
        writer.put(isolation)
        return writer.bytes
    }

    /// - Returns: nil where the bytes are no part, or not whole.
    public init?(bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        guard let part = try? Self.read(&reader), reader.isAtEnd else { return nil }
        self = part
    }

    private static func read(_ reader: inout ByteReader) throws(ByteReader.Truncated) -> PartDocument {
        guard try reader.byte() == version else { throw ByteReader.Truncated() }
        let calibration = try reader.text()
        let shots = try reader.integer(), width = try reader.integer()
        guard shots >= 0, width >= 0, width < 1 << 24, width > 0 || shots == 0 else { throw ByteReader.Truncated() }
        var strings: [BitString] = []
        for _ in 0..<shots { strings.append(try reader.bits(width)) }
        var outputs: [[ClassicalValue]] = []
        for _ in 0..<(try reader.length()) {
            var values: [ClassicalValue] = []
            for _ in 0..<(try reader.length()) { values.append(try reader.classicalValue()) }
            outputs.append(values)
        }
        var exact: [(bits: BitString, probability: Double)]?
        if try reader.byte() == 1 {
            exact = []
            for _ in 0..<(try reader.length()) { exact?.append((try reader.bits(width), try reader.double())) }
        }
        let method = try reader.text(), isEmulated = try reader.byte() == 1
        var notes: [String] = []
        for _ in 0..<(try reader.length()) { notes.append(try reader.text()) }
        let lost = try reader.integer()
        guard lost >= 0 else { throw ByteReader.Truncated() }
        let realisations = try reader.integer()
        let result = RawResult(
            shots: strings, outputs: outputs, exactProbabilities: exact, method: method, isEmulated: isEmulated,
            notes: notes, lostShots: lost, noiseRealisations: realisations < 0 ? nil : realisations,
            deviceTime: Seconds(try reader.double()))
        let machine = try reader.text(), count = try reader.integer()
        var region: [Site] = []
        for _ in 0..<max(0, count) {
            let site = try reader.integer()
            guard site >= 0, site < 1 << 24 else { throw ByteReader.Truncated() }
            region.append(Site(site))
        }
        return PartDocument(
            calibration: calibration, result: result, machine: machine, region: count < 0 ? nil : region,
            isolation: try reader.isolation())
    }
}

extension ByteWriter {
    fileprivate mutating func put(_ numbers: [Int]) { for number in numbers { put(number) } }

    fileprivate mutating func put(_ report: IsolationReport?) {
        let bytes = report.map { DocumentCoding.encode($0) } ?? []
        put(bytes.count)
        for byte in bytes { put(byte) }
    }

    fileprivate mutating func put(_ value: ClassicalValue) {
        switch value {
        case .bool(let value):
            put(UInt8(0))
            put(UInt8(value ? 1 : 0))
        case .bits(let bits):
            put(UInt8(1))
            put(bits.count)
            put(bits)
        case .int(let value, let width): put(2, UInt64(bitPattern: value), width)
        case .uint(let value, let width): put(3, value, width)
        case .float(let value, let width): put(4, value.bitPattern, width)
        case .angle(let value, let width): put(5, value, width)
        case .duration(let value): put(6, value.bitPattern, 64)
        case .wide(let number):
            put(UInt8(7))
            put(number.kind.rawValue)
            put(number.pattern.count)
            put(number.pattern)
        }
    }

    private mutating func put(_ kind: UInt8, _ word: UInt64, _ width: Int) {
        put(kind)
        put(word)
        put(width)
    }
}

extension ByteReader {
    fileprivate mutating func isolation() throws(Truncated) -> IsolationReport? {
        let count = try length()
        if count == 0 { return nil }
        var bytes: [UInt8] = []
        for _ in 0..<count { bytes.append(try byte()) }
        do { return try DocumentCoding.decode(bytes) } catch { throw Truncated() }
    }

    fileprivate mutating func classicalValue() throws(Truncated) -> ClassicalValue {
        switch try byte() {
        case 0: return .bool(try byte() == 1)
        case 1:
            let count = try integer()
            guard count >= 0, count < 1 << 24 else { throw Truncated() }
            return .bits(try bits(count))
        case 2: return .int(Int64(bitPattern: try word()), width: try integer())
        case 3: return .uint(try word(), width: try integer())
        case 4: return .float(try double(), width: try integer())
        case 5: return .angle(try word(), width: try integer())
        case 6:
            let value = try double()
            _ = try integer()
            return .duration(value)
        case 7:
            guard let kind = WideNumber.Kind(rawValue: try byte()) else { throw Truncated() }
            let count = try integer()
            guard count >= 0, count <= ClassicalType.widthLimit else { throw Truncated() }
            return ClassicalValue(kind, pattern: try bits(count))
        default: throw Truncated()
        }
    }
}
