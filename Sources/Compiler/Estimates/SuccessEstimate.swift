import Circuits
public import Hardware

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// How likely one shot of a compiled program goes through without a single error, by the calibration's figures.
///
/// The product of (1 − error) over gates and readouts, and of the idle fidelity ½ + e^(−t/T1)/6 + e^(−t/T2)/3 over the
/// gaps between a site's first and last instruction (gate errors include relaxation during the gate), and of what moves and
/// heat do where carriers move or heat up. Neighbours that disturb each other are not counted. Alternatives count by the
/// worst, loops by their number of turns where it is known before the run, else by `CompilerOptions.assumedIterations`.
public struct SuccessEstimate: Codable, Hashable, Sendable {
    /// log10 of each factor; 0 is certainty.
    public var log10Gates = 0.0
    public var log10Readout = 0.0
    public var log10Idle = 0.0
    /// Of carriers that are moved or heat up.
    public var log10Motion = 0.0
    /// From the start to the end of the program, in seconds; 0 where the device keeps no time.
    public var duration = 0.0
    /// For each site in use, ascending.
    public var coherence: [CoherenceUse] = []
    /// Whether a loop was counted by assumption.
    public var assumesIterations = false

    public var log10Success: Double { log10Gates + log10Readout + log10Idle + log10Motion }
    /// Between 0 and 1.
    public var success: Double { pow(10, log10Success) }
    /// The largest share of coherence that a site uses; 0 without figures.
    public var worstCoherence: Double { coherence.map(\.used).max() ?? 0 }

    public init() {}
}

/// How much of its coherence time a site spends between its first instruction and its last.
public struct CoherenceUse: Codable, Hashable, Sendable {
    public var site: Int
    /// From the begin of the first gate to the begin of the last measurement (or the end of the last gate), in seconds.
    public var active: Double
    /// `active` divided by the site's effective T2; over 1 the phase is lost before it is read. 0 where no T2 is known.
    public var used: Double
}

extension SuccessEstimate {
    /// The estimate for a compiled program.
    ///
    /// - Parameter assumedIterations: turns of a loop whose number is not known before it runs.
    public init(
        _ executable: Executable, on description: DeviceDescription, calibration: Calibration,
        assumedIterations: Int = 1
    ) throws(CompilerError) {
        self.init(
            executable, on: try Target(description, calibration: calibration), assumedIterations: assumedIterations)
    }

    init(_ executable: Executable, on target: Target, assumedIterations: Int) {
        self.init()
        var walk = Walk(target: target, circuit: executable.circuit, assumedIterations: assumedIterations)
        let schedule =
            executable.schedule ?? Scheduler(executable.circuit, for: target).schedule(executable.circuit.body, .asap)
        let total = walk.block(executable.circuit.body, schedule)
        log10Gates = total.gates / log(10)
        log10Readout = total.readout / log(10)
        log10Idle = total.idle / log(10)
        if var carriers = CarrierWalk(
            target, siteCount: executable.circuit.qubitCount, assumedIterations: assumedIterations)
        {
            log10Motion = carriers.block(executable.circuit.body, schedule) / log(10)
        }
        assumesIterations = walk.assumed
        duration = schedule.duration
        for (site, span) in walk.spans.enumerated() {
            guard let span else { continue }
            let active = max(0, span.end - span.begin)
            let t2 = site < target.calibration.sites.count ? target.calibration.sites[site].effectiveT2?.value : nil
            coherence.append(
                CoherenceUse(site: site, active: active, used: t2.map { $0 > 0 ? active / $0 : 0 } ?? 0))
        }
    }

    /// Natural logarithms of the three factors.
    private struct Total {
        var gates = 0.0
        var readout = 0.0
        var idle = 0.0
        var sum: Double { gates + readout + idle }

        mutating func add(_ other: Total, times: Double) {
            gates += other.gates * times
            readout += other.readout * times
            idle += other.idle * times
        }
    }

    private struct Walk {
        let target: Target
        let circuit: Circuit
        let assumedIterations: Int
        var assumed = false
        var spans: [(begin: Double, end: Double)?]
        private var depth = 0

        init(target: Target, circuit: Circuit, assumedIterations: Int) {
            self.target = target
            self.circuit = circuit
            self.assumedIterations = assumedIterations
            spans = Array(repeating: nil, count: circuit.qubitCount)
        }

        mutating func block(_ block: Block, _ schedule: Schedule) -> Total {
            var total = Total()
            // When each site was last busy; nested blocks idle from their own begin.
            var last = Array(repeating: depth > 0 ? 0 : Double.nan, count: circuit.qubitCount)
            var order = Array(block.indices)
            order.sort { (schedule.starts[$0], $0) < (schedule.starts[$1], $1) }
            for position in order {
                let qubits = block.qubits(at: position)
                let start = schedule.starts[position]
                let end = start + schedule.durations[position]
                switch block.operation(at: position) {
                case .gate(.standard(let gate)):
                    if qubits.isEmpty || target.isVirtual(gate) { continue }
                    let sites = qubits.map { Site($0.index) }
                    total.gates -= target.figures(for: gate, on: sites).map { Target.cost(ofError: $0.error) } ?? 0
                case .measure: total.readout -= Target.cost(ofError: target.readoutError(of: qubits[0].index))
                case .controlFlow(let place):
                    depth += 1
                    nest(block.controlFlow[place], schedule.nested[place], into: &total)
                    depth -= 1
                case .delay, .barrier, .assign, .break, .continue, .end: continue
                case .gate(.defined): continue
                case .reset: break
                }
                var isMeasurement = false
                if case .measure = block.operation(at: position) { isMeasurement = true }
                for qubit in qubits {
                    let site = qubit.index
                    if !last[site].isNaN {
                        total.idle += log(target.idleFidelity(of: site, for: start - last[site]))
                    }
                    last[site] = end
                    if depth == 0 {
                        let busyUntil = isMeasurement ? start : end
                        spans[site] = (spans[site]?.begin ?? start, max(spans[site]?.end ?? busyUntil, busyUntil))
                    }
                }
            }
            return total
        }

        private mutating func nest(_ statement: ControlFlow, _ schedules: [Schedule], into total: inout Total) {
            let totals = zip(statement.blocks, schedules).map { block($0, $1) }
            let worst = totals.min { $0.sum < $1.sum } ?? Total()
            if statement.turns == nil { assumed = true }
            total.add(worst, times: Double(statement.turns ?? assumedIterations))
        }
    }
}
