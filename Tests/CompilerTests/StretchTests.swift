import Circuits
import Compiler
import Hardware
import Languages
import Testing

/// "Circuit timing" of OpenQASM 3, on a line with 32 ns for X and √X, 68 ns for CZ and a grid of 4 ns.
@Suite struct StretchTests {
    private let machine = TestDevices.line(5)

    private func compiled(_ text: String) throws -> Executable {
        let outcome = OpenQASM.parse(
            SourceText("OPENQASM 3.0;\ninclude \"stdgates.inc\";\n" + text))
        let circuit = try #require(outcome.circuit, "\(outcome.report)")
        return try Compilation(of: circuit, for: machine.description, calibration: machine.calibration).executable
    }

    /// The delays on a site in nanoseconds, those in statements behind the others of their block.
    private func delays(_ block: Block, on site: Int) -> [Double] {
        block.indices.compactMap { position -> Double? in
            guard case .delay(let unit) = block.operation(at: position),
                block.qubits(at: position).contains(Qubit(site))
            else { return nil }
            #expect(unit == .seconds)
            return (block.parameters(at: position)[0].constant ?? .nan) * 1e9
        } + block.controlFlow.flatMap { $0.blocks.flatMap { delays($0, on: site) } }
    }

    private func expect(_ text: String, _ site: Int, _ expected: [Double], within grid: Double = 4) throws {
        let found = delays(try compiled(text).circuit.body, on: site)
        #expect(found.count == expected.count, "\(found)")
        for (a, b) in zip(found, expected) { #expect(a <= b + 1e-6 && a > b - grid, "\(found), not \(expected)") }
    }

    private func error(_ text: String) -> CompilerError? {
        do {
            _ = try compiled(text)
            return nil
        } catch { return error as? CompilerError }
    }

    /// The specification's "alignment of a short gate at the 1/3 point of a longer gate".
    @Test func thirds() throws {
        let text = "stretch g; barrier $0, $1, $2; cz $0, $1; delay[g] $2; x $2; delay[2*g] $2; barrier $0, $1, $2;"
        try expect(text, 2, [12, 24])
        // One delay more on the long side, and the short side grows with it.
        try expect(text.replacing("cz $0, $1;", with: "cz $0, $1; delay[300ns] $1;"), 2, [112, 224])
    }

    /// "in order to ensure a sequence of gates between two barriers will be left-aligned"
    @Test func leftAlignment() throws {
        let text =
            """
            barrier $0, $1, $2, $3, $4; cz $0, $1; x $2; x $3; barrier $3; x $3; barrier $3; x $3;
            stretch a; stretch b; stretch c;
            delay[a] $0, $1; delay[b] $2; delay[c] $3;
            barrier $0, $1, $2, $3, $4;
            """
        try expect(text, 0, [28])
        try expect(text, 2, [64])
        try expect(text, 3, [0])
    }

    /// "a dynamical decoupling sequence where the centers of pulses are equidistant from each other"
    @Test func equidistantCentres() throws {
        let executable = try compiled(
            """
            stretch a;
            duration start_stretch = a - .5 * durationof({x $0;});
            duration middle_stretch = a - .5 * durationof({x $0;}) - .5 * durationof({y $0;});
            duration end_stretch = a - .5 * durationof({y $0;});
            barrier $0, $1;
            delay[start_stretch] $0; x $0; delay[middle_stretch] $0; y $0; delay[middle_stretch] $0; x $0;
            delay[middle_stretch] $0; y $0; delay[end_stretch] $0;
            delay[1us] $1;
            barrier $0, $1;
            """)
        let schedule = try #require(executable.schedule)
        let body = executable.circuit.body
        var pulses: [Double] = []
        for position in body.indices where body[position].standardGate == .x {
            pulses.append((schedule.starts[position] + schedule.durations[position] / 2) * 1e9)
        }
        #expect(pulses.count == 4)
        for (k, centre) in pulses.enumerated() { #expect(abs(centre - 200 * Double(k + 1)) <= 12, "\(pulses)") }
        #expect(schedule.duration * 1e9 <= 1000 + 1e-6)
    }

    /// As glue in a line of text, two stretches share what is left; a third one elsewhere does not weigh on them.
    @Test func sharing() throws {
        let text =
            """
            stretch long; stretch p; stretch q;
            barrier $0, $1, $2;
            delay[2us] $0; delay[p] $1; x $1; delay[q] $1; barrier $1, $2; delay[1us] $1; delay[1us] $2;
            delay[3us] $3; delay[long] $4; barrier $3, $4; barrier $0, $1, $2;
            """
        // p and q have 3 µs − 1 µs − 32 ns between them: what they stand before is as late as the program's end allows.
        try expect(text, 1, [984, 984, 1000])
        try expect(text, 4, [3000])
    }

    @Test func boxes() throws {
        let box = "box[500ns] { stretch s; stretch t; delay[s] $0; x $0; delay[t] $0; nop $1; }"
        try expect(box, 0, [232, 232])
        // "a rotation that will stretch as needed": the box around the gate takes the time of what stands beside it.
        let executable = try compiled("stretch a; barrier $0, $1; delay[400ns] $1; rx(0.3)[a] $0; barrier $0, $1;")
        let lengths = executable.circuit.body.controlFlow.compactMap { statement -> Double? in
            if case .box(let length?, _) = statement { length.value.constant.map { $0 * 1e9 } } else { nil }
        }
        #expect(lengths.count == 1 && abs(lengths[0] - 400) < 1e-3, "\(lengths)")
        // A box without a length of its own ends with its longest line.
        try expect("box { stretch s; delay[s] $0; cz $1, $2; delay[s] $0; }", 0, [32, 32])
    }

    @Test func durationsOfBlocks() throws {
        try expect("delay[durationof({x $1; cz $1, $2; delay[100ns] $2;})] $0; barrier $0;", 0, [200])
        try expect("delay[2 * durationof({barrier $1; x $1;}) + 4ns] $0; barrier $0;", 0, [68])
        // On qubits that the compiler places, at the sites where they start.
        let executable = try compiled("qubit[2] q; delay[durationof({cz q[0], q[1];})] q[0]; cz q[0], q[1];")
        let site = executable.initialLayout[0].index
        #expect(delays(executable.circuit.body, on: site).map { $0.rounded() } == [68])
    }

    @Test func refusals() throws {
        let tight = try #require(error("box[20ns] { stretch s; delay[s] $0; x $0; }"))
        #expect(tight.code == .boxTooShort)
        let negative = try #require(error("delay[durationof({x $0;}) - 1us] $0;"))
        #expect(negative.message.contains("-968"), "\(negative.message)")
        let product = try #require(error("stretch s; delay[s * (s / 1ns)] $0;"))
        #expect(product.message.contains("no sum of multiples"), "\(product.message)")
        let inner = try #require(error("stretch s; delay[durationof({delay[s] $0;})] $0;"))
        #expect(inner.message.contains("depends on a stretch"), "\(inner.message)")
        let measured = try #require(
            error("duration d; bit b; b = measure $0; if (b) { d = 10ns; } delay[d] $0;"))
        #expect(measured.message.contains("computed at run time"), "\(measured.message)")
    }

    /// Stretches that nothing uses cost nothing, whatever the size of the program.
    @Test func unusedStretches() throws {
        let gates = String(repeating: "cz $0, $1; cz $1, $2; x $1;\n", count: 2000)
        #expect(try compiled("stretch s;\n" + gates).schedule != nil)
    }
}
