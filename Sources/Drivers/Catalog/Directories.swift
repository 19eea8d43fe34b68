internal import CKelvinSystem

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Where files are, asked of the system without Foundation, whose start would cost more than the whole search.
enum Directories {
    /// The names in a directory in ascending order; nil if it cannot be read.
    static func names(in path: String) -> [String]? {
        guard let directory = opendir(path) else { return nil }
        defer { closedir(directory) }
        var result: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            result.append(name)
        }
        return result.sorted()
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    /// The directory of the running executable, links resolved.
    static var ofExecutable: String? {
        var buffer = [CChar](repeating: 0, count: 4096)
        #if os(Linux)
        guard readlink("/proc/self/exe", &buffer, buffer.count - 1) > 0 else { return nil }
        #else
        var size = UInt32(buffer.count)
        guard _NSGetExecutablePath(&buffer, &size) == 0 else { return nil }
        #endif
        let path = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return parent(of: path)
    }

    /// The directory of the module this code was linked into: the executable's, or that of a library in somebody
    /// else's process.
    static var ofModule: String? {
        guard let name = kelvin_module_path(#dsohandle) else { return nil }
        let path = String(cString: name)
        return parent(of: resolved(path) ?? path)
    }

    /// The absolute path without links; nil if there is no such file.
    static func resolved(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    static func parent(of path: String) -> String? {
        path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) }
    }
}
