import ArgumentParser
import Drivers
import Hardware

extension DevicesCommand {
    struct History: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the versions of a device's calibration.")

        @Argument(help: "A device's id.")
        var device: String

        @Option(help: "text or json.")
        var format = OutputFormat.text

        func run() throws {
            do throws(DeviceError) {
                let history = try DeviceCatalog().history(of: device)
                switch format {
                case .text: Terminal.write(CalibrationHistoryReport(history).text)
                case .json: Terminal.write(JSON.text(CalibrationHistoryDocument(history)) + "\n")
                }
            } catch {
                throw CommandFailure(error)
            }
        }
    }

    struct Diff: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what changed from one calibration of a device to another.",
            discussion: "Without OLD and NEW: from the last version but one to the last.")

        @Argument(help: "A device's id.")
        var device: String

        @Argument(help: "A version by its id (or its beginning), or by a time at which it was in force.")
        var old: String?

        @Argument(help: "Another one; the newest, if left out.")
        var new: String?

        @Option(help: "Rows at most, the largest changes first.")
        var limit = 40

        @Option(help: "text or json.")
        var format = OutputFormat.text

        func run() throws {
            do throws(DeviceError) {
                let history = try DeviceCatalog().history(of: device)
                let first: Calibration, second: Calibration
                if let old {
                    first = try history.version(old)
                    second =
                        try new.map { (text) throws(DeviceError) in try history.version(text) } ?? history.versions
                        .last!
                } else {
                    guard history.versions.count > 1 else {
                        throw DeviceError(
                            .unavailable, "\(device) has one version of its calibration, so that nothing changed",
                            cure: "make another with `kelvin calibrate \(device) --apply`")
                    }
                    (first, second) = (history.versions[history.versions.count - 2], history.versions.last!)
                }
                let diff = CalibrationDiff(from: first, to: second)
                switch format {
                case .text: Terminal.write(CalibrationDiffReport(diff, limit: max(1, limit)).text)
                case .json: Terminal.write(JSON.text(CalibrationDiffDocument(diff)) + "\n")
                }
            } catch {
                throw CommandFailure(error)
            }
        }
    }

    struct Age: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let an emulated device drift while its calibration stays as it is.",
            discussion: """
                The machine's own clock moves, not yours: programs run on it as it is then, compiled against the record \
                of before, until `kelvin calibrate DEVICE --apply`. The same seed gives the same life.
                """)

        @Argument(help: "An emulated device's id.")
        var device: String

        @Option(help: "By how many days.")
        var days: Double?

        @Option(help: "Of the machine's dice; counts when it begins to drift.")
        var seed: UInt64?

        @Flag(help: "Back to how its device file tells it; calibrations made since are kept.")
        var reset = false

        func validate() throws {
            if reset == (days != nil) { throw ValidationError("either --days or --reset") }
            if let days, !(days > 0 && days.isFinite) { throw ValidationError("--days must be a positive number") }
        }

        func run() throws {
            do throws(DeviceError) {
                let catalog = try DeviceCatalog()
                guard try catalog.device(device) is EmulatedDevice, catalog.entries.contains(where: { $0.id == device })
                else {
                    throw DeviceError(
                        .unsupported, "only emulated devices named by their id can be aged; \(device) is none",
                        cure: "choose one that `kelvin devices` lists")
                }
                guard let memory = catalog.memory else {
                    throw DeviceError(
                        .unavailable, "there is nowhere to keep the machine's age",
                        cure: "set KELVIN_STATE to a directory")
                }
                guard let days else {
                    try memory.setDrift(nil, of: device)
                    Terminal.write("\(device) is again as its device file tells\n")
                    return
                }
                let known = try memory.drift(of: device)
                if let seed, let known, known.seed != seed {
                    throw DeviceError(
                        .unsupported, "\(device) lives by the seed \(known.seed) already",
                        cure: "leave --seed out, or begin anew with --reset")
                }
                let age = Seconds((known?.age.value ?? 0) + days * 86_400)
                guard age.value <= DeviceMemory.longestAge else {
                    throw DeviceError(
                        .unsupported, "no machine lives for \(age.value / 86_400) days", cure: "use fewer days")
                }
                let life = known?.seed ?? seed ?? UInt64.random(in: 0..<1 << 32)
                try memory.setDrift(Drift(seed: life, age: age), of: device)
                Terminal.write(
                    "\(device) has drifted for \((age.value / 864).rounded() / 100) days (seed \(life)); its calibration is "
                        + "as old\n")
            } catch {
                throw CommandFailure(error)
            }
        }
    }
}
