import Circuits
import Conformance
import Foundation
import Hardware
import Testing

@testable import Drivers

extension DriverTests {
    /// The QDMI driver against libraries that are right and libraries that are not, compiled when the tests run.
    @Suite struct QDMIDriverTests {
        /// Compiles the test library with one fault; the file is made once for each.
        private static func library(_ fault: String?) throws -> String {
            let directory = FileManager.default.temporaryDirectory.appendingPathComponent(
                "kelvin-qdmi-\(getpid())-\(fault ?? "none")")
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
                "HostileLibrary.c")
            let output = directory.appendingPathComponent("library.so").path
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments =
                ["clang", "-shared", "-fPIC", "-w", "-o", output, source.path] + (fault.map { ["-DFAULT_\($0)"] } ?? [])
            try process.run()
            process.waitUntilExit()
            guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
            return output
        }

        private func attachment(_ fault: String?, prefix: String = "TEST") throws -> Drivers.Attachment {
            var attachment = Drivers.Attachment(id: "test", driver: .qdmi)
            attachment.library = try Self.library(fault)
            attachment.prefix = prefix
            attachment.timeout = Seconds(fault == "HANG_AT_OPEN" ? 2 : 30)
            return attachment
        }

        private func program(_ device: any Device, flips: Bool = true) throws -> Executable {
            var circuit = Circuit(qubitCount: 1, bitCount: 1)
            if flips { circuit.append(.x, [0]) }
            circuit.measure(0, into: 0)
            return Executable(
                deviceID: "test", calibrationID: try device.calibration().id, circuit: circuit, schedule: nil,
                initialLayout: [Site(0)], finalLayout: [Site(0)])
        }

        @Test func aSoundLibraryRuns() async throws {
            let device = try attachment(nil).open()
            #expect(device.description.siteCount == 2 && device.description.nativeGates.map(\.gate) == [.x])
            for flips in [true, false] {
                let result = try await device.run(try program(device, flips: flips), shots: 9, seed: 1, progress: nil)
                #expect(result.shots.count == 9 && result.shots.allSatisfy { $0[0] == flips })
            }
        }

        @Test(arguments: [
            (
                "CRASH_AT_OPEN",
                "crashed (Segmentation fault, signal 11) while it was opened; it printed: about to touch"
            ),
            ("ABORT_AT_OPEN", "signal 6"), ("EXIT_AT_OPEN", "ended its process (exit 3)"),
            ("HANG_AT_OPEN", "no answer within 2 s"), ("NULL_SESSION", "null handle"),
            ("NO_PERMISSION", "permission denied"),
            ("LYING_SIZE", "claims 18446744073709551615 bytes"), ("HUGE_SIZE", "claims 1099511627776 bytes"),
            ("HALF_ENTRY", "no whole number of 8-byte entries"), ("OVERRUN", "crashed"),
            ("GROWS", "wrote 4096 bytes for the sites into a buffer of 16"), ("NULL_SITES", "null handle among them"),
            ("SAME_SITE", "lists a site twice"), ("NO_TEXT", "gave no text"), ("NAN", "gave nan"),
            ("OLD_INTERFACE", "lacks 1 of the functions of QDMI 1.4: TEST_QDMI_device_job_set_programs"),
        ])
        func whatIsWrongAtOpeningIsOneClearError(_ fault: String, _ words: String) throws {
            do throws(DeviceError) {
                _ = try attachmentOrFail(fault).open()
                Issue.record("\(fault): opened")
            } catch {
                #expect(error.code == .unavailable && error.message.contains(words), "\(fault): \(error.message)")
            }
        }

        private func attachmentOrFail(_ fault: String) throws(DeviceError) -> Drivers.Attachment {
            do { return try attachment(fault) } catch { throw DeviceError(.failed, "no compiler: \(error)") }
        }

        @Test(arguments: [
            ("CRASH_AT_JOB", "crashed"), ("FAILS", "it printed: the cryostat is warm"), ("UNKNOWN_STATUS", "status 77"),
            ("LOSES_SHOTS", "returned 8 outcomes where 9"), ("WIDE_KEYS", "the outcome \"0101\" for 1 measured bits"),
            ("UNEVEN_HISTOGRAM", "2 keys and 1 values"),
        ])
        func whatIsWrongWithAJobIsOneClearError(_ fault: String, _ words: String) async throws {
            let device = try attachment(fault).open(), sound = try attachment(nil).open()
            let executable = try program(device)
            for _ in 0..<2 {
                do throws(DeviceError) {
                    _ = try await device.run(executable, shots: 9, seed: 1, progress: nil)
                    Issue.record("\(fault): ran")
                } catch {
                    #expect(error.code == .failed && error.message.contains(words), "\(fault): \(error.message)")
                }
                // Others go on, and the library itself gets another chance.
                #expect(try await sound.run(program(sound), shots: 3, seed: 1, progress: nil).shots.count == 3)
            }
        }

        @Test(arguments: ["RUNS_FOR_EVER", "HANG_AT_JOB"])
        func jobsAreCancelledEvenInLibrariesThatHang(_ fault: String) async throws {
            let device = try attachment(fault).open()
            let executable = try program(device)
            let task = Task { () -> DeviceError.Code? in
                do throws(DeviceError) { _ = try await device.run(executable, shots: 9, seed: 1, progress: nil) } catch
                {
                    return error.code
                }
                return nil
            }
            try await Task.sleep(for: .milliseconds(200))
            let start = ContinuousClock.now
            task.cancel()
            #expect(await task.value == .cancelled)
            #expect(start.duration(to: .now) < .seconds(10))
        }

        @Test func whatIsNoLibraryIsOneClearError() throws {
            var attachment = Drivers.Attachment(id: "test", driver: .qdmi)
            attachment.prefix = "TEST"
            for path in ["/nonexistent.so", "/etc/passwd"] {
                attachment.library = path
                do throws(DeviceError) { _ = try attachment.open() } catch {
                    #expect(error.message.contains("cannot be loaded"), "\(error.message)")
                }
            }
            let wrong = try self.attachment(nil, prefix: "OTHER")
            do throws(DeviceError) { _ = try wrong.open() } catch {
                #expect(error.message.contains("lacks 17 of the functions") && error.cure?.contains("prefix") == true)
            }
        }

        /// Kelvin's own QDMI library behind Kelvin's own QDMI driver: both sides of the standard, in two processes.
        @Test func kelvinBehindQDMIConforms() async throws {
            let directory = try #require(Directories.ofExecutable ?? Directories.ofModule)
            let candidates = [directory, Directories.ofModule ?? ""].map { "\($0)/libKelvinQDMI.so" }
            var attachment = Drivers.Attachment(id: "through", driver: .qdmi)
            attachment.library = try #require(candidates.first { FileManager.default.fileExists(atPath: $0) })
            attachment.prefix = "KELVIN"
            attachment.session = [("custom1", "heron-133")]
            let device = try attachment.open()
            let direct = try DeviceCatalog().device("heron-133")
            #expect(device.description.siteCount == 133)
            // What QDMI can say arrives as it was: errors and times of gates, T1 and T2, dead couplers left out.
            let (there, here) = (try device.calibration(), try direct.calibration())
            let living = here.gates.filter { !$0.isDead }
            for figures in living where figures.gate != .id {
                let other = try #require(there.figures(for: figures.gate, on: figures.sites))
                #expect(
                    abs(other.error - figures.error) < 1e-12
                        && abs(other.duration.value - figures.duration.value) < 1e-15)
            }
            for (a, b) in zip(there.sites, here.sites) where b.isOperational {
                #expect(abs((a.t1?.value ?? 0) - (b.t1?.value ?? 0)) < 1e-11)
            }
            let findings = await ConformanceSuite(shots: 400, sample: 1, seed: 5).run(on: device)
            #expect(findings.flatMap(\.faults) == [])
        }
    }
}
