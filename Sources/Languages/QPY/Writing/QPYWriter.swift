public import Circuits

/// Writes circuits in QPY, versions 13 to 18, as Qiskit reads them.
///
/// What the format or the version has no place for is refused by name. Gates that the program defines become unitary
/// matrices where their angles are known; compiled programs have none.
public struct QPYWriter: Sendable {
    public var version: UInt8
    /// The machine's sampling interval, seconds: delays are whole numbers of it. Without one only version 14 and later
    /// can say a delay in seconds.
    public var dt: Double?

    /// - Precondition: the version is one of `QPY.versions`.
    public init(version: UInt8 = 17, dt: Double? = nil) {
        precondition(QPY.versions.contains(version), "version \(version) of QPY")
        self.version = version
        self.dt = dt
    }

    /// A file with one circuit.
    ///
    /// - Throws: `QPYWriterError` for what cannot be said.
    public func write(_ circuit: Circuit) throws(QPYWriterError) -> [UInt8] {
        var file = ByteSink()
        file.bytes += QPY.magic
        file.put(version)
        // The release of Qiskit that first wrote the version.
        let releases: [UInt8: (UInt8, UInt8)] = [
            13: (1, 3), 14: (2, 0), 15: (2, 1), 16: (2, 2), 17: (2, 3), 18: (2, 6),
        ]
        let release = releases[version] ?? (2, 6)
        file.bytes += [release.0, release.1, 0]
        file.put(UInt64(1))
        file.put(tag: "p")
        file.put(tag: "q")
        // Where each circuit begins.
        if version >= 16 { file.put(UInt64(file.bytes.count + 8)) }
        var writing = ProgramWriting(circuit, version: version, dt: dt)
        file.bytes += try writing.program()
        return file.bytes
    }
}

/// What a version of QPY cannot say.
public struct QPYWriterError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The construct, as "a stretch".
    public var construct: String
    public var version: UInt8
    /// Where it came from, if it came from a text.
    public var location: SourceLocation

    public var description: String { "version \(version) of QPY cannot say \(construct)" }
}

/// Bytes in the order of a file: big-endian.
struct ByteSink {
    var bytes: [UInt8] = []

    mutating func put(_ value: some FixedWidthInteger, isLittleEndian: Bool = false) {
        let size = value.bitWidth / 8
        for k in 0..<size {
            bytes.append(UInt8(truncatingIfNeeded: value >> (8 * (isLittleEndian ? k : size - 1 - k))))
        }
    }

    mutating func put(_ value: Double, isLittleEndian: Bool = false) {
        put(value.bitPattern, isLittleEndian: isLittleEndian)
    }

    mutating func put(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

    mutating func put(tag: Character) { bytes.append(tag.asciiValue ?? 0) }

    /// A value with the letter of its type and its length.
    mutating func put(_ value: WrittenValue) {
        put(tag: value.tag)
        put(UInt64(value.bytes.count))
        bytes += value.bytes
    }
}

struct WrittenValue {
    var tag: Character
    var bytes: [UInt8]

    static let null = WrittenValue(tag: "z", bytes: [])
}
