public import ArgumentParser
import Circuits
public import Compiler
package import Drivers
public import Kernel
import Languages

extension MitigationLevel: ExpressibleByArgument {}

/// A program, and what is asked of it.
package struct WorkloadOptions: ParsableArguments {
    @Argument(help: "An OpenQASM 3 or 2 program; - reads standard input.")
    package var file: String

    @OptionGroup package var language: LanguageOptions

    @Option(name: .shortAndLong, help: "How often the program runs.")
    package var shots = 1024

    @Option(
        parsing: .unconditionalSingleValue,
        help: "A sum of Pauli strings such as \"0.5*ZZI + XXI\" (qubit 0 rightmost) or \"Z0 Z2\"; repeatable.")
    package var observable: [String] = []

    @Option(help: "What is done against errors after the run: none or readout.")
    package var mitigation = MitigationLevel.readout

    package init() {}

    package mutating func validate() throws {
        if shots < 1 { throw ValidationError("--shots must be at least 1") }
    }

    /// Reads the program and prints the warnings about it.
    package func readProgram() throws(CommandFailure) -> ProgramFile {
        let program = try ProgramFile(reading: file, language)
        for warning in program.warnings { Terminal.complain(warning + "\n") }
        return program
    }

    package func workload(_ program: ProgramFile, _ parameters: ParameterTable) throws -> Workload {
        let circuit = program.circuit
        if observable.isEmpty {
            // What the program itself asks for, else its outcomes.
            do throws(KernelError) { return try Workload(of: circuit, parameters: parameters) } catch {
                throw CommandFailure(error, source: program.text)
            }
        }
        var observables: [Observable] = []
        for text in observable {
            do throws(ObservableError) {
                observables.append(try Observable(parsing: text, qubitCount: circuit.qubitCount))
            } catch {
                throw CommandFailure(text: "error: in --observable: \(error.message)", exitCode: 1, code: "observable")
            }
        }
        return .estimate([EstimatorPUB(circuit, observables: observables, parameters: parameters)])
    }

    /// The request as it is kept.
    package func document(
        _ program: ProgramFile, _ parameters: ParameterTable, _ target: TargetOptions, seed: UInt64
    ) -> SubmissionDocument {
        var document = SubmissionDocument(
            name: program.circuit.name, device: target.device,
            blocks: [
                SubmissionDocument.Block(
                    file: program.source.name, text: String(decoding: program.source.bytes, as: UTF8.self),
                    parameters: parameters, observables: observable.isEmpty ? nil : observable,
                    dialect: language.dialect, includes: program.includes)
            ], shots: shots, seed: seed, mitigation: mitigation, effort: target.effort.rawValue)
        if target.keepGates { document.keepsGates = true }
        return document
    }
}

/// Where a program goes, and how.
package struct TargetOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: """
            A device's id (see `kelvin devices`) or the path of a device file; to run it, several with commas, or any: then \
            the one with the best sum of wait and success is chosen when it is the job's turn.
            """)
    package var device: String = DeviceCatalog.defaultID

    @Option(help: "Everything random follows from it: the same seed gives the same result. Default: a fresh one.")
    package var seed: UInt64?

    @Option(help: "How much time the compiler takes: fast or standard.")
    package var effort = CompilerOptions.Effort.standard

    @Flag(
        help: """
            Translate each gate by itself, merge none and leave none out: for programs that are longer than they need \
            be on purpose, such as folded ones.
            """)
    package var keepGates = false

    package var compilerOptions: CompilerOptions {
        CompilerOptions(effort: effort, rewriting: keepGates ? .gateByGate : .free)
    }

    /// The machines that may be chosen: those named, or for `any` all of the catalogue that are no ideal simulator.
    package func devices(in catalog: DeviceCatalog) throws(CommandFailure) -> [String] {
        if device == "any" { return catalog.entries.filter { $0.path != nil }.map(\.id) }
        return try names()
    }

    /// The machines as they were named.
    package func names() throws(CommandFailure) -> [String] {
        let names = device.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard names.allSatisfy({ !$0.isEmpty && !$0.contains(" ") }) || names.count == 1,
            Set(names).count == names.count
        else { throw CommandFailure.usage("--device: '\(device)' is no list of different devices: expected a,b,c") }
        return names
    }

    package init() {}
}

extension CompilerOptions.Effort: ExpressibleByArgument {}

/// Values for the program's inputs.
package struct InputOptions: ParsableArguments {
    @Option(
        parsing: .unconditionalSingleValue,
        help: "A value for an input of the program, NAME=VALUE; repeatable. pi/2 and 0b011 are understood.")
    package var input: [String] = []

    package init() {}

    package func table() throws -> ParameterTable {
        var values: [(name: String, value: InputValue)] = []
        for text in input {
            guard let sign = text.firstIndex(of: "="), sign != text.startIndex else {
                throw CommandFailure.usage("--input \(text): expected NAME=VALUE")
            }
            let name = String(text[..<sign]), value = String(text[text.index(after: sign)...])
            guard let parsed = InputValue(text: value) else {
                throw CommandFailure.usage(
                    "--input \(text): '\(value)' is no number, no true or false, no bits such as 0b01")
            }
            guard !values.contains(where: { $0.name == name }) else {
                throw CommandFailure.usage("--input \(name) is given twice")
            }
            values.append((name, parsed))
        }
        return ParameterTable(values)
    }
}

package enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
}

extension OutputFormat {
    /// Runs a command; where it answers in JSON, its failure does too.
    package func reporting(_ body: () async throws -> Void) async throws {
        do { try await body() } catch var failure as CommandFailure {
            failure.isJSON = self == .json
            throw failure
        }
    }
}
