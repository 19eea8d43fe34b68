import Kernel
import Storage

/// The outcomes of one program, in the order in which they were taken.
struct ShotTable: Sendable {
    let registers: [ShotFile.Register]
    let shots: Int
    let bits: Int
    private let stride: Int
    private let bytes: ArraySlice<UInt8>

    init(_ program: ShotFile.Program, _ bytes: ArraySlice<UInt8>) {
        registers = program.registers
        shots = program.shots
        bits = program.bits
        stride = program.bytesPerShot
        self.bytes = bytes
    }

    /// Bit 0 is bit 0 of the register declared first.
    func bit(_ bit: Int, of shot: Int) -> UInt8 {
        bytes[bytes.startIndex + shot * stride + bit / 8] >> UInt8(bit % 8) & 1
    }

    /// The bits of a shot, bit 0 first.
    func row(_ shot: Int) -> [UInt8] { (0..<bits).map { bit($0, of: shot) } }

    /// The bits of a register in a shot, its bit 0 first.
    func row(_ shot: Int, of register: ShotFile.Register) -> [UInt8] {
        (register.start..<register.start + register.size).map { bit($0, of: shot) }
    }
}

extension Call {
    /// What a job that ended well gave, shot by shot, program after program.
    func shots(of job: JobSummary) throws -> [ShotTable] {
        let id = job.job
        let (file, bytes) = try service.storage.snapshot { store throws(KernelError) -> (ShotFile, [UInt8]) in
            guard let found = try store.document(.itinerary, of: id, number: 0) else {
                throw KernelError(
                    .system, code: "bundle.not-kept", "the shots of \(id) are not kept, its counts are",
                    cure: "ask for counts")
            }
            let itinerary: Itinerary = try DocumentCoding.decode(found)
            var bytes: [UInt8] = [], number = 0
            bytes.reserveCapacity(itinerary.shots.size)
            while let piece = try store.document(.shots, of: id, number: number) {
                bytes += piece
                number += 1
            }
            return (itinerary.shots, bytes)
        }
        guard bytes.count == file.size else {
            throw Problem(.fault, "\(bytes.count) bytes of shots are kept of \(id), \(file.size) were taken")
        }
        var start = 0
        return file.programs.map { program in
            let end = start + program.shots * program.bytesPerShot
            defer { start = end }
            return ShotTable(program, bytes[start..<end])
        }
    }
}
