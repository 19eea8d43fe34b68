import Kernel
import Storage
import Testing

/// What front doors keep, in every database.
@Suite struct DoorRecordTests {
    private func record(_ name: String, kind: String = "job", project: String = "acme/lab", at time: Double = 1)
        -> DoorRecord
    {
        DoorRecord(
            door: "ionq", kind: kind, name: name, account: project + "/eve", job: nil, created: time,
            bytes: Array(name.utf8) + [0, 255])
    }

    @Test(arguments: StorageConformanceTests.Kind.durable)
    func whatIsKeptComesBackAndChanges(kind: StorageConformanceTests.Kind) throws {
        let storage = try StorageConformanceTests.place(kind)()
        // Names are other people's: nothing in them means anything to a database.
        let odd = "arn:aws:braket:us-east-1:0:quantum-task/'; DROP TABLE records; -- ✓ %_"
        try storage.changeAccounts { store throws(KernelError) in
            try store.set(record(odd))
            try store.set(record(odd, kind: "session", at: 2))
        }
        try storage.changeAccounts { store throws(KernelError) in
            var changed = record(odd, project: "other/project", at: 9)
            changed.job = JobID(7)
            changed.bytes = [1]
            try store.set(changed)
        }
        try storage.readAccounts { store throws(KernelError) in
            let found = try store.record("ionq", "job", odd)
            // Whose it is and when it was made stays as it was.
            #expect(found?.account == "acme/lab/eve" && found?.created == 1)
            #expect(found?.job == JobID(7) && found?.bytes == [1])
            #expect(try store.record("ionq", "session", odd)?.bytes == record(odd).bytes)
            #expect(try store.record("braket", "job", odd) == nil)
            #expect(try store.record("ionq", "job", odd.uppercased()) == nil)
        }
        try storage.changeAccounts { store throws(KernelError) in try store.removeRecord("ionq", "job", odd) }
        try storage.readAccounts { store throws(KernelError) in
            #expect(try store.record("ionq", "job", odd) == nil)
            #expect(try store.record("ionq", "session", odd) != nil)
        }
    }

    @Test(arguments: StorageConformanceTests.Kind.durable)
    func whatBelongsToAJobGoesWithIt(kind: StorageConformanceTests.Kind) throws {
        let storage = try StorageConformanceTests.place(kind)()
        try storage.changeAccounts { store throws(KernelError) in
            let kept: [(String, String, UInt64?)] = [
                ("a", "job", 7), ("a", "input", 7), ("b", "job", 8), ("c", "waiting", nil),
            ]
            for (name, kind, job) in kept {
                var record = record(name, kind: kind)
                record.job = job.map { JobID($0) }
                try store.set(record)
            }
            try store.removeRecords(of: JobID(7))
        }
        try storage.readAccounts { store throws(KernelError) in
            #expect(try store.record("ionq", "job", "a") == nil)
            #expect(try store.record("ionq", "input", "a") == nil)
            #expect(try store.record("ionq", "job", "b")?.job == JobID(8))
            #expect(try store.record("ionq", "waiting", "c") != nil)
        }
    }

    @Test(arguments: StorageConformanceTests.Kind.durable)
    func listsAreTheNewestFirstOfSomeProjects(kind: StorageConformanceTests.Kind) throws {
        let storage = try StorageConformanceTests.place(kind)()
        try storage.changeAccounts { store throws(KernelError) in
            for number in 0..<9 {
                try store.set(
                    record("j\(number)", project: number % 3 == 0 ? "acme/side" : "acme/lab", at: Double(number)))
            }
            try store.set(record("s", kind: "session"))
        }
        func list(_ projects: [String]?, _ limit: Int = 10, _ offset: Int = 0) throws -> ([String], Int) {
            let filter = DoorRecordFilter(door: "ionq", kind: "job", projects: projects, limit: limit, offset: offset)
            return try storage.readAccounts { store throws(KernelError) in
                (try store.records(filter).map(\.name), try store.recordCount(filter))
            }
        }
        #expect(try list(nil) == ((0..<9).reversed().map { "j\($0)" }, 9))
        #expect(try list(["acme/side"]) == (["j6", "j3", "j0"], 3))
        #expect(try list(["acme/side", "acme/lab"], 2, 3) == (["j5", "j4"], 9))
        #expect(try list([]) == ([], 0))
        #expect(try list(["acme"]) == ([], 0))
    }

    @Test(arguments: StorageConformanceTests.Kind.durable)
    func whoForgetsAJobForgetsItsRecords(kind: StorageConformanceTests.Kind) throws {
        let storage = try StorageConformanceTests.place(kind)()
        let jobs = try ["kept", "gone"].map { name in
            try storage.exclusively { store throws(KernelError) in
                let id = try store.register(Submission(name: name, device: "m", request: [1])).job
                _ = try store.append([
                    JournalEntry(time: 1, fact: .submitted(id, JobCard())),
                    JournalEntry(time: 2, fact: .ended(id, .completed)),
                ])
                return id
            }
        }
        try storage.changeAccounts { store throws(KernelError) in
            for job in jobs {
                var mine = record("\(job)")
                mine.job = job
                try store.set(mine)
            }
        }
        let isGone = try storage.exclusively { store throws(KernelError) in try store.remove(jobs[1]) }
        #expect(isGone)
        try storage.readAccounts { store throws(KernelError) in
            #expect(try store.record("ionq", "job", "\(jobs[0])") != nil)
            #expect(try store.record("ionq", "job", "\(jobs[1])") == nil)
        }
    }
}
