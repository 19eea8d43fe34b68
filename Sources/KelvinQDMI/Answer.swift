import Drivers

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// How QDMI hands out values: a null buffer asks for the size, a buffer that is too small is refused.
struct Answer {
    let size: Int
    let value: UnsafeMutableRawPointer?
    let written: UnsafeMutablePointer<Int>?

    func give(_ bytes: UnsafeRawBufferPointer) -> Int32 {
        if let value {
            guard size >= bytes.count else { return QDMI.Status.invalidArgument }
            if let base = bytes.baseAddress { value.copyMemory(from: base, byteCount: bytes.count) }
        }
        written?.pointee = bytes.count
        return QDMI.Status.success
    }

    func give<T: BitwiseCopyable>(_ number: T) -> Int32 { withUnsafeBytes(of: number) { give($0) } }

    func give<T: BitwiseCopyable>(_ list: [T]) -> Int32 { list.withUnsafeBytes { give($0) } }

    /// With the NUL at its end.
    func give(_ text: String) -> Int32 { give(Array(text.utf8) + [0]) }

    func give<T: BitwiseCopyable>(_ number: T?) -> Int32 { number.map { give($0) } ?? QDMI.Status.notSupported }
}

/// QDMI answers with numbers; what they mean goes to the standard error output.
func complain(_ message: String) {
    let line = Array("KelvinQDMI: \(message)\n".utf8)
    _ = line.withUnsafeBytes { write(2, $0.baseAddress!, $0.count) }
}
