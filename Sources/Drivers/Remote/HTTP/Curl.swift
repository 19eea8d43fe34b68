internal import CKelvinSystem

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// libcurl, loaded when it is first needed. Numbers are those of its stable interface (curl/curl.h).
///
/// Sendable unchecked because C function pointers are not known to be: each is constant, and libcurl may be called from any
/// thread with a handle of its own (libcurl-thread).
struct Curl: @unchecked Sendable {
    let initialize: @convention(c) () -> UnsafeMutableRawPointer?
    let perform: @convention(c) (UnsafeMutableRawPointer) -> Int32
    let cleanup: @convention(c) (UnsafeMutableRawPointer) -> Void
    let describe: @convention(c) (Int32) -> UnsafePointer<CChar>?
    let append: @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>) -> UnsafeMutableRawPointer?
    let freeList: @convention(c) (UnsafeMutableRawPointer?) -> Void
    private let setOption: UnsafeMutableRawPointer
    private let getInformation: UnsafeMutableRawPointer

    /// Nil where the library is not installed.
    static let shared = Curl()

    private init?() {
        #if os(Linux)
        let candidates = ["libcurl.so.4", "libcurl-gnutls.so.4"]
        #else
        let candidates = ["libcurl.4.dylib"]
        #endif
        guard let library = candidates.lazy.compactMap({ dlopen($0, RTLD_NOW | RTLD_LOCAL) }).first else { return nil }
        guard let global = dlsym(library, "curl_global_init"), let initialize = dlsym(library, "curl_easy_init"),
            let perform = dlsym(library, "curl_easy_perform"), let cleanup = dlsym(library, "curl_easy_cleanup"),
            let describe = dlsym(library, "curl_easy_strerror"), let append = dlsym(library, "curl_slist_append"),
            let freeList = dlsym(library, "curl_slist_free_all"), let setOption = dlsym(library, "curl_easy_setopt"),
            let getInformation = dlsym(library, "curl_easy_getinfo")
        else { return nil }
        self.initialize = unsafeBitCast(initialize, to: (@convention(c) () -> UnsafeMutableRawPointer?).self)
        self.perform = unsafeBitCast(perform, to: (@convention(c) (UnsafeMutableRawPointer) -> Int32).self)
        self.cleanup = unsafeBitCast(cleanup, to: (@convention(c) (UnsafeMutableRawPointer) -> Void).self)
        self.describe = unsafeBitCast(describe, to: (@convention(c) (Int32) -> UnsafePointer<CChar>?).self)
        self.append = unsafeBitCast(
            append,
            to: (@convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>) -> UnsafeMutableRawPointer?).self)
        self.freeList = unsafeBitCast(freeList, to: (@convention(c) (UnsafeMutableRawPointer?) -> Void).self)
        self.setOption = setOption
        self.getInformation = getInformation
        let start = unsafeBitCast(global, to: (@convention(c) (Int) -> Int32).self)
        guard start(3) == 0 else { return nil }
    }

    enum Option: Int32 {
        case writeData = 10_001
        case url = 10_002
        case userAgent = 10_018
        case headerList = 10_023
        case headerData = 10_029
        case authority = 10_065
        case customRequest = 10_036
        case noProxy = 10_177
        case progressData = 10_057
        case postFields = 10_015
        case writeFunction = 20_011
        case headerFunction = 20_079
        case progressFunction = 20_219
        case lowSpeedLimit = 19
        case lowSpeedTime = 20
        case noProgress = 43
        case followLocation = 52
        case postFieldSize = 60
        case verifyHost = 81
        case noSignal = 99
        case timeout = 155
        case connectTimeout = 156
        case protocols = 181
    }

    func set(_ handle: UnsafeMutableRawPointer, _ option: Option, _ value: Int) {
        _ = kelvin_curl_set_long(setOption, handle, option.rawValue, value)
    }
    func set(_ handle: UnsafeMutableRawPointer, _ option: Option, _ value: UnsafeRawPointer?) {
        _ = kelvin_curl_set_pointer(setOption, handle, option.rawValue, value)
    }

    /// CURLINFO_RESPONSE_CODE.
    func status(_ handle: UnsafeMutableRawPointer) -> Int {
        var value = 0
        _ = kelvin_curl_get(getInformation, handle, 0x200002, &value)
        return value
    }

    /// CURLINFO_CONTENT_TYPE.
    func contentType(_ handle: UnsafeMutableRawPointer) -> String {
        var value: UnsafePointer<CChar>?
        _ = kelvin_curl_get(getInformation, handle, 0x100012, &value)
        return value.map { String(cString: $0) } ?? ""
    }
}
