#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A device library, loaded into this process, which therefore must be one that may die: see `QDMIHost`.
struct QDMILibrary {
    typealias Handle = OpaquePointer
    typealias Value = UnsafeMutableRawPointer
    typealias Size = UnsafeMutablePointer<Int>

    let initialize: @convention(c) () -> Int32
    let finalize: @convention(c) () -> Int32
    let allocateSession: @convention(c) (UnsafeMutablePointer<Handle?>) -> Int32
    let setSessionParameter: @convention(c) (Handle, Int32, Int, UnsafeRawPointer?) -> Int32
    let initializeSession: @convention(c) (Handle) -> Int32
    let freeSession: @convention(c) (Handle) -> Void
    let queryDevice: @convention(c) (Handle, Int32, Int, Value?, Size?) -> Int32
    let querySite: @convention(c) (Handle, Handle?, Int32, Int, Value?, Size?) -> Int32
    let queryOperation:
        @convention(c) (
            Handle, Handle?, Int, UnsafePointer<Handle?>?, Int, UnsafePointer<Double>?, Int32, Int, Value?, Size?
        ) -> Int32
    let createJob: @convention(c) (Handle, UnsafeMutablePointer<Handle?>) -> Int32
    let setJobParameter: @convention(c) (Handle, Int32, Int, UnsafeRawPointer?) -> Int32
    let setPrograms: @convention(c) (Handle, Int32, Int, UnsafePointer<Int>, UnsafePointer<UnsafeRawPointer?>) -> Int32
    let submit: @convention(c) (Handle) -> Int32
    let cancel: @convention(c) (Handle) -> Int32
    let check: @convention(c) (Handle, UnsafeMutablePointer<Int32>) -> Int32
    let results: @convention(c) (Handle, Int, Int32, Int, Value?, Size?) -> Int32
    let freeJob: @convention(c) (Handle) -> Void

    /// Loads the library and finds every function; one that is missing is named.
    init(path: String, prefix: String) throws(QDMIFault) {
        guard let library = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
            throw QDMIFault("cannot be loaded: \(dlerror().map { String(cString: $0) } ?? "no reason given")")
        }
        var missing: [String] = []
        func symbol<T>(_ name: String, as type: T.Type) -> T? {
            guard let address = dlsym(library, "\(prefix)_QDMI_\(name)") else {
                missing.append("\(prefix)_QDMI_\(name)")
                return nil
            }
            return unsafeBitCast(address, to: type)
        }
        let initialize = symbol("device_initialize", as: (@convention(c) () -> Int32).self)
        let finalize = symbol("device_finalize", as: (@convention(c) () -> Int32).self)
        let allocate = symbol(
            "device_session_alloc", as: (@convention(c) (UnsafeMutablePointer<Handle?>) -> Int32).self)
        let setParameter = symbol(
            "device_session_set_parameter", as: (@convention(c) (Handle, Int32, Int, UnsafeRawPointer?) -> Int32).self)
        let initializeSession = symbol("device_session_init", as: (@convention(c) (Handle) -> Int32).self)
        let freeSession = symbol("device_session_free", as: (@convention(c) (Handle) -> Void).self)
        let queryDevice = symbol(
            "device_session_query_device_property",
            as: (@convention(c) (Handle, Int32, Int, Value?, Size?) -> Int32).self)
        let querySite = symbol(
            "device_session_query_site_property",
            as: (@convention(c) (Handle, Handle?, Int32, Int, Value?, Size?) -> Int32).self)
        let queryOperation = symbol(
            "device_session_query_operation_property",
            as: (@convention(c) (
                Handle, Handle?, Int, UnsafePointer<Handle?>?, Int, UnsafePointer<Double>?, Int32, Int, Value?, Size?
            ) -> Int32).self)
        let createJob = symbol(
            "device_session_create_device_job",
            as: (@convention(c) (Handle, UnsafeMutablePointer<Handle?>) -> Int32).self)
        let setJobParameter = symbol(
            "device_job_set_parameter", as: (@convention(c) (Handle, Int32, Int, UnsafeRawPointer?) -> Int32).self)
        let setPrograms = symbol(
            "device_job_set_programs",
            as: (@convention(c) (Handle, Int32, Int, UnsafePointer<Int>, UnsafePointer<UnsafeRawPointer?>) -> Int32)
                .self)
        let submit = symbol("device_job_submit", as: (@convention(c) (Handle) -> Int32).self)
        let cancel = symbol("device_job_cancel", as: (@convention(c) (Handle) -> Int32).self)
        let check = symbol(
            "device_job_check", as: (@convention(c) (Handle, UnsafeMutablePointer<Int32>) -> Int32).self)
        let results = symbol(
            "device_job_get_results", as: (@convention(c) (Handle, Int, Int32, Int, Value?, Size?) -> Int32).self)
        let freeJob = symbol("device_job_free", as: (@convention(c) (Handle) -> Void).self)
        guard let initialize, let finalize, let allocate, let setParameter, let initializeSession, let freeSession,
            let queryDevice, let querySite, let queryOperation, let createJob, let setJobParameter, let setPrograms,
            let submit, let cancel, let check, let results, let freeJob
        else {
            let shown = missing.prefix(3).joined(separator: ", ") + (missing.count > 3 ? ", …" : "")
            // QDMI 1.3 and before set the program as a parameter of the job.
            let isOld = missing == ["\(prefix)_QDMI_device_job_set_programs"]
            throw QDMIFault(
                "lacks \(missing.count) of the functions of QDMI 1.4: \(shown)",
                cure: isOld
                    ? "the library speaks an older QDMI; use its version for QDMI 1.4"
                    : "check the prefix: the functions are called PREFIX_QDMI_device_…")
        }
        self.initialize = initialize
        self.finalize = finalize
        allocateSession = allocate
        setSessionParameter = setParameter
        self.initializeSession = initializeSession
        self.freeSession = freeSession
        self.queryDevice = queryDevice
        self.querySite = querySite
        self.queryOperation = queryOperation
        self.createJob = createJob
        self.setJobParameter = setJobParameter
        self.setPrograms = setPrograms
        self.submit = submit
        self.cancel = cancel
        self.check = check
        self.results = results
        self.freeJob = freeJob
    }
}

/// What is wrong with a library: words that follow "the library … ".
struct QDMIFault: Error {
    var message: String
    var cure: String?
    var isCancelled = false

    init(_ message: String, cure: String? = nil) {
        self.message = message
        self.cure = cure
    }
}
