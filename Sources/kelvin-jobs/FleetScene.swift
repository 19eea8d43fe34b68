import Console
import Hardware
import Kernel

/// The fleet at a moment, for eyes: machines with their load, and the jobs that are on their way.
struct FleetScene {
    var place: String
    /// UTC.
    var time: String
    /// Nil where one may not see them.
    var machines: [MachineDocument]?
    /// Those that are on their way, the newest first.
    var jobs: [JobDocument]

    /// The lines, no more than fit; what is left out is said.
    func lines(width: Int, height: Int? = nil, isColoured: Bool) -> [String] {
        let running = jobs.count { $0.state?.holdsSites == true }
        var lines = [
            Style.bold(
                "kelvin  \(place)  \(time)  \(running) running, \(jobs.count - running) waiting", when: isColoured)
        ]
        lines.append("")
        lines += machineLines(isColoured)
        lines.append("")
        // What is longer than the screen would push the machines out of it.
        let room = height.map { max(1, $0 - lines.count - 1) } ?? .max
        let table =
            jobs.isEmpty ? ["no jobs on their way"] : JobTable(jobs).text.split(separator: "\n").map(String.init)
        if table.count > room {
            lines += table.prefix(room - 1) + ["… and \(table.count - room + 1) more"]
        } else {
            lines += table
        }
        if let height { lines = Array(lines.prefix(height)) }
        return lines.map { Self.cut($0, width) }
    }

    private func machineLines(_ isColoured: Bool) -> [String] {
        guard let machines else { return ["the load of the machines is for operators"] }
        if machines.isEmpty { return ["no machine has been asked for yet"] }
        let table = Columns(
            ["MACHINE", "STATUS", "RUNS", "WAITS", "SITES", "IN USE", "NOTE"],
            machines.map { machine in
                [
                    machine.device, machine.status, "\(machine.running)", "\(machine.waiting)",
                    "\(machine.sitesInUse)/\(machine.sites)", Self.bar(machine), machine.reason ?? "",
                ]
            }
        ).lines
        return zip(table.indices, table).map { index, line in
            if index == 0 { return Style.dim(line, when: isColoured) }
            return machines[index - 1].takesJobs ? line : Style.heat(0.6)(line, when: isColoured)
        }
    }

    private static func bar(_ machine: MachineDocument) -> String {
        let share = machine.sites > 0 ? Double(machine.sitesInUse) / Double(machine.sites) : 0
        let filled = Int((min(1, share) * 10).rounded())
        return String(repeating: "█", count: filled) + String(repeating: "·", count: 10 - filled)
    }

    /// Cut to a width, sequences for colours not counted.
    private static func cut(_ line: String, _ width: Int) -> String {
        guard line.count > width else { return line }
        var result = "", count = 0, isSequence = false
        for character in line {
            if character == "\u{1B}" { isSequence = true }
            if isSequence {
                if character == "m" { isSequence = false }
            } else {
                count += 1
                if count > width { continue }
            }
            result.append(character)
        }
        return result
    }
}

extension FleetScene {
    /// Looks.
    init(of place: any JobPlace, called name: String) async throws(CommandFailure) {
        self.place = name
        time = Timestamp.text(from: WallClock().now)
        do throws(CommandFailure) { machines = try await place.machines() } catch {
            // Everyone may look at jobs; the load of the machines is the operators' business.
            guard error.code == "forbidden" else { throw error }
            machines = nil
        }
        let live = JobState.allCases.filter { !$0.isFinal }
        jobs = try await place.jobs(JobQuery(states: live, limit: 200))
    }
}
