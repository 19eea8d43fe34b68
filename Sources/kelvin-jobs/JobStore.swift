import Console
import Drivers
import Foundation
import Hardware
import Kernel
import Storage

/// Asks the kernel; what it refuses is the command's failure.
func asking<Value: Sendable>(
    _ body: () async throws(KernelError) -> Value
) async throws(CommandFailure) -> Value {
    do { return try await body() } catch { throw CommandFailure(error, source: nil) }
}

/// The user's store, and what commands do with it.
struct JobStore: Sendable {
    let directory: StateDirectory
    let storage: any KernelStorage
    let rules: KernelRules

    init() throws(CommandFailure) {
        do throws(KernelError) {
            directory = try StateDirectory()
            let storage = try SQLiteStorage(path: directory.database)
            self.storage = Failpoint(environment: ProcessInfo.processInfo.environment)?.guarding(storage) ?? storage
        } catch {
            throw CommandFailure(error, source: nil)
        }
        var rules = KernelRules()
        // A shorter lease gives a dead worker's job to another sooner; tests and impatient people set it.
        if let text = ProcessInfo.processInfo.environment["KELVIN_LEASE_SECONDS"], let seconds = Double(text),
            seconds >= 0.1, seconds <= 3600
        {
            rules.leaseSeconds = seconds
        }
        self.rules = rules
    }

    /// - Parameter adopts: whether it works on other people's jobs.
    func runtime(adopts: Bool = false) throws(CommandFailure) -> Runtime {
        var options = RuntimeOptions(isShared: true, adopts: adopts, rules: rules)
        do throws(KernelError) { options.pricePerSecond = try directory.prices().perSecond } catch {
            throw CommandFailure(error, source: nil)
        }
        return Runtime(devices: try catalogFleet(), storage: storage, options: options)
    }

    func catalogFleet() throws(CommandFailure) -> CatalogFleet { CatalogFleet(catalog: try catalog()) }

    func catalog() throws(CommandFailure) -> DeviceCatalog {
        do throws(DeviceError) { return try DeviceCatalog() } catch { throw CommandFailure(error) }
    }

    /// Reads from the store.
    func read<Value>(
        _ body: (any StorageTransaction) throws(KernelError) -> Value
    ) throws(CommandFailure) -> Value {
        do throws(KernelError) { return try storage.exclusively(body) } catch {
            throw CommandFailure(error, source: nil)
        }
    }

    /// The job that a user names.
    func job(_ text: String) throws(CommandFailure) -> JobSummary {
        try summary(JobID(named: text))
    }

    func summary(_ id: JobID) throws(CommandFailure) -> JobSummary {
        let summary = try read { store throws(KernelError) in try store.summary(of: id) }
        guard let summary else {
            throw CommandFailure(KernelError.unknownJob(id), source: nil)
        }
        return summary
    }

    /// Sees to it that someone works on jobs that have no process of their own. The new process waits for the worker
    /// that may still be there, then looks whether anything is left: no job falls between the two.
    func startWorker() throws(CommandFailure) {
        let log = open(directory.workerLog, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        let nowhere = open("/dev/null", O_RDONLY | O_CLOEXEC)
        defer {
            close(log)
            close(nowhere)
        }
        // What this process was given by its caller is not handed on: a pipe would stay open as long as the worker lives.
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/dev/fd")) ?? [] {
            if let descriptor = Int32(name), descriptor > 2 { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        }
        var attributes = posix_spawnattr_t()
        var actions = posix_spawn_file_actions_t()
        posix_spawnattr_init(&attributes)
        posix_spawn_file_actions_init(&actions)
        defer {
            posix_spawnattr_destroy(&attributes)
            posix_spawn_file_actions_destroy(&actions)
        }
        // A session of its own: closing the terminal does not end it.
        #if os(Linux)
        // POSIX_SPAWN_SETSID, which glibc shows to GNU sources alone.
        posix_spawnattr_setflags(&attributes, 0x80)
        #else
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSID))
        #endif
        posix_spawn_file_actions_adddup2(&actions, nowhere, 0)
        posix_spawn_file_actions_adddup2(&actions, log, 1)
        posix_spawn_file_actions_adddup2(&actions, log, 2)
        let path = "/proc/self/exe"
        let executable = (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) ?? CommandLine.arguments[0]
        var words: [UnsafeMutablePointer<CChar>?] = [strdup(executable), strdup("worker")]
        words.append(nil)
        defer { for word in words { free(word) } }
        var process = pid_t()
        let status = posix_spawn(&process, executable, &actions, &attributes, words, environ)
        guard status == 0 else {
            throw CommandFailure(
                text: "error: no background process could be started: \(String(cString: strerror(status)))",
                exitCode: 3, code: "worker")
        }
    }
}
