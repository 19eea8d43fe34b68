import Circuits
import Compiler
import Drivers
import Foundation
import Hardware
import Languages
import Testing

/// Every program under Examples on every machine that can hold it.
@Suite struct ExampleTests {
    private static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Examples")

    // Arguments of tests cannot throw; without the directory there is nothing to test.
    static let examples = try! FileManager.default.contentsOfDirectory(atPath: directory.path).filter {
        $0.hasSuffix(".qasm")
    }.sorted()

    private static func circuit(_ name: String) throws -> Circuit {
        let text = try String(contentsOf: directory.appendingPathComponent(name), encoding: .utf8)
        let circuit = try #require(OpenQASM.parse(SourceText(name: name, text)).circuit)
        let inputs = circuit.variables.filter { $0.role == .input }
        return try circuit.binding(inputs.map { ($0.name, .real(-0.22)) })
    }

    @Test func thereAreExamples() { #expect(Self.examples.count >= 12) }

    /// Compiled, checked and run; refused only for an ability that the machine lacks, by its name.
    @Test(arguments: ShippedDevices.machines + ["heron-156"]) func runOnEveryMachine(device id: String) async throws {
        let device = try DeviceCatalog().device(id), calibration = try device.calibration()
        let abilities = device.description.abilities
        // Of photons most shots of a long program are lost.
        let shots = device.description.modality == .photonic ? 8000 : 60
        var ran = 0
        for name in Self.examples {
            var circuit = try Self.circuit(name)
            if circuit.bitCount == 0 { circuit.measureAll() }
            let executable: Executable
            do throws(CompilerError) {
                executable = try Compilation(
                    of: circuit, for: device.description, calibration: calibration,
                    options: CompilerOptions(effort: .fast, threads: 1), seed: 1
                ).executable
            } catch {
                let lacks =
                    (error.message.contains("has no feed-forward") && !abilities.feedForward)
                    || (error.message.contains("cannot reset") && !abilities.reset)
                    || (error.message.contains("after measuring") && !abilities.midCircuitMeasurement)
                #expect(lacks && error.message.contains(id), "\(name): \(error.message)")
                continue
            }
            try device.validate(executable, shots: shots)
            let result: RawResult
            do throws(DeviceError) {
                result = try await device.run(executable, shots: shots, seed: 3, progress: nil)
            } catch {
                // Of hundreds of gates that may fail, some always do.
                #expect(device.description.modality == .photonic && name == "loschmidt-echo.qasm", "\(name): \(error)")
                #expect(error.message.contains("all 8000 shots were lost"))
                continue
            }
            #expect(result.shots.count + result.lostShots == shots, "\(name)")
            #expect(result.isEmulated && result.method.hasPrefix("emulated"))
            ran += 1
        }
        #expect(ran >= 7)
        if abilities.feedForward { #expect(ran == Self.examples.count) }
    }
}
