public import Kernel
public import Storage

/// How the service is set up.
public struct ServiceOptions: Sendable {
    /// Where everything is kept.
    public var directory: String
    public var host: String
    /// 0 for any that is free.
    public var port: Int
    /// PEM files; nil to speak without encryption.
    public var certificate: String?
    public var privateKey: String?
    /// The file of the keys that secrets are sealed under; nil for one in the directory.
    public var keyFile: String?
    /// A file that says whose signed tokens are taken, beside the service's own; nil for nobody's.
    public var identityProvider: String?
    /// Requests a second that a token, or an address without one, may make; 0 for no limit.
    public var requestsPerSecond: Double
    /// Wrong tokens that an address may show in a minute before it is told to wait.
    public var wrongTokensPerMinute: Int
    /// Jobs that a project may have on their way.
    public var jobsPerProject: Int
    /// The longest body, bytes.
    public var bodyLimit: Int
    /// How long a connection may take over a request before it is closed, seconds.
    public var requestSeconds: Double
    /// How long running parts are waited for when the service ends, seconds.
    public var graceSeconds: Double
    /// Jobs that it works on at a time; 0 to leave all work to workers.
    public var mostRuns = Int.max
    /// How the machines are shared out; the same for all that work on one database.
    public var scheduling = SchedulingRules.runtime
    /// Where it kills itself, for tests of what that leaves behind.
    public var failpoint: Failpoint?
    /// Where traces and metrics are sent by OTLP over HTTP, without `/v1/traces`; nil for nowhere.
    public var telemetryEndpoint: String?

    public init(
        directory: String, host: String = "127.0.0.1", port: Int = 8280, certificate: String? = nil,
        privateKey: String? = nil, requestsPerSecond: Double = 1_000, wrongTokensPerMinute: Int = 20,
        jobsPerProject: Int = 10_000,
        bodyLimit: Int = 8 << 20, requestSeconds: Double = 30, graceSeconds: Double = 20
    ) {
        self.directory = directory
        self.host = host
        self.port = port
        self.certificate = certificate
        self.privateKey = privateKey
        self.requestsPerSecond = requestsPerSecond
        self.wrongTokensPerMinute = wrongTokensPerMinute
        self.jobsPerProject = jobsPerProject
        self.bodyLimit = bodyLimit
        self.requestSeconds = requestSeconds
        self.graceSeconds = graceSeconds
    }
}
