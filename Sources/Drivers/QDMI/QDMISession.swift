#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A session with a device library: questions and answers, none of which is trusted.
///
/// A size that a library returns is a claim: it is checked against a limit before memory is given, against the size of
/// the elements, and again after the answer was written. Buffers end at a guard page.
final class QDMISession {
    let library: QDMILibrary
    let session: QDMILibrary.Handle
    private let buffer = GuardedBuffer()

    static let maximumText = 1 << 20
    static let maximumList = 1 << 26
    static let maximumResult = 1 << 30

    init(_ library: QDMILibrary, parameters: [(number: Int32, value: String)]) throws(QDMIFault) {
        self.library = library
        try Self.succeed(library.initialize(), "device_initialize")
        var handle: QDMILibrary.Handle?
        try Self.succeed(library.allocateSession(&handle), "device_session_alloc")
        guard let handle else { throw QDMIFault("gave no session (a null handle)") }
        session = handle
        for (number, value) in parameters {
            let text = Array(value.utf8) + [0]
            let status = text.withUnsafeBytes { library.setSessionParameter(handle, number, $0.count, $0.baseAddress) }
            if status != QDMI.Status.success {
                let name = QDMI.sessionParameters.first { $0.number == number }?.name ?? "\(number)"
                throw QDMIFault(
                    "refused the session parameter \(name): \(QDMI.Status.name(status))", cure: "correct the attachment"
                )
            }
        }
        let status = library.initializeSession(handle)
        if status == QDMI.Status.permissionDenied {
            throw QDMIFault("refused the session: permission denied", cure: "give a valid token")
        }
        try Self.succeed(status, "device_session_init")
    }

    func close() {
        library.freeSession(session)
        _ = library.finalize()
    }

    static func succeed(_ status: Int32, _ function: String) throws(QDMIFault) {
        guard status == QDMI.Status.success || status == 1 else {
            throw QDMIFault("failed in \(function): \(QDMI.Status.name(status))")
        }
    }

    typealias Query = (Int, QDMILibrary.Value?, QDMILibrary.Size?) -> Int32

    /// The bytes of an answer; nil where it is not supported.
    func bytes(_ what: String, limit: Int, _ query: Query) throws(QDMIFault) -> [UInt8]? {
        var size = 0
        let status = query(0, nil, &size)
        if status == QDMI.Status.notSupported || status == QDMI.Status.notImplemented { return nil }
        try Self.succeed(status, "the query of \(what)")
        guard size >= 0, size <= limit else {
            throw QDMIFault("claims \(UInt(bitPattern: size)) bytes for \(what); at most \(limit) are believed")
        }
        if size == 0 { return [] }
        let memory = buffer.zeroed(size)
        var written = size
        try Self.succeed(query(size, memory, &written), "the query of \(what)")
        guard written >= 0, written <= size else {
            throw QDMIFault("says it wrote \(UInt(bitPattern: written)) bytes for \(what) into a buffer of \(size)")
        }
        return Array(UnsafeRawBufferPointer(start: memory, count: written))
    }

    /// A text without the NUL at its end.
    func text(_ what: String, limit: Int = maximumText, _ query: Query) throws(QDMIFault) -> String? {
        guard var bytes = try bytes(what, limit: limit, query) else { return nil }
        if bytes.last == 0 { bytes.removeLast() }
        guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
            throw QDMIFault("gave no text for \(what)")
        }
        return text
    }

    /// A list of values of one size.
    func list<T: BitwiseCopyable>(_ what: String, of type: T.Type, _ query: Query) throws(QDMIFault) -> [T]? {
        guard let bytes = try bytes(what, limit: Self.maximumList, query) else { return nil }
        let stride = MemoryLayout<T>.stride
        guard bytes.count % stride == 0 else {
            throw QDMIFault("gave \(bytes.count) bytes for \(what), which is no whole number of \(stride)-byte entries")
        }
        return bytes.withUnsafeBytes { raw in
            (0..<bytes.count / stride).map { raw.loadUnaligned(fromByteOffset: $0 * stride, as: T.self) }
        }
    }

    /// One value.
    func scalar<T: BitwiseCopyable>(_ what: String, of type: T.Type, _ query: Query) throws(QDMIFault) -> T? {
        let size = MemoryLayout<T>.size
        let memory = buffer.zeroed(size)
        var written = size
        let status = query(size, memory, &written)
        if status == QDMI.Status.notSupported || status == QDMI.Status.notImplemented { return nil }
        try Self.succeed(status, "the query of \(what)")
        guard written == size || written == 0 else {
            throw QDMIFault("gave \(UInt(bitPattern: written)) bytes for \(what), where \(size) belong")
        }
        return memory.loadUnaligned(as: T.self)
    }

    func finite(_ value: Double?, _ what: String) throws(QDMIFault) -> Double? {
        guard let value else { return nil }
        guard value.isFinite else { throw QDMIFault("gave \(value) for \(what)") }
        return value
    }
}
