import Circuits
import Hardware

/// What a machine can do at the same time: so many gates, one pulse for all pairs, atoms out of each other's blockade.
struct ConcurrencyRules {
    private let limits: Concurrency
    private let shared: Set<StandardGate>
    /// Where atoms stay during gates, and how far they block each other; nil where they are taken to places apart.
    private let blockade: (positions: [Position], radius: Double)?

    init(_ description: DeviceDescription) {
        limits = description.concurrency
        shared = Set(limits.sharedPulses)
        let geometry = description.geometry
        if let radius = geometry.blockadeRadius, description.transport == nil, !geometry.positions.isEmpty {
            blockade = (geometry.positions, radius)
        } else {
            blockade = nil
        }
    }

    var isUnlimited: Bool { limits == .unlimited && blockade == nil }

    var traffic: Traffic { Traffic(rules: self) }

    /// The gates of a block so far, as they stand in each other's way.
    struct Traffic {
        private let rules: ConcurrencyRules
        /// By number of operands, when each of the permitted gates at once ends.
        private var ends: [Int: [Double]] = [:]
        /// The latest pulse of each shared gate.
        private var pulses: [StandardGate: Pulse] = [:]
        /// Two-qubit gates that may still go on, with their sites.
        private var underway: [(span: ClosedRange<Double>, sites: [Int])] = []

        private struct Pulse {
            var start: Double
            var end: Double
            var angles: [Double]
        }

        init(rules: ConcurrencyRules) {
            self.rules = rules
            if let count = rules.limits.oneQubitGates { ends[1] = Array(repeating: 0, count: count) }
            if let count = rules.limits.twoQubitGates { ends[2] = Array(repeating: 0, count: count) }
        }

        /// The start of a gate, `time` or later, at which nothing stands in its way; it is taken down as done then.
        mutating func admit(
            _ step: Scheduler.Step, on qubits: Operands, notBefore time: Double, grid: Double
        ) -> Double {
            var start = time
            // Each rule can only delay, and each delay leads to the end of something: this comes to rest.
            while true {
                let wanted = delayed(step, qubits, start)
                if wanted <= start { break }
                start = grid > 0 ? Scheduler.up(wanted, to: grid) : wanted
            }
            record(step, qubits, start)
            return start
        }

        private func delayed(_ step: Scheduler.Step, _ qubits: Operands, _ time: Double) -> Double {
            var start = time
            if let slots = ends[qubits.count], let first = slots.min() { start = max(start, first) }
            if let gate = step.gate, rules.shared.contains(gate), let pulse = pulses[gate] {
                // Carriers travel before the pulse; the pulse itself starts together with the others', or after them.
                let moment = start + step.transport
                if moment < pulse.end {
                    let joins = moment <= pulse.start && step.angles == pulse.angles
                    start = (joins ? pulse.start : pulse.end) - step.transport
                }
            }
            if let blockade = rules.blockade, qubits.count == 2 {
                for other in underway where other.span.upperBound > start {
                    let isNear = qubits.contains { qubit in
                        other.sites.contains {
                            blockade.positions[$0].distance(to: blockade.positions[qubit.index]) < blockade.radius
                        }
                    }
                    if isNear { start = max(start, other.span.upperBound) }
                }
            }
            return start
        }

        private mutating func record(_ step: Scheduler.Step, _ qubits: Operands, _ start: Double) {
            let end = start + step.duration
            if var slots = ends[qubits.count], let free = slots.indices.min(by: { slots[$0] < slots[$1] }) {
                slots[free] = end
                ends[qubits.count] = slots
            }
            if let gate = step.gate, rules.shared.contains(gate) {
                let moment = start + step.transport
                if pulses[gate].map({ moment > $0.start }) ?? true {
                    pulses[gate] = Pulse(start: moment, end: end, angles: step.angles)
                }
            }
            if rules.blockade != nil, qubits.count == 2 { underway.append((start...end, qubits.map(\.index))) }
        }
    }
}
