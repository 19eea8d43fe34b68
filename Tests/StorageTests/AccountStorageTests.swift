import Kernel
import Storage
import Testing

/// Organisations, projects, users, tokens, the audit trail and kept replies, in every database.
@Suite struct AccountStorageTests {
    private static let lab = ProjectPath(organisation: "acme", name: "lab")

    private func filled(_ kind: StorageConformanceTests.Kind) throws -> any KernelStorage & AccountStorage {
        let storage = try StorageConformanceTests.place(kind)()
        try storage.changeAccounts { store throws(KernelError) in
            try store.add(Organisation(name: "acme", created: 1.5))
            try store.add(Project(path: Self.lab, created: 2))
            try store.add(
                User(
                    organisation: "acme", name: "eve",
                    grants: [User.Grant(.admin, in: .service), User.Grant(.viewer, in: .project(Self.lab))], created: 3)
            )
            var token = Token(
                id: "tok-1", user: "acme/eve", name: "Ünïcode ✓", abilities: [.jobs, .read], project: Self.lab,
                created: 4, expires: 1e10)
            token.lastUsed = 5
            try store.add(token, digest: [0, 255, 7])
        }
        return storage
    }

    @Test(arguments: StorageConformanceTests.Kind.durable)
    func whatWasAddedComesBackAsItWas(kind: StorageConformanceTests.Kind) throws {
        try filled(kind).readAccounts { store throws(KernelError) in
            #expect(try store.organisations() == [Organisation(name: "acme", created: 1.5)])
            #expect(try store.projects(of: nil) == store.projects(of: "acme"))
            #expect(try store.projects(of: "other").isEmpty)
            let user = try store.user("acme/eve")
            #expect(user?.role(in: .service) == .admin && user?.grants.count == 2 && user?.isDisabled == false)
            let token = try store.token(digest: [0, 255, 7])
            #expect(token?.name == "Ünïcode ✓" && token?.abilities == [.jobs, .read] && token?.project == Self.lab)
            #expect(token?.lastUsed == 5 && token?.revoked == nil && token?.expires == 1e10)
            #expect(try store.token(digest: [0, 255]) == nil)
            #expect(try store.tokens(of: "acme/eve").count == 1)
            #expect(try store.tokens(of: "acme/bob").isEmpty)
        }
    }

    @Test(arguments: StorageConformanceTests.Kind.durable)
    func collisionsAndOrphansAreNamed(kind: StorageConformanceTests.Kind) throws {
        let storage = try filled(kind)
        func code(_ body: @escaping (any AccountTransaction) throws(KernelError) -> Void) -> String? {
            do throws(KernelError) {
                try storage.changeAccounts(body)
                return nil
            } catch { return error.code }
        }
        #expect(
            code { store throws(KernelError) in try store.add(Organisation(name: "acme", created: 9)) }
                == "account.exists")
        #expect(
            code { store throws(KernelError) in try store.add(Project(path: Self.lab, created: 9)) } == "account.exists"
        )
        let stray = Project(path: ProjectPath(organisation: "nobody", name: "x"), created: 9)
        #expect(code { store throws(KernelError) in try store.add(stray) } == "account.unknown")
        let stranger = User(organisation: "acme", name: "nobody", created: 1)
        #expect(code { store throws(KernelError) in try store.update(stranger) } == "account.unknown")
        // The connection is as good as before.
        try storage.changeAccounts { store throws(KernelError) in
            try store.add(Organisation(name: "other", created: 9))
        }
        #expect(try storage.readAccounts { store throws(KernelError) in try store.organisations().count } == 2)
    }

    @Test(arguments: StorageConformanceTests.Kind.durable)
    func theTrailIsReadBackwards(kind: StorageConformanceTests.Kind) throws {
        let storage = try filled(kind)
        try storage.changeAccounts { store throws(KernelError) in
            try store.append(
                (1...5).map { number in
                    AuditEntry(
                        time: Double(number), user: number % 2 == 0 ? "acme/eve" : "", token: "", address: "::1",
                        action: "a", target: "t", status: 200, request: "r\(number)")
                })
            try store.setReply(KeptReply(fingerprint: "f", status: 201, body: [], time: 8), to: "k", of: "acme/eve")
        }
        try storage.changeAccounts { store throws(KernelError) in
            #expect(try store.audit(before: .max, user: nil, limit: 2).map(\.request) == ["r5", "r4"])
            #expect(try store.audit(before: .max, user: "acme/eve", limit: 9).map(\.request) == ["r4", "r2"])
            let page = try store.audit(before: 3, user: nil, limit: 9)
            #expect(page.map(\.number) == [2, 1])
            #expect(try store.reply(to: "k", of: "acme/eve")?.body == [])
            #expect(try store.reply(to: "k", of: "acme/bob") == nil)
            try store.removeReplies(before: 9)
            #expect(try store.reply(to: "k", of: "acme/eve") == nil)
        }
    }

    @Test(arguments: StorageConformanceTests.Kind.durable)
    func settingsAreReplacedAndRemoved(kind: StorageConformanceTests.Kind) throws {
        let storage = try filled(kind), bytes: [UInt8] = [0, 255, 10]
        try storage.changeAccounts { store throws(KernelError) in
            try store.set("secret:b", to: bytes, at: 1)
            try store.set("secret:a", to: [1], at: 1)
            try store.set("policy", to: [], at: 1)
            try store.set("secret:b", to: bytes + bytes, at: 2)
        }
        try storage.changeAccounts { store throws(KernelError) in
            #expect(try store.setting("secret:b") == bytes + bytes)
            #expect(try store.setting("policy") == [])
            #expect(try store.setting("secret:c") == nil)
            #expect(try store.settings(beginningWith: "secret:") == ["secret:a", "secret:b"])
            try store.set("secret:a", to: nil, at: 3)
            #expect(try store.settings(beginningWith: "") == ["policy", "secret:b"])
        }
    }
}
