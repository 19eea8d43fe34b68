import CKelvinSystem
import Drivers
import Foundation
import Hardware
import Kernel
import Server
import Storage
import StoragePostgreSQL

/// Looks at everything that a service needs; changes nothing that lasts.
struct Examination {
    let options: ServiceOptions
    /// Of the store that others share; nil for one of the service's own.
    let database: PostgreSQLAddress?
    let mustRun: Bool

    init(_ setup: ServiceSetup, mustRun: Bool) {
        options = setup.options
        database = setup.database
        self.mustRun = mustRun
    }

    var findings: [Finding] {
        let store = database.map(sharedStore) ?? [schema]
        return directory + [disk] + store + [synchronising, clock] + certificate + secrets + [
            port, memory, descriptors, programs, devices, scheduling, curl,
        ]
    }

    private var isThere: Bool { FileManager.default.fileExists(atPath: options.directory) }

    /// Where the directory is, or would be made.
    private var place: String {
        var path = URL(fileURLWithPath: options.directory).standardizedFileURL
        while path.path != "/", !FileManager.default.fileExists(atPath: path.path) { path.deleteLastPathComponent() }
        return path.path
    }

    private func rights(_ path: String) -> Int? {
        ((try? FileManager.default.attributesOfItem(atPath: path))?[.posixPermissions] as? NSNumber)?.intValue
    }

    private var directory: [Finding] {
        let name = "data directory", path = options.directory
        guard isThere else {
            let isPossible = FileManager.default.isWritableFile(atPath: place)
            return [
                isPossible
                    ? .ok(name, "\(path) is not there yet; `kelvin serve` makes it")
                    : .failure(
                        name, "\(path) cannot be made in \(place)", cure: "sudo install -d -o $USER -m 700 \(path)")
            ]
        }
        guard FileManager.default.isWritableFile(atPath: path) else {
            return [.failure(name, "\(path) cannot be written", cure: "sudo chown -R $USER \(path)")]
        }
        var found: [Finding] = []
        if let rights = rights(path), rights & 0o077 != 0 {
            found.append(
                .failure(
                    name, "others may enter \(path) (\(String(rights, radix: 8)))", cure: "chmod 700 \(path)"))
        } else {
            found.append(.ok(name, path))
        }
        let token = path + "/admin.token"
        if let rights = rights(token) {
            found.append(
                rights & 0o077 != 0
                    ? .failure(
                        "first token", "others may read \(token)", cure: "chmod 600 \(token), and revoke that token")
                    : .warning(
                        "first token", "\(token) is still there",
                        cure: "sign in with it (`kelvin login`), make yourself one that expires, and remove the file"))
        }
        return found
    }

    private var disk: Finding {
        let name = "free disk"
        let found = try? FileManager.default.attributesOfFileSystem(forPath: place)
        guard let bytes = (found?[.systemFreeSize] as? NSNumber)?.doubleValue else {
            return .warning(name, "cannot be told", cure: "df \(place)")
        }
        let shown = "\((bytes / 1e8).rounded() / 10) GB at \(place)"
        if bytes < 1e8 { return .failure(name, shown, cure: "make room: jobs are refused when the disk is full") }
        if bytes < 2e9 { return .warning(name, shown, cure: "make room soon: results and backups need it") }
        return .ok(name, shown)
    }

    private var schema: Finding {
        let name = "store", path = options.directory + "/kelvin.sqlite"
        guard FileManager.default.fileExists(atPath: path) else { return .ok(name, "none yet") }
        do throws(KernelError) {
            let (steps, missing) = try SQLiteStorage.inspect(path)
            return missing == 0
                ? .ok(name, "schema \(steps), this version's")
                : .warning(
                    name, "schema \(steps); this version adds \(missing) steps when it starts",
                    cure: "make a backup first: kelvin backup --data \(options.directory) FILE")
        } catch {
            return .failure(name, error.message, cure: error.cure ?? "restore a backup")
        }
    }

    /// How long a commit takes at least.
    private var synchronising: Finding {
        let name = "fsync"
        let path = (isThere ? options.directory : place) + "/.doctor-\(UUID().uuidString)"
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            return .warning(name, "cannot be measured: nothing can be written", cure: "run it as the service's user")
        }
        defer {
            close(descriptor)
            unlink(path)
        }
        let page = [UInt8](repeating: 0, count: 4096)
        var times: [Double] = []
        for _ in 0..<32 {
            let begin = ContinuousClock.now
            guard write(descriptor, page, page.count) == page.count, fsync(descriptor) == 0 else {
                return .failure(
                    name, "the disk does not take it: \(String(cString: strerror(errno)))", cure: "check the disk")
            }
            times.append(begin.duration(to: .now) / .milliseconds(1))
        }
        let median = times.sorted()[times.count / 2], shown = "\((median * 1000).rounded() / 1000) ms in the middle"
        return median < 20
            ? .ok(name, shown)
            : .warning(name, shown, cure: "each commit waits for it: put the data directory on a faster disk")
    }

    private var clock: Finding {
        let name = "clock", now = Timestamp.text(from: Date().timeIntervalSince1970)
        guard now > "2026" else {
            return .failure(name, "it is not \(now)", cure: "set the clock: timedatectl set-ntp true")
        }
        // What was written in the future was written by a clock that was wrong, or this one is.
        let store = options.directory + "/kelvin.sqlite"
        let written = (try? FileManager.default.attributesOfItem(atPath: store))?[.modificationDate] as? Date
        if let written, written.timeIntervalSinceNow > 60 {
            return .failure(
                name, "\(now), and the store was written \(Int(written.timeIntervalSinceNow)) s later than that",
                cure: "set the clock: leases, tokens and budgets depend on it")
        }
        if kelvin_clock_is_adrift() != 0 {
            return .warning(
                name, "\(now), and nothing keeps it in step", cure: "timedatectl set-ntp true, or run chrony")
        }
        return .ok(name, now)
    }

    private var port: Finding {
        let name = "port", shown = "\(options.host):\(options.port)"
        let scheme = options.certificate == nil ? "http" : "https"
        let host = ["0.0.0.0", "::"].contains(options.host) ? "127.0.0.1" : options.host
        // Whoever shows the service's own certificate is the service, by whatever name this computer reaches it.
        var client = HTTPClient(timeout: 5, connectTimeout: 2, authority: options.certificate)
        client.checksName = options.certificate == nil
        let asked = host.contains(":") ? "[\(host)]" : host
        do throws(HTTPClient.Failure) {
            let answer = try client.send(
                .init(method: "GET", url: "\(scheme)://\(asked):\(options.port)/v1/health"))
            guard String(decoding: answer.body, as: UTF8.self).contains("\"kelvin\"") else {
                return .failure(name, "\(shown) has another service", cure: "stop it, or choose another --port")
            }
            return .ok(name, "\(shown): the service runs and answers")
        } catch {
            if error.message.hasPrefix("no secure connection") {
                return .failure(
                    name, "\(shown) has another service, or one with another certificate: \(error.message)",
                    cure: "stop it, or choose another --port")
            }
            guard error.kind == .unreachable, error.message.hasPrefix("no connection") else {
                return .failure(name, "\(shown): \(error.message)", cure: "see the log of the service")
            }
        }
        if mustRun {
            return .failure(
                name, "\(shown): nobody answers", cure: "start it: kelvin serve, or systemctl start kelvind")
        }
        if options.port < 1024, options.port > 0, getuid() != 0 {
            return .warning(
                name, "\(shown) is for root", cure: "give the service CAP_NET_BIND_SERVICE, or a port from 1024 on")
        }
        return .ok(name, "\(shown) is free")
    }

    private var memory: Finding {
        let name = "memory"
        func number(_ path: String) -> Double? {
            (try? String(contentsOfFile: path, encoding: .utf8)).flatMap {
                Double($0.trimmingCharacters(in: .whitespacesAndNewlines))
            }
        }
        var available = Double(ProcessInfo.processInfo.physicalMemory), whose = "of the computer"
        if let limit = number("/sys/fs/cgroup/memory.max"), limit < available {
            (available, whose) = (limit, "by the limit of the control group")
        }
        var limit = rlimit()
        #if os(Linux)
        let space = __rlimit_resource_t(RLIMIT_AS.rawValue)
        #else
        let space = RLIMIT_AS
        #endif
        if getrlimit(space, &limit) == 0, Double(limit.rlim_cur) < available {
            (available, whose) = (Double(limit.rlim_cur), "by ulimit -v")
        }
        let shown = "\((available / 1e8).rounded() / 10) GB \(whose)"
        return available < 5e8
            ? .warning(name, shown, cure: "give it 1 GB or more: programs that are simulated take memory, too")
            : .ok(name, shown)
    }

    private var descriptors: Finding {
        let name = "open files"
        var limit = rlimit()
        #if os(Linux)
        let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        #else
        let files = RLIMIT_NOFILE
        #endif
        guard getrlimit(files, &limit) == 0 else { return .warning(name, "cannot be told", cure: "ulimit -n") }
        return limit.rlim_cur < 4096
            ? .warning(name, "\(limit.rlim_cur) at most", cure: "ulimit -n 65536, or LimitNOFILE=65536 in the unit")
            : .ok(name, "\(limit.rlim_cur) at most")
    }

    private var programs: Finding {
        let name = "programs"
        let own =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        let directory = URL(fileURLWithPath: own).deletingLastPathComponent().path
        func lacks(_ file: String) -> Bool { !FileManager.default.fileExists(atPath: "\(directory)/\(file)") }
        if lacks("kelvin_Drivers.resources") {
            return .failure(
                name, "the devices' files (kelvin_Drivers.resources) are not in \(directory)",
                cure: "copy that directory beside kelvind")
        }
        let missing = ["kelvin", "kelvin-jobs", "kelvin-fleet"].filter(lacks)
        return missing.isEmpty
            ? .ok(name, "all in \(directory)")
            : .warning(
                name, "\(missing.joined(separator: ", ")) not in \(directory); the service does without",
                cure: "swift build -c release --product NAME, where commands are wanted, too")
    }

    private var devices: Finding {
        do throws(DeviceError) {
            let catalog = try DeviceCatalog()
            let broken = catalog.entries.filter { (try? catalog.device($0.id)) == nil }
            return broken.isEmpty
                ? .ok("devices", "\(catalog.entries.count)")
                : .warning(
                    "devices", "\(broken.map(\.id).joined(separator: ", ")) cannot be opened",
                    cure: "`kelvin devices` says why")
        } catch {
            return .failure("devices", error.message, cure: error.cure ?? "correct the file that it names")
        }
    }

    /// What was set of how machines are shared out.
    private var scheduling: Finding {
        let set = SchedulingParameter.all.filter { $0.value(in: options.scheduling) != $0.value(in: .runtime) }
        return .ok(
            "scheduling",
            set.isEmpty
                ? "every parameter as it comes"
                : set.map { "\($0.name) \($0.value(in: options.scheduling))" }.joined(separator: ", "))
    }

    private var curl: Finding {
        HTTPClient.isInstalled
            ? .ok("libcurl", "installed")
            : .warning(
                "libcurl", "not installed: attached machines, telemetry and the command line as client need it",
                cure: "sudo apt-get install libcurl4")
    }
}
