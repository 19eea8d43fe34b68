import Foundation
import Hardware
public import Kernel
import Storage

extension Service {
    /// Makes the first organisation, its project and its administrator where there is nobody yet.
    ///
    /// - Returns: the file that holds the administrator's token, if it was made now.
    public func prepareFirstStart() throws(KernelError) -> String? {
        let file = try DataDirectory(path: options.directory).adminToken
        let now = clock.now.rounded(.down)
        let isNew = try accounts.readAccounts { store throws(KernelError) in try store.organisations().isEmpty }
        guard isNew else { return nil }
        let secret = Secrets.newToken()
        // First the file: an administrator without a token would lock everyone out.
        try PrivateFile.create(file, secret + "\n")
        do throws(KernelError) {
            try makeFirstAccounts(secret, now)
        } catch {
            try? FileManager.default.removeItem(atPath: file)
            // Another server of the same database was faster.
            if error.code == "account.exists" { return nil }
            throw error
        }
        return file
    }

    private func makeFirstAccounts(_ secret: String, _ now: Double) throws(KernelError) {
        try accounts.changeAccounts { store throws(KernelError) in
            let project = ProjectPath(organisation: "local", name: "main")
            try store.add(Organisation(name: project.organisation, created: now))
            try store.add(Project(path: project, created: now))
            let admin = User(
                organisation: project.organisation, name: "admin",
                grants: [User.Grant(.admin, in: .service), User.Grant(.admin, in: .project(project))], created: now)
            try store.add(admin)
            try store.add(
                Token(
                    id: Secrets.newID("tok-"), user: admin.path, name: "first",
                    abilities: Set(Token.Ability.allCases), created: now), digest: Secrets.digest(of: secret))
        }
    }
}
