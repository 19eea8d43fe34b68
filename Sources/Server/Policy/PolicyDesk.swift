import Foundation
import Kernel
import Storage
import Synchronization

/// The use policy in force, read from the storage and remembered for a moment.
final class PolicyDesk: Sendable {
    private let accounts: any AccountStorage
    private let known = Mutex<(policy: UsePolicy, found: ContinuousClock.Instant)?>(nil)

    private static let name = "policy"
    /// How long it holds unseen after another process changed it.
    private static let fresh = Duration.seconds(2)

    init(_ accounts: any AccountStorage) { self.accounts = accounts }

    var current: UsePolicy {
        get throws {
            if let known = known.withLock({ $0 }), known.found.duration(to: .now) < Self.fresh { return known.policy }
            let policy = try Self.policy(
                of: try accounts.readAccounts { store throws(KernelError) in try store.setting(Self.name) })
            known.withLock { $0 = (policy, .now) }
            return policy
        }
    }

    /// Replaces the policy.
    ///
    /// - Parameter expected: entity tags one of which the policy must have; nil for whatever it is.
    /// - Throws: `precondition-failed` where it is another by now.
    func set(_ policy: UsePolicy, expecting expected: [String]?, at time: Double) throws {
        var isExpected = true
        try accounts.changeAccounts { store throws(KernelError) in
            if let expected {
                let now = (try? Self.policy(of: try store.setting(Self.name))) ?? .open
                isExpected = expected.contains("*") || expected.contains(Self.tag(of: now))
            }
            guard isExpected else { return }
            try store.set(Self.name, to: DocumentCoding.encode(policy), at: time)
        }
        known.withLock { $0 = nil }
        if !isExpected { throw Problem(.preconditionFailed, "the policy was changed by somebody else") }
    }

    /// As the answer to a look has it.
    private static func tag(of policy: UsePolicy) -> String {
        "\"\(Secrets.fingerprint(DocumentCoding.encode(policy)))\""
    }

    private static func policy(of bytes: [UInt8]?) throws -> UsePolicy {
        guard let bytes else { return .open }
        // What cannot be read is no permission.
        do { return try JSONDecoder().decode(UsePolicy.self, from: Data(bytes)) } catch {
            throw Problem(
                .fault, "the use policy that is kept cannot be read", cure: "an admin sets it anew: PUT /v1/policy")
        }
    }
}
