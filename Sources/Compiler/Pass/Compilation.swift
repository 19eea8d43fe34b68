public import Circuits
public import Hardware

/// The compiler: a function of (circuit, device description, calibration, options, seed).
public struct Compilation: Sendable {
    public var executable: Executable
    public private(set) var report: CompilationReport
    /// Whether another seed could have given another program.
    public let dependsOnSeed: Bool

    /// Compiles a program for a device under one calibration. The same arguments give the same bytes, times aside.
    ///
    /// Program inputs have to be bound before; symbolic parameters left over are values computed at run time.
    ///
    /// - Throws: `CompilerError` when the program does not fit the machine; says which figure stands in the way.
    public init(
        of program: Circuit, for description: DeviceDescription, calibration: Calibration,
        options: CompilerOptions = CompilerOptions(), seed: UInt64 = 0
    ) throws(CompilerError) {
        let clock = ContinuousClock()
        let begin = clock.now
        let target = try Target(description, calibration: calibration, allowed: options.allowedSites)
        let isPhysical = program.namesPhysicalQubits
        var options = options
        if isPhysical { options.initialLayout = (0..<program.qubitCount).map { Site($0) } }
        let context = CompilationContext(target: target, options: options, seed: seed)
        var admission = Admission(target)
        try admission.check(program)
        let boxes = try VerbatimBoxes(program, on: target)
        var unit = CompilationUnit(boxes.circuit)
        let passes = try Pipeline.standard(for: context, isPhysical: isPhysical).run(&unit, in: context)
        let layout = unit.layout ?? Layout(trivial: program.qubitCount)
        if isPhysical && layout.final != layout.initial { throw VerbatimBoxes.moved(layout) }
        unit.circuit.body = boxes.restored(in: unit.circuit.body)
        if target.keepsTime {
            unit.circuit = try MachineTimes(program: program, layout: layout, context: context).resolved(unit.circuit)
        }
        unit.circuit.requests = program.requests.map { $0.mapped { Qubit(layout.final[$0.index].index) } }
        try admission.checkCompiled(unit.circuit)
        let schedule =
            target.keepsTime
            ? Scheduler(unit.circuit, for: target).schedule(unit.circuit.body, options.scheduling) : nil
        if let schedule { try BoxLengths(target: target).check(unit.circuit.body, schedule) }
        let executable = Executable(
            deviceID: description.id, calibrationID: calibration.id, circuit: unit.circuit, schedule: schedule,
            initialLayout: layout.initial, finalLayout: layout.final)
        self.executable = executable
        report = CompilationReport(
            program: program.name, device: description.id, calibration: calibration.id, seed: seed,
            effort: options.effort.rawValue, before: CircuitSize(program), after: CircuitSize(unit.circuit),
            estimateBefore: (try? program.unrolled()).map { SuccessEstimate(unrouted: $0, on: target) },
            estimateAfter: SuccessEstimate(executable, on: target, assumedIterations: options.assumedIterations),
            initialLayout: layout.initial.map(\.index), finalLayout: layout.final.map(\.index), passes: passes,
            seconds: begin.duration(to: clock.now) / .seconds(1))
        dependsOnSeed = context.dependsOnSeed
    }

    /// The same program, as another seed gives it; nil where that may be another program.
    ///
    /// Nothing was worked out for it: its report tells of no time.
    public func repeated(seed: UInt64) -> Compilation? {
        if dependsOnSeed, seed != report.seed { return nil }
        var other = self
        other.report.seed = seed
        other.report.seconds = 0
        for place in other.report.passes.indices { other.report.passes[place].seconds = 0 }
        return other
    }
}

extension Target {
    /// Whether instructions take time here.
    var keepsTime: Bool { description.timing.dt > .zero || calibration.gates.contains { $0.duration > .zero } }
}
