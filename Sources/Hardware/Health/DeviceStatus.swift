/// What can be said of a machine in a word, with the reason where there is one.
public enum DeviceStatus: Hashable, Sendable, Codable {
    /// Takes jobs and is idle.
    case online
    case busy
    case calibrating
    case maintenance(reason: String)
    /// It answers, but its runs fail.
    case error(reason: String)
    case offline(reason: String)

    /// In a word.
    public var name: String {
        switch self {
        case .online: "online"
        case .busy: "busy"
        case .calibrating: "calibrating"
        case .maintenance: "maintenance"
        case .error: "error"
        case .offline: "offline"
        }
    }

    public var reason: String? {
        switch self {
        case .online, .busy, .calibrating: nil
        case .maintenance(let reason), .error(let reason), .offline(let reason): reason
        }
    }
}
