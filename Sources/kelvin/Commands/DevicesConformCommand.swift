import ArgumentParser
import Conformance
import Drivers
import Hardware

extension DevicesCommand {
    struct Conform: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "conform", abstract: "Check whether a device keeps the promises of Kelvin's driver interface.",
            discussion: """
                Runs some two hundred short programs on the device. Exit code 3 if a check fails.
                Docs/write-a-driver.md says what the checks look at.
                """)

        @Argument(help: "A device's id, or the path of a device file, an attachment or a QDMI manifest.")
        var device: String

        @Option(help: "Shots of each experiment.")
        var shots: Int = 2_000

        @Option(help: "How many one-qubit and how many two-qubit gates tomography looks at.")
        var sample: Int = 2

        @Option(help: "Of the machine's randomness, where it is emulated.")
        var seed: UInt64 = 1

        @Option(help: "text or json.")
        var format = OutputFormat.text

        func run() async throws {
            guard shots >= 100, sample >= 1 else { throw CommandFailure.usage("at least 100 shots and 1 gate") }
            let machine: any Device
            do throws(DeviceError) { machine = try DeviceCatalog().device(device) } catch {
                throw CommandFailure(error)
            }
            let suite = ConformanceSuite(shots: shots, sample: sample, seed: seed)
            var rows: [Row] = []
            for check in ConformanceSuite.Check.allCases {
                let finding = await suite.run(check, on: machine)
                rows.append(Row(finding))
                if format == .text { Terminal.write(Self.text(finding)) }
            }
            let failed = rows.count { !$0.passed }
            if format == .json { Terminal.write(JSON.text(Report(device: device, checks: rows)) + "\n") }
            guard failed > 0 else { return }
            throw CommandFailure(
                text: "error: \(device) fails \(failed) of \(rows.count) checks", exitCode: 3,
                code: "device.conformance")
        }

        private static func text(_ finding: ConformanceSuite.Finding) -> String {
            var lines = ["\(finding.passed ? "passed" : "FAILED")  \(finding.check.title)"]
            lines += finding.faults.map { "          \($0)" }
            if !finding.detail.isEmpty { lines.append("          (\(finding.detail))") }
            return lines.joined(separator: "\n") + "\n"
        }

        private struct Report: Encodable {
            var device: String
            var checks: [Row]
        }

        private struct Row: Encodable {
            var check: String
            var passed: Bool
            var faults: [String]
            var detail: String

            init(_ finding: ConformanceSuite.Finding) {
                check = finding.check.rawValue
                passed = finding.passed
                faults = finding.faults
                detail = finding.detail
            }
        }
    }
}
