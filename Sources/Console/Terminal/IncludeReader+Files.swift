package import Languages

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension IncludeReader {
    /// Files in the directory of a program and below; links that lead elsewhere are not followed. Nil for standard input,
    /// which has no directory.
    package init?(besideProgram path: String) {
        if path == "-" { return nil }
        let directory = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "./"
        self.init { file in
            guard let home = Self.resolved(directory), let target = Self.resolved(directory + file) else {
                return .refused("there is no file of this name beside the program")
            }
            guard target.hasPrefix(home == "/" ? home : home + "/") else {
                return .refused("it is a link to a file outside the program's directory")
            }
            var status = stat()
            guard stat(target, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
                return .refused("it is no regular file")
            }
            guard status.st_size <= IncludeReader.fileLimit else {
                return .refused("it has \(status.st_size) bytes; at most \(IncludeReader.fileLimit) are possible")
            }
            do throws(CommandFailure) { return .bytes(try TextFile.contents(of: target)) } catch {
                return .refused("it cannot be read")
            }
        }
    }

    private static func resolved(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
