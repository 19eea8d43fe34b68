import HTTPTypes
import Kernel

extension ErrorCatalogue {
    /// What is said of programs, of machines, and of the store: codes that the kernel, the compiler and drivers bring.
    static let brought: [String: Entry] = Dictionary(
        uniqueKeysWithValues: (programs.map { ($0, HTTPResponse.Status.unprocessableContent) }
            + faults.map { ($0, HTTPResponse.Status.serviceUnavailable) }).map { row, status in
                let (code, title, cause, cure) = row
                return (code, Entry(code: code, status: status, title: title, cause: cause, cure: cure))
            })

    private typealias Row = (String, String, String, String)

    private static let programs: [Row] = [
        ("empty", "There is no program", "The job holds no circuit.", "submit at least one"),
        (
            "shots", "The number of shots is not possible", "It is below one, or more than the machine takes.",
            "the detail tells the limit; ask for fewer, or for several jobs"
        ),
        (
            "no-measurement", "Nothing is measured", "A program that is sampled measures into bits.",
            "measure into a bit register, or ask for an observable"
        ),
        (
            "observable", "An observable cannot be read", "It is no sum of Pauli strings.",
            "write it as 0.5*ZZI + XXI (qubit 0 rightmost) or Z0 Z2"
        ),
        (
            "observable.width", "An observable is for another number of qubits", "It and the program differ in width.",
            "give it one letter a qubit of the program"
        ),
        (
            "input", "An input is missing or wrong", "The program declares inputs, and the values do not fit them.",
            "give a value of the declared type for each"
        ),
        (
            "shape", "Observables and inputs do not go together", "Their shapes do not broadcast.",
            "dimensions must be equal or one, counted from the last"
        ),
        (
            "weights", "A weight is not possible", "Waiting can be worth zero or more seconds.",
            "give zero or more seconds"
        ),
        (
            "request", "The request says something that means nothing",
            "A field has a value outside of its words or range.",
            "the detail names it; GET /v1/openapi.json lists what there is"
        ),
        (
            "result-request", "What the program asks for cannot be had together", "One run gives one kind of result.",
            "ask for one, and run the other separately"
        ),
        (
            "qpy", "The QPY file cannot be read", "It is damaged, of another version, or holds several circuits.",
            "store one circuit with a version that Docs/qpy.md names"
        ),
        (
            "bundle.damaged", "The bundle is damaged", "A part is missing, or is not what its digest says.",
            "take an undamaged copy, or make another of the job"
        ),
        (
            "replay.machine", "A real machine does not do the same again", "Only emulated machines can be replayed.",
            "submit the request again to see what the machine gives now"
        ),
        (
            "appraisal.refused", "No machine takes the job",
            "It is too wide or too deep for each, over budget, or too late.",
            "the detail tells the figure that stands in the way"
        ),
        (
            "budget.spent", "Nobody pays for the job",
            "The budget of its session, its project or the organisation is used up: it would stand aside.",
            "have the budget raised, or open another session"
        ),
        (
            "reservation.time", "The times of the reservation are not possible",
            "It ends before it begins, in the past, or after it comes again; or it comes again after no whole minutes.",
            "give a later end, an earlier beginning, or another period"
        ),
        (
            "compiler.tooWide", "The program is wider than the machine",
            "It has more qubits than the machine has good sites.",
            "use fewer qubits, or a larger machine"
        ),
        (
            "compiler.disconnected", "No region is large enough", "The good sites of the machine do not hang together.",
            "choose another machine, or wait until it is calibrated"
        ),
        (
            "compiler.unsupportedGate", "A gate cannot be made of the machine's",
            "No rule leads from it to native gates.",
            "write the program with standard gates"
        ),
        (
            "compiler.unsupportedInstruction", "The machine cannot do an instruction",
            "It lacks the ability, as feed-forward.",
            "choose a machine that has it, or write the program without"
        ),
        (
            "compiler.tooLong", "The program is too long to compile",
            "It grows beyond what can be kept when it is unrolled.",
            "use fewer repetitions"
        ),
        (
            "compiler.invalidOption", "An option of the compiler is not possible",
            "It does not fit the program or machine.",
            "leave it out, or correct it"
        ),
        (
            "compiler.boxTooShort", "A box is shorter than what is in it",
            "Its duration is less than its content takes.",
            "give it more time"
        ),
        (
            "compiler.mismatch", "A compiled program does not fit the machine",
            "It uses sites or gates that the machine has not.",
            "compile it for this machine and its calibration"
        ),
        (
            "device.unsupported", "The machine cannot do this", "The program needs what the machine does not offer.",
            "choose another machine, or write the program without"
        ),
        (
            "device.tooLarge", "The program is too large for the machine",
            "It is wider, longer or costlier than is possible.",
            "make it smaller, or choose another machine"
        ),
        (
            "device.programFault", "The program went wrong while it ran",
            "An index, a division or a loop left its range.",
            "the detail tells where; correct the program"
        ),
        (
            "device.none", "None of the machines takes the job", "Each refuses it for a reason of its own.",
            "the detail tells every reason"
        ),
    ]

    private static let faults: [Row] = [
        ("appraisal.fleet", "There is no machine", "The service has none besides simulators.", "the operator adds one"),
        (
            "device.invalidFile", "A machine's file is wrong", "Its description or calibration cannot be read.",
            "the operator corrects the file that the detail names"
        ),
        ("device.cancelled", "The run was cancelled", "Someone cancelled the job while it ran.", "submit it again"),
        (
            "storage.open", "The store cannot be opened", "Its directory cannot be made, read or written.",
            "the operator corrects the rights of the directory, or gives another --data"
        ),
        (
            "storage.version", "A later version wrote the store", "What it wrote is not understood here.",
            "start the version that wrote it, or a later one"
        ),
        (
            "storage.backup", "A backup cannot be made or used", "The file is there already, damaged, or no backup.",
            "give a file that is not there yet, or an undamaged backup"
        ),
        (
            "kernel.place", "The job's place is not whole any more",
            "What another job lent it was known to a process that is gone.",
            "nothing is to be done: the job is given another place"
        ),
        (
            "storage.calibration", "A calibration is not kept", "Part of a job ran under a record that is gone.",
            "submit the job again"
        ),
        (
            "storage.blob", "A large document cannot be kept or read",
            "The blob store cannot be written or reached, or what it holds is damaged or gone.",
            "the operator makes room, gives every server and worker the same --blobs, or restores a backup"
        ),
        (
            "storage.postgresql", "The database failed", "It could not be reached, or refused what it was asked.",
            "the operator finds the reason in the log"
        ),
        (
            "storage.address", "This is no database's address", "It begins with neither postgres:// nor postgresql://.",
            "write it as postgres://USER@HOST:PORT/NAME"
        ),
        (
            "storage.text", "A text cannot be kept",
            "It holds the character U+0000, for which PostgreSQL has no place.",
            "leave the character out"
        ),
        (
            "storage.damaged", "The store is damaged", "What every store has is missing in it.",
            "the operator restores a backup"
        ),
        (
            "storage.prices", "The list of prices is wrong", "It is no object of prices by machine.",
            "write it as {\"heron-133\": 1.6}, or remove it"
        ),
        (
            "storage.write", "A file cannot be written", "Its directory cannot be written, or the disk is full.",
            "make room, or make its directory writable"
        ),
        (
            "service.in-use", "Another service works in the directory", "One service at a time has a data directory.",
            "stop it, or give another --data"
        ),
        (
            "service.directory", "The data directory cannot be used",
            "It cannot be made, or a file in it cannot be written.",
            "make room, or correct the rights of the directory"
        ),
        (
            "service.rights", "A file is not its owner's alone",
            "Others could have read keys from it, or changed them.",
            "chown it to the user that the service runs as, then chmod 600"
        ),
        (
            "service.identity", "The identity provider cannot be used",
            "The file that describes it is wrong, or its keys cannot be had.",
            "Docs/operations.md describes the file; the detail tells what is wrong with it"
        ),
        (
            "secret.unknown", "There is no such secret", "An attached machine names a secret that was never set.",
            "an admin sets it: PUT /v1/secrets/NAME"
        ),
        (
            "secret.sealed", "A secret cannot be opened", "No key that is there opens it, or it was changed.",
            "put the right file of keys back, or set the secret anew"
        ),
        (
            "secret.keys", "The file of keys is none", "It was damaged, or is another file.",
            "put the right file back; without it the secrets are lost, and are set anew after the file is removed"
        ),
        (
            "service.certificate", "The certificate cannot be used",
            "A file cannot be read, or the two do not belong together.",
            "give a certificate chain and its private key, both as PEM files"
        ),
    ]
}

extension ErrorCatalogue {
    /// `Docs/errors.md`.
    static var markdown: String {
        let head = """
            # What the service answers when it cannot

            Every problem is an object of `application/problem+json` (RFC 9457) with a stable `code`, what happened this time
            (`detail`), why such things happen (`cause`), what helps (`cure`), and the id of the request (`instance`), which the
            log and the audit trail have too. `GET /v1/errors` gives this list, and a running service shows it at `/docs/errors`.
            Codes that begin with QASM are a program's diagnostics: [their page](diagnostics.md), `kelvin explain CODE`.

            """
        return head
            + all.map { entry in
                "\n## \(entry.code)\n\n**\(entry.title)** – status \(entry.status.code). \(entry.cause)\n"
                    + (entry.cure.map { "Cure: \($0).\n" } ?? "")
            }.joined()
    }

    /// The same as a page of the service.
    static var html: String {
        let entries = all.map { entry in
            "<section id=\"\(escaped(entry.code))\"><h2>\(escaped(entry.code))</h2><p><strong>\(escaped(entry.title))</strong> – "
                + "status \(entry.status.code). \(escaped(entry.cause))</p>"
                + (entry.cure.map { "<p>Cure: \(escaped($0)).</p>" } ?? "") + "</section>"
        }
        return "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
            + "content=\"width=device-width\"><title>Kelvin: errors</title><link rel=\"stylesheet\" "
            + "href=\"/dashboard/kelvin.css\"></head><body><main><h1>What the service answers when it cannot</h1>"
            + entries.joined() + "</main></body></html>\n"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }
}
