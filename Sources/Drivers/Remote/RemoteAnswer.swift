import Hardware

/// What answers of servers have in common.
enum RemoteAnswer {
    /// A job's name as it may stand in a path.
    static func jobID(_ answer: JSONNode) throws(DeviceError) -> String {
        guard let id = answer.string("id"), isPathComponent(id) else {
            throw DeviceError(
                .failed, "the server took the job and gave no name for it", cure: "look at the server's list of jobs")
        }
        return id
    }

    static func isPathComponent(_ text: String) -> Bool {
        (1...256).contains(text.utf8.count) && text != "." && text != ".."
            && text.utf8.allSatisfy {
                ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39)
                    || [0x2D, 0x2E, 0x5F, 0x7E].contains($0)
            }
    }

    static func unknownStatus(_ status: String?) -> DeviceError {
        DeviceError(
            .failed, "the server reports the job status \(status.map { "\"\($0.prefix(40))\"" } ?? "nothing")",
            cure: "this Kelvin does not know it; ask the server's operator")
    }
}

extension Attachment {
    /// A name that goes into a path as it is.
    func pathComponent(_ name: String) throws(DeviceError) -> String {
        guard RemoteAnswer.isPathComponent(name) else {
            throw DeviceError(
                .invalidFile, "\(id): \"\(name)\" cannot be a machine's name at a server", cure: "correct \"target\"")
        }
        return name
    }
}
