import Testing

@testable import Kernel

@Suite struct QueueFrontTests {
    /// A kernel whose only machine is closed, and six accounts with jobs of random length in line.
    private struct Line {
        var kernel = KernelState(policy: FleetScheduler(rules: SchedulingRules(sharing: .exclusive)))
        var output = KernelOutput()
        var random: SplitMix
        var classes: [Priority]

        init(seed: UInt64, classes: [Priority]) {
            random = SplitMix(seed: seed)
            self.classes = classes
            kernel.handle(.addDevice(name: "m", siteCount: 5), at: 0, into: &output)
            kernel.handle(.setAvailable(DeviceIndex(0), false), at: 0, into: &output)
            for k in 0..<6 {
                let share = Double(1 + draw(9))
                kernel.handle(.addAccount(path: "a\(k)", parent: .root, share: share), at: 0, into: &output)
            }
        }

        mutating func draw(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }

        mutating func submit(_ number: UInt64) {
            let card = JobCard(
                account: AccountIndex(1 + draw(6)), priority: classes[draw(classes.count)],
                seconds: Double(1 + draw(50)))
            kernel.handle(.submit(JobID(number), card), at: 0, into: &output)
            kernel.handle(
                .validated(JobID(number), JobDemand(width: 1, shots: 1, seconds: Double(card.seconds))), at: 0,
                into: &output)
            output.removeAll()
        }

        mutating func order() {
            let book = kernel.book
            kernel.withPolicy {
                $0.front.invalidate()
                $0.orderFront(book, 0)
            }
        }

        var rows: [Int32] { kernel.policy.front.entries.map(\.row).filter { $0 >= 0 } }
    }

    /// An arrival is put where ordering the front anew would put it: by usage per share, each job charged before the next
    /// is chosen, then in turn.
    @Test(arguments: [UInt64(1), 2, 3, 4, 5]) func arrivalsStandWhereANewOrderWouldPutThem(seed: UInt64) {
        var line = Line(seed: seed, classes: [.normal])
        for k in 1...12 { line.submit(UInt64(k)) }
        line.order()
        for k in 13...90 {
            line.submit(UInt64(k))
            #expect(line.kernel.policy.front.isValid)
            var anew = line
            anew.order()
            #expect(line.rows == anew.rows && line.rows.count == k, "job \(k)")
        }
    }

    @Test func classesStandApartAndAccountsInTurn() {
        var line = Line(seed: 9, classes: [.low, .normal, .normal, .high])
        for k in 1...12 { line.submit(UInt64(k)) }
        line.order()
        for k in 13...90 { line.submit(UInt64(k)) }
        let jobs = line.rows.map { line.kernel.book.jobs[JobSlot(rawValue: $0)] }
        #expect(line.kernel.policy.front.isValid && jobs.count == 90)
        for (a, b) in zip(jobs, jobs.dropFirst()) { #expect(a.card.priority >= b.card.priority) }
        for account in 1...6 {
            for priority in Priority.allCases {
                let own = jobs.filter { $0.card.account == AccountIndex(account) && $0.card.priority == priority }
                #expect(own.map(\.id) == own.map(\.id).sorted())
            }
        }
    }

    /// Who comes next is tried out on the queue itself: after it the queue and all usage are what they were, to the bit,
    /// and the front is how the queue would go on. Projects with users, classes, deadlines.
    @Test(arguments: 1...12) func tryingOutTheOrderLeavesNoTrace(seed: Int) throws {
        var random = SplitMix(seed: UInt64(seed)), output = KernelOutput()
        var kernel = KernelState(
            policy: FleetScheduler(rules: SchedulingRules(window: seed % 3 == 0 ? 1_000 : 20, sharing: .exclusive)))
        kernel.handle(.addDevice(name: "m", siteCount: 5), at: 0, into: &output)
        kernel.handle(.setAvailable(DeviceIndex(0), false), at: 0, into: &output)
        var accounts: [AccountIndex] = []
        for project in 0..<3 {
            kernel.handle(
                .addAccount(path: "p\(project)", parent: .root, share: Double(1 + random.below(4))), at: 0,
                into: &output)
            let parent = try #require(kernel.book.account(at: "p\(project)"))
            accounts.append(parent)
            for user in 0..<project {
                let path = "p\(project)/u\(user)"
                kernel.handle(
                    .addAccount(path: path, parent: parent, share: Double(1 + random.below(4))), at: 0, into: &output)
                accounts.append(try #require(kernel.book.account(at: path)))
            }
        }
        for number in 1...UInt64(80) {
            let card = JobCard(
                account: accounts[random.below(accounts.count)], priority: Priority.allCases[random.below(3)],
                seconds: Double(1 + random.below(50)),
                deadline: random.below(5) == 0 ? Double(100 + random.below(1_000)) : .infinity)
            kernel.handle(.submit(JobID(number), card), at: 0, into: &output)
            let demand = JobDemand(width: 1, shots: 1, seconds: Double(card.seconds))
            kernel.handle(.validated(JobID(number), demand), at: 0, into: &output)
        }
        let book = kernel.book
        try kernel.withPolicy { policy in
            for _ in 0..<30 {
                // Whatever was used and whoever left, the next trial begins from there.
                policy.charge(accounts[random.below(accounts.count)], seconds: random.unit() * 100, in: book, at: 0)
                if let gone = policy.queueOrder.randomElement(using: &random), random.below(3) == 0 {
                    policy.remove(gone, in: book, at: 0)
                }
                let before = policy
                policy.front.invalidate()
                policy.orderFront(book, 0)
                #expect(policy.shares.inflated == before.shares.inflated)
                #expect(policy.shares.keys == before.shares.keys)
                #expect(policy.queue.count == before.queue.count)
                let order = before.queueOrder
                #expect(policy.queueOrder == order)
                let front = policy.front.entries.map { JobSlot(rawValue: $0.row) }
                #expect(front == Array(order.prefix(front.count)))
                #expect(front.count == min(order.count, seed % 3 == 0 ? 1_500 : 30))
            }
        }
    }

    /// A start below the highest class changes nobody's turn, unless it was the turn of a class that had run out of patience.
    @Test(arguments: [false, true]) func aStartOfALowerClassLeavesTheFront(isLate: Bool) {
        let rules = SchedulingRules(patience: 100, sharing: .exclusive)
        var kernel = KernelState(policy: FleetScheduler(rules: rules)), output = KernelOutput()
        for name in ["kept", "free"] { kernel.handle(.addDevice(name: name, siteCount: 5), at: 0, into: &output) }
        for d in 0..<2 { kernel.handle(.setAvailable(DeviceIndex(d), false), at: 0, into: &output) }
        func submit(_ number: UInt64, _ priority: Priority, on device: Int) {
            let card = JobCard(device: DeviceIndex(device), priority: priority, seconds: 10)
            kernel.handle(.submit(JobID(number), card), at: 0, into: &output)
            kernel.handle(
                .validated(JobID(number), JobDemand(width: 1, shots: 1, seconds: 10)), at: 0, into: &output)
        }
        submit(1, .high, on: 0)
        submit(2, .low, on: 1)
        submit(3, .low, on: 1)
        kernel.handle(.setAvailable(DeviceIndex(1), true), at: isLate ? 101 : 50, into: &output)
        #expect(kernel.state(of: JobID(2)) == .compiling && kernel.state(of: JobID(1)) == .queued)
        let first = kernel.policy.front.entries.first
        #expect(first?.priority == (isLate ? .low : .high))
        #expect(kernel.policy.front.isLedByImpatience == isLate)
        #expect(kernel.policy.front.isValid == !isLate)
    }
}

extension FleetScheduler {
    /// The order of the queue, which finding it would else use up.
    fileprivate var queueOrder: [JobSlot] {
        var copy = self
        return copy.order()
    }
}
