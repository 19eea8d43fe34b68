import Crypto
public import Drivers
import Foundation
public import Hardware
import Kernel
public import Storage
import Synchronization

/// Tokens of other people's machines, sealed in the store under keys of a file that only its owner reads: whoever has the
/// store, or a backup of it, has none of them.
public final class SecretVault: SecretSource {
    private let accounts: any AccountStorage
    private let path: String
    private let keys = Mutex<SealingKeys?>(nil)

    private static let prefix = "secret:"

    public init(_ accounts: any AccountStorage, keyFile path: String) {
        self.accounts = accounts
        self.path = path
    }

    /// Sorted.
    func names() throws(KernelError) -> [String] {
        try accounts.readAccounts { store throws(KernelError) in
            try store.settings(beginningWith: Self.prefix).map { String($0.dropFirst(Self.prefix.count)) }
        }
    }

    func set(_ name: String, to secret: String, at time: Double) throws(KernelError) {
        try accounts.changeAccounts { store throws(KernelError) in
            // In the turn itself, and of the file: a key that somebody took out of use meanwhile seals nothing.
            keys.withLock { $0 = nil }
            let sealed = try currentKeys().seal(Array(secret.utf8), as: name)
            try store.set(Self.prefix + name, to: sealed, at: time)
        }
    }

    /// - Returns: whether there was one.
    func remove(_ name: String, at time: Double) throws(KernelError) -> Bool {
        try accounts.changeAccounts { store throws(KernelError) in
            guard try store.setting(Self.prefix + name) != nil else { return false }
            try store.set(Self.prefix + name, to: nil, at: time)
            return true
        }
    }

    public func secret(_ name: String) throws(DeviceError) -> String {
        do throws(KernelError) {
            // While keys change, what was read a moment ago may be sealed under one that is gone.
            for _ in 0..<3 {
                if let secret = try? opened(name) { return secret }
                keys.withLock { $0 = nil }
            }
            return try opened(name)
        } catch {
            throw DeviceError(.unavailable, error.message, cure: error.cure ?? "set the secret anew")
        }
    }

    private func opened(_ name: String) throws(KernelError) -> String {
        let kept = try accounts.readAccounts { store throws(KernelError) in try store.setting(Self.prefix + name) }
        guard let kept else {
            throw KernelError(
                .system, code: "secret.unknown", "there is no secret '\(name.clipped)'",
                cure: "an admin sets it: PUT /v1/secrets/NAME")
        }
        return String(decoding: try currentKeys().open(kept, as: name), as: UTF8.self)
    }

    /// Seals everything under a new key. Killed at any moment, every secret can be opened afterwards.
    ///
    /// - Returns: how many there are.
    func rotate(at time: Double) throws(KernelError) -> Int {
        let (count, new) = try accounts.changeAccounts { store throws(KernelError) -> (Int, SealingKeys) in
            keys.withLock { $0 = nil }
            let both = try currentKeys().addingNew()
            try both.write(to: path)
            let names = try store.settings(beginningWith: Self.prefix)
            for name in names {
                guard let sealed = try store.setting(name) else { continue }
                let word = String(name.dropFirst(Self.prefix.count))
                try store.set(name, to: both.seal(try both.open(sealed, as: word), as: word), at: time)
            }
            return (names.count, both)
        }
        // What seals under the newest may do so meanwhile; of two who make new keys at a time the later has the other's too.
        try accounts.changeAccounts { store throws(KernelError) in
            keys.withLock { $0 = nil }
            guard try currentKeys().hasNewest(of: new) else { return }
            try new.onlyNewest().write(to: path)
            keys.withLock { $0 = nil }
        }
        return count
    }

    /// 32 bytes for a purpose other than sealing, by HKDF (RFC 5869) from the newest key: the same while that key is in
    /// use, and of no use for telling the key or another purpose's.
    func key(for purpose: String) throws(KernelError) -> [UInt8] { try currentKeys().key(for: purpose) }

    /// The keys of the file, which is made where there is none.
    private func currentKeys() throws(KernelError) -> SealingKeys {
        if let known = keys.withLock({ $0 }) { return known }
        if !FileManager.default.fileExists(atPath: path) { try PrivateFile.create(path, SealingKeys().text) }
        let found = try SealingKeys(text: PrivateFile.read(path), path: path)
        keys.withLock { $0 = found }
        return found
    }
}

/// The algorithm that seals secrets at rest, and its keys: AES-256 in Galois/Counter mode (NIST SP 800-38D), each secret
/// bound to its name. The only place that knows it.
struct SealingKeys: Sendable {
    private struct Key: Sendable {
        var id: [UInt8]
        var key: SymmetricKey

        init() {
            id = Self.random(8)
            key = SymmetricKey(size: .bits256)
        }

        init(id: [UInt8], key: SymmetricKey) {
            self.id = id
            self.key = key
        }

        private static func random(_ count: Int) -> [UInt8] {
            var generator = SystemRandomNumberGenerator()
            return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        }
    }

    /// The first seals; all open.
    private var keys: [Key]

    private static let head = "kelvin-keys/1"
    private static let version: UInt8 = 1

    init() { keys = [Key()] }

    private init(keys: [Key]) { self.keys = keys }

    init(text: String, path: String) throws(KernelError) {
        keys = []
        let lines = text.split(separator: "\n")
        for line in lines.dropFirst() {
            let words = line.split(separator: " ").map { Data(base64Encoded: String($0)) }
            guard words.count == 2, let id = words[0], let key = words[1], id.count == 8, key.count == 32 else {
                throw Self.damaged(path)
            }
            keys.append(Key(id: Array(id), key: SymmetricKey(data: key)))
        }
        guard lines.first.map(String.init) == Self.head, !keys.isEmpty else { throw Self.damaged(path) }
    }

    private static func damaged(_ path: String) -> KernelError {
        KernelError(
            .system, code: "secret.keys", "\(path) is no file of keys",
            cure: "put the right file back; without it the secrets are lost, and are set anew after the file is removed"
        )
    }

    var text: String {
        ([Self.head]
            + keys.map { key in
                let bytes = key.key.withUnsafeBytes { Data($0) }
                return "\(Data(key.id).base64EncodedString()) \(bytes.base64EncodedString())"
            }).joined(separator: "\n") + "\n"
    }

    func write(to path: String) throws(KernelError) { try PrivateFile.replace(path, text) }

    func addingNew() -> SealingKeys { SealingKeys(keys: [Key()] + keys) }

    func hasNewest(of other: SealingKeys) -> Bool { keys[0].id == other.keys[0].id }

    func onlyNewest() -> SealingKeys { SealingKeys(keys: [keys[0]]) }

    func key(for purpose: String) -> [UInt8] {
        let key = HKDF<Crypto.SHA256>.deriveKey(
            inputKeyMaterial: keys[0].key, info: Data(purpose.utf8), outputByteCount: 32)
        return key.withUnsafeBytes { bytes in Array(bytes) }
    }

    func seal(_ secret: [UInt8], as name: String) throws(KernelError) -> [UInt8] {
        let key = keys[0]
        do {
            let box = try AES.GCM.seal(secret, using: key.key, authenticating: Data(name.utf8))
            guard let combined = box.combined else { preconditionFailure("a box with a nonce of 12 bytes is combined") }
            return [Self.version] + key.id + Array(combined)
        } catch {
            throw KernelError(.system, code: "secret.sealed", "the secret '\(name)' could not be sealed: \(error)")
        }
    }

    /// - Throws: `secret.sealed` where no key opens it, or it was changed, or belongs to another name.
    func open(_ sealed: [UInt8], as name: String) throws(KernelError) -> [UInt8] {
        guard sealed.count > 9, sealed[0] == Self.version,
            let key = keys.first(where: { $0.id.elementsEqual(sealed[1..<9]) }),
            let box = try? AES.GCM.SealedBox(combined: sealed[9...]),
            let secret = try? AES.GCM.open(box, using: key.key, authenticating: Data(name.utf8))
        else {
            throw KernelError(
                .system, code: "secret.sealed", "no key opens the secret '\(name)', or it was changed",
                cure: "put the right file of keys back, or set the secret anew")
        }
        return Array(secret)
    }
}
