import Circuits
import Hardware

/// Outcomes shot by shot, as they are kept and sent: a head in JSON, then bits.
///
/// Layout, all numbers little-endian: the eight bytes `KELVSHOT`; the version, 1, in 32 bits; the length of the head in 32
/// bits; the head; then the shots of program after program in the order in which they were taken, each in
/// `bytesPerShot` bytes, bit k of the outcome in byte k/8 at place k mod 8. `Docs/result-format.md` describes it.
public struct ShotFile: Hashable, Sendable, Codable {
    public var programs: [Program]

    public struct Program: Hashable, Sendable, Codable {
        public var shots: Int
        public var bits: Int
        public var bytesPerShot: Int
        /// In the order in which outcomes spell them; bit 0 of the last is bit `start` of the shot.
        public var registers: [Register]
    }

    public struct Register: Hashable, Sendable, Codable {
        public var name: String
        public var start: Int
        public var size: Int
    }

    public static let mediaType = "application/octet-stream"
    private static let magic = Array("KELVSHOT".utf8)
    private static let version: UInt32 = 1
    /// Bytes that are kept, and sent, in one piece.
    static let pieceSize = 1 << 18

    /// What stands before the shots.
    public var head: [UInt8] {
        let json = DocumentCoding.encode(self)
        func word(_ number: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
        return Self.magic + word(Self.version) + word(UInt32(json.count)) + json
    }

    /// Bytes of all shots.
    public var size: Int { programs.reduce(0) { $0 + $1.shots * $1.bytesPerShot } }
}

extension JobWork {
    /// The outcomes of every program, packed; pieces are all of one size but the last.
    func packedShots() -> (file: ShotFile, pieces: [[UInt8]]) {
        var file = ShotFile(programs: []), bytes: [UInt8] = []
        for place in executions.indices {
            let program = program(place), shots = executions[place].raw.shots
            var registers = program.circuit.bitRegisters, bits = Array(0..<program.circuit.bitCount)
            if program.measurement == nil {
                let reported = ReportedBits(program.circuit)
                (registers, bits) = (reported.registers, reported.bits)
            }
            let width = (bits.count + 7) / 8
            file.programs.append(
                ShotFile.Program(
                    shots: shots.count, bits: bits.count, bytesPerShot: width,
                    registers: registers.map { .init(name: $0.name, start: $0.start, size: $0.count) }))
            bytes.reserveCapacity(bytes.count + width * shots.count)
            // Most programs show all their bits.
            let isWhole = bits == Array(0..<program.circuit.bitCount)
            for shot in shots { (isWhole ? shot : shot.selecting(bits)).append(to: &bytes) }
        }
        let pieces = stride(from: 0, to: bytes.count, by: ShotFile.pieceSize).map {
            Array(bytes[$0..<min($0 + ShotFile.pieceSize, bytes.count)])
        }
        return (file, pieces)
    }
}

extension BitString {
    /// Its bits, eight a byte, bit 0 first.
    fileprivate func append(to bytes: inout [UInt8]) {
        var left = (count + 7) / 8
        for word in words where left > 0 {
            for place in 0..<min(8, left) { bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(8 * place))) }
            left -= min(8, left)
        }
    }
}
