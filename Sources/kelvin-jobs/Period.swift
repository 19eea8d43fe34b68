import ArgumentParser

/// How often something comes again, as people write it on a command line.
struct Period: ExpressibleByArgument {
    var seconds: Double

    /// Reads `hour`, `day`, `week`, and `90m`, `36h`, `2d`.
    init?(argument: String) {
        switch argument {
        case "hour": seconds = 3_600
        case "day": seconds = 86_400
        case "week": seconds = 7 * 86_400
        default:
            guard case .after(let span)? = Moment(argument: argument), span > 0 else { return nil }
            seconds = span
        }
    }
}
