public import Drivers
import HTTPTypes
import Hardware
public import Kernel
public import Logging
import ServiceLifecycle
public import Storage
import Synchronization

/// The service: the kernel's runtime and its storage, and what stands between them and the network.
public final class Service: Sendable {
    let options: ServiceOptions
    let storage: any KernelStorage
    let accounts: any AccountStorage
    let runtime: Runtime
    let fleet: CatalogFleet
    let clock: any KernelClock
    let log: Logger
    let gate = Gate()
    let desk: TokenDesk
    let projects: ProjectDesk
    let browsers = BrowserSessions()
    let limits: RateLimits
    let replies: Replies
    let policy: PolicyDesk
    let vault: SecretVault
    /// Nil where the service knows its own tokens alone.
    let identityProvider: IdentityProvider?
    let signals: JobSignals
    let meters: Meters
    let telemetry: Telemetry
    let trail: AuditTrail
    let machines: MachineList
    let table: RouteTable
    /// Held until the service ends: two of them on one directory would both think its workers dead.
    let lock: FileLock
    let running = Mutex<ServiceGroup?>(nil)

    /// Opens the store, creates it where there is none, and takes up the jobs that were left.
    ///
    /// - Parameter store: one that others work with too; nil for one of its own, in its directory.
    /// - Throws: `service.in-use` where another service has the directory; what opening the store throws.
    public init(
        _ options: ServiceOptions, catalog: DeviceCatalog, store shared: (any KernelStorage & AccountStorage)? = nil,
        clock: any KernelClock = WallClock(), log: Logger, rules: KernelRules = KernelRules()
    ) throws(KernelError) {
        self.options = options
        self.clock = clock
        self.log = log
        let directory = try DataDirectory(path: options.directory)
        guard let lock = FileLock(path: directory.lock, waits: false) else {
            throw KernelError(
                .system, code: "service.in-use", "another service works in \(options.directory)",
                cure: "stop it, or give another --data")
        }
        self.lock = lock
        let store: any KernelStorage & AccountStorage
        // Nobody else works in the directory.
        if let shared { store = shared } else { store = try SoleStorage(SQLiteStorage(path: directory.database)) }
        storage = store
        accounts = store
        let vault = SecretVault(store, keyFile: options.keyFile ?? directory.secretKeys)
        self.vault = vault
        var catalog = catalog
        catalog.secrets = vault
        identityProvider = try options.identityProvider.map { path throws(KernelError) in
            try IdentityProvider(path: path)
        }
        fleet = CatalogFleet(catalog: catalog)
        signals = JobSignals()
        telemetry = Telemetry(endpoint: options.telemetryEndpoint, log: log)
        // Nobody else works in the directory: what is looked for now and then is time that passed, not other people's news.
        var runtimeOptions = RuntimeOptions(
            isShared: true, adopts: true, pollSeconds: min(1, rules.leaseSeconds / 10), rules: rules,
            scheduling: options.scheduling)
        runtimeOptions.keepsOutcomes = false
        runtimeOptions.pricePerSecond = try PriceList(path: directory.prices).perSecond
        runtimeOptions.mostRuns = options.mostRuns
        runtimeOptions.observer = { [signals, telemetry] news in
            signals.tell(news)
            telemetry.note(news, in: store)
        }
        runtime = Runtime(
            devices: fleet, storage: options.failpoint?.guarding(store) ?? store, clock: clock, options: runtimeOptions)
        desk = TokenDesk(store, patience: options.wrongTokensPerMinute)
        projects = ProjectDesk(store, store)
        limits = RateLimits(perSecond: options.requestsPerSecond)
        replies = Replies(accounts: store)
        policy = PolicyDesk(store)
        meters = Meters(telemetry.metrics)
        trail = AuditTrail(store, log: log)
        machines = MachineList(catalog)
        table = RouteTable(
            Self.routes(bodyLimit: options.bodyLimit) + Self.dashboardRoutes
                + FrontDoor.all.flatMap { $0.mounted(bodyLimit: options.bodyLimit) })
    }

    /// Every route of the described interface, in the order of the description.
    static func routes(bodyLimit: Int) -> [Route] {
        operationRoutes + deviceRoutes + reservationRoutes + jobRoutes(bodyLimit: bodyLimit) + resultRoutes
            + sessionRoutes + policyRoutes(bodyLimit: bodyLimit)
            + secretRoutes + accountRoutes
    }

    /// Leaves the traces of a request that was answered.
    func note(_ trace: Trace, _ status: HTTPResponse.Status, _ time: Duration) {
        let operation = trace.route?.operation ?? "none"
        let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18
        meters.count(operation: operation, status: Int(status.code), seconds: seconds)
        log.info(
            "request",
            metadata: [
                "request": "\(trace.id)", "operation": "\(operation)", "method": "\(trace.method)",
                "status": "\(status.code)", "code": "\(trace.code ?? "")", "ms": "\((seconds * 1e5).rounded() / 100)",
                "address": "\(trace.address)", "user": "\(trace.identity?.user.path ?? "")",
                "token": "\(trace.identity?.token.id ?? "")",
            ])
        guard let route = trace.route, route.isAudited, trace.identity != nil || status == .unauthorized else { return }
        trail.note(
            AuditEntry(
                time: clock.now, user: trace.identity?.user.path ?? "", token: trace.identity?.token.id ?? "",
                address: trace.address, action: route.operation, target: trace.target, status: Int(status.code),
                request: trace.id))
    }
}

/// What lies in the service's directory.
public struct DataDirectory: Sendable {
    public let path: String

    /// Makes it where it is not there.
    public init(path: String) throws(KernelError) {
        self.path = path
        try PrivateFile.makeDirectory(path)
    }

    public var database: String { path + "/kelvin.sqlite" }
    /// Keys that secrets are sealed under: kept apart from backups.
    var secretKeys: String { path + "/secrets.keys" }
    /// What seconds of machines cost: `{"heron-133": 1.6}`; nothing where there is no such file.
    public var prices: String { path + "/prices.json" }
    /// Held by the service that works here.
    public var lock: String { path + "/kelvind.lock" }
    /// The first administrator's token, as it was made when the service was first started.
    var adminToken: String { path + "/admin.token" }
}
