public import Circuits
public import Compiler
public import Hardware
import Languages
import Mitigation

/// Why a job was refused or failed: what, where, why, and the cure.
public struct KernelError: Error, Hashable, Sendable {
    /// Whose fault it is; the command line turns it into an exit code, a server into a status.
    public enum Kind: String, Hashable, Sendable, Codable {
        /// The program or its input is wrong, or does not fit the device.
        case program
        /// The device or the system failed.
        case system
        case cancelled
    }

    public var kind: Kind
    /// Stable, for programs that read it ("compiler.tooWide").
    public var code: String
    public var message: String
    public var cure: String?
    public var location: SourceLocation

    public init(
        _ kind: Kind, code: String, _ message: String, cure: String? = nil, location: SourceLocation = .none
    ) {
        self.kind = kind
        self.code = code
        self.message = message
        self.cure = cure
        self.location = location
    }
}

extension KernelError {
    public init(_ error: InputError) {
        let cure: String? =
            switch error {
            case .missing(let name, _): "give it with --input \(name)=VALUE"
            case .unknown, .mismatch, .notFinite: nil
            }
        self.init(.program, code: "input", error.message, cure: cure)
    }

    public init(_ error: CompilerError) {
        self.init(
            .program, code: "compiler.\(error.code.name)", error.message, cure: error.cure, location: error.location)
    }

    public init(_ error: DeviceError) {
        let kind: Kind =
            switch error.code {
            case .unsupported, .tooLarge, .programFault: .program
            case .cancelled: .cancelled
            default: .system
            }
        // Faults of a program that runs are in the language's own index, behind what its reader reports.
        let explained = error.fault.flatMap { ErrorIndex.explanation(of: $0) }
        self.init(
            kind, code: explained?.code.rawValue ?? "device.\(error.code.name)", error.message, cure: error.cure,
            location: error.location)
    }

    init(_ error: ShapeError) {
        self.init(
            .program, code: "shape",
            "observables of shape \(error.first.dimensions) and parameter sets of shape \(error.second.dimensions) do not broadcast",
            cure: "dimensions must be equal or one, counted from the last")
    }

    /// None of several machines takes the job.
    init(noneOf refusals: [KernelError]) {
        self.init(
            refusals.contains { $0.kind == .system } ? .system : .program, code: "device.none",
            "none of the \(refusals.count) machines takes the job: "
                + refusals.map(\.message).joined(separator: "; "), cure: refusals.first?.cure)
    }

    /// Whether another attempt is worth it.
    public var failureClass: FailureClass {
        switch kind {
        case .program, .cancelled: .permanent
        case .system:
            switch code {
            case "device.failed", "kernel.place": .transient
            case "device.unavailable": .unavailable
            default: .permanent
            }
        }
    }

    static let cancelled = KernelError(.cancelled, code: "cancelled", "the job was cancelled")
}
