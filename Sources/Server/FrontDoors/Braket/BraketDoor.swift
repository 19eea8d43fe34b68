import HTTPTypes
import Kernel
import Storage

extension FrontDoor {
    /// Amazon Braket, with as much of S3 and STS as its SDK needs. Key and secret key are both the Kelvin token.
    static let braket = FrontDoor(
        name: "braket", prefixes: ["/braket"],
        routes: { bodyLimit in
            [
                Route(.post, "", "identify", .anyone(.read), bodyLimit: 16 << 10, isAudited: false) { call in
                    try call.callerIdentity()
                },
                Route(.post, "/", "identifyAtRoot", .anyone(.read), bodyLimit: 16 << 10, isAudited: false) { call in
                    try call.callerIdentity()
                },
                Route(.get, "/device/{device+}", "getDevice", .anyone(.read)) { call in
                    try await call.braketDevice()
                },
                Route(.post, "/devices", "searchDevices", .anyone(.read), bodyLimit: 64 << 10, isAudited: false) {
                    call in try call.searchBraketDevices()
                },
                Route(.post, "/quantum-task", "createTask", .anyone(.jobs), bodyLimit: bodyLimit) { call in
                    try await call.createBraketTask()
                },
                Route(.get, "/quantum-task/{record+}", "getTask", .readRecord(BraketTask.kind)) { call in
                    try await call.braketTask()
                },
                Route(
                    .put, "/quantum-task/{record+}/cancel", "cancelTask", .changeRecord(BraketTask.kind),
                    bodyLimit: 16 << 10
                ) { call in try await call.cancelBraketTask() },
                Route(
                    .post, "/quantum-tasks", "searchTasks", .anyone(.read), bodyLimit: 64 << 10, isAudited: false
                ) { call in try call.searchBraketTasks() },
                Route(.get, "/tags/{record+}", "listTags", .readRecord(BraketTask.kind)) { call in
                    .json(["tags": try BraketTask(try call.record).request.tags])
                },
                Route(
                    .post, "/tags/{record+}", "tag", .changeRecord(BraketTask.kind), bodyLimit: 64 << 10
                ) { call in try call.tagBraketTask() },
                Route(.delete, "/tags/{record+}", "untag", .changeRecord(BraketTask.kind)) { call in
                    try call.untagBraketTask()
                },
            ] + refused(bodyLimit) + storage
        },
        token: { request, _ in try SignatureV4(request)?.token },
        refusal: { AWSRefusal.answer($0, $1) },
        proof: { request, body, now in try SignatureV4(request)?.verify(request, body, now: now) })

    /// What Braket has and Kelvin has not.
    private static func refused(_ bodyLimit: Int) -> [Route] {
        let parts = [("job", "hybrid jobs"), ("jobs", "hybrid jobs"), ("spending-limit", "spending limits")]
        return parts.map { path, what in
            Route(.post, "/\(path)", "refuse-\(path)", .anyone(.read), bodyLimit: bodyLimit, isAudited: false) { _ in
                throw Problem(
                    .badField, "Kelvin has no \(what)",
                    cure: "run the program where you are, and send quantum tasks from there")
            }
        }
    }

    /// Path-style S3: buckets are names that hold the results of the caller's tasks.
    private static let storage: [Route] = [
        Route(.put, "/{bucket}", "createBucket", .anyone(.read), bodyLimit: 16 << 10, isAudited: false) { call in
            let bucket = try call.parameter("bucket")
            return Answer(.ok).header(.location, "/\(bucket)")
        },
        Route(.get, "/{bucket}", "lookAtBucket", .anyone(.read)) { call in
            if call.request.method == .head { return Answer(.ok) }
            throw Problem(.badField, "buckets are not listed", cure: "search quantum tasks; each names its directory")
        },
        Route(.get, "/{bucket}/{key+}", "getObject", .anyone(.read)) { call in try call.braketObject() },
        Route(.put, "/{bucket}/{key+}", "putObject", .anyone(.read), bodyLimit: 1 << 20, isAudited: false) { _ in
            throw Problem(.forbidden, "buckets hold the results of tasks, and nothing is put into them")
        },
    ]
}

extension Call {
    /// STS: who calls.
    fileprivate func callerIdentity() throws -> Answer {
        let form = try Query(String(validating: body, as: UTF8.self))
        guard try form.value("Action") == "GetCallerIdentity" else {
            throw Problem(.badField, "GetCallerIdentity is the one action here")
        }
        let user = try caller.user.path, account = BraketARN.account
        return AWSRefusal.xml(
            "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult><Arn>arn:aws:iam::\(account):user/\(AWSRefusal.escaped(user))</Arn><UserId>\(AWSRefusal.escaped(user))</UserId><Account>\(account)</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>\(id)</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
        )
    }

    /// S3: the results of a task, at BUCKET/DIRECTORY/results.json.
    fileprivate func braketObject() throws -> Answer {
        let bucket = try parameter("bucket"), key = try parameter("key")
        let words = key.split(separator: "/")
        let missing = Problem(.notFound, "there is nothing at \(bucket.clipped)/\(key.clipped)")
        guard words.last == "results.json", words.count >= 2 else { throw missing }
        let name = BraketARN.task(String(words[words.count - 2])).text
        guard let record = try visibleRecord(BraketTask.door, BraketTask.kind, name) else { throw missing }
        let task = try BraketTask(record)
        guard task.request.outputS3Bucket == bucket, key == "\(task.directory)/results.json",
            let job = try summary(of: record)
        else { throw missing }
        return .bytes(try task.results(of: job, in: self))
    }
}
