/// A budget that a job draws on: its own, its session's, its account's, or that of an account above.
public struct Purse: Hashable, Sendable {
    public enum Owner: Hashable, Sendable {
        case job
        case session(SessionIndex)
        /// By its path; empty for the root.
        case account(String)
    }

    public var owner: Owner
    /// Machine time, seconds.
    public var used: Double
    public var promised: Double
    public var budget: Double

    /// Whether it pays for no more parts, whatever those that run now will have cost: only a larger budget changes that.
    public var isSpent: Bool { used >= budget }

    /// Whose it is, and how far it is used.
    var figures: String { "\(name) is used up: \(Self.figure(used)) of \(Self.figure(budget)) s" }

    var name: String {
        switch owner {
        case .job: "the job's own budget"
        case .session(let session): "the budget of the session \(session.name)"
        case .account(""): "the budget of all accounts together"
        case .account(let path): "the budget of \(path)"
        }
    }

    var cure: String {
        switch owner {
        case .job: "submit it again with a larger budget"
        case .session: "open another session with a larger budget"
        case .account(""): "have it raised"
        case .account(let path): "raise it: `kelvin budget \(path) --seconds N`"
        }
    }

    /// Three places behind the point; more of what would vanish.
    static func figure(_ seconds: Double) -> String {
        let short = (seconds * 1e3).rounded() / 1e3
        let shown = short == 0 ? seconds : short
        return shown == shown.rounded() && abs(shown) < 1e15 ? "\(Int(shown))" : "\(shown)"
    }
}

extension KernelBook {
    /// The budgets that jobs of an account and a session draw on: the session's first, then from the account up.
    func purses(_ account: AccountIndex, _ session: SessionIndex?) -> [Purse] {
        var purses: [Purse] = []
        if let session {
            let record = sessions[session.place]
            purses.append(
                Purse(
                    owner: .session(session), used: record.used, promised: record.promised, budget: record.card.budget))
        }
        var current: AccountIndex? = account
        while let index = current {
            let record = accounts[index.place]
            purses.append(
                Purse(
                    owner: .account(record.path), used: record.used, promised: record.promised, budget: record.budget))
            current = record.parent
        }
        return purses
    }

    /// Those of a job, its own in front.
    func purses(of slot: JobSlot) -> [Purse] {
        let job = jobs[slot]
        let own = Purse(owner: .job, used: job.charged, promised: 0, budget: Double(job.card.budget))
        return [own] + purses(job.card.account, job.card.session)
    }

    /// How many of those budgets are used up.
    func spentCount(_ account: AccountIndex, _ session: SessionIndex?) -> Int {
        var count = 0
        if let session, sessions[session.place].used >= sessions[session.place].card.budget { count += 1 }
        var current: AccountIndex? = account
        while let index = current {
            if accounts[index.place].used >= accounts[index.place].budget { count += 1 }
            current = accounts[index.place].parent
        }
        return count
    }

    /// Whether nobody will pay for a further part of a job, unless somebody raises a budget.
    func isUnpaid(_ slot: JobSlot) -> Bool {
        let job = jobs[slot]
        return job.charged >= Double(job.card.budget) || spentCount(job.card.account, job.card.session) > 0
    }
}
