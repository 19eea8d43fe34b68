import Circuits
import Hardware
import Simulators

/// One or two sites that are benchmarked together, with what the record lets one expect of them.
struct BenchmarkingGroup: Sendable {
    let sites: [Site]
    /// Which gate stands between the random ones; nil for none.
    let interleaved: NativeClifford?
    /// Numbers of random Cliffords, ascending.
    let lengths: [Int]

    var clifford: CliffordGroup { sites.count == 1 ? .oneQubit : .twoQubits }
    /// Dimension of the state space.
    var dimension: Double { Double(1 << sites.count) }

    /// Lengths in units of the expected decay.
    static let fractions = [0.0, 0.15, 0.4, 0.8, 1.3, 2.0]

    /// - Parameter longest: Cliffords of the longest sequence, over 2; nil for what suits the group.
    init(
        _ sites: [Site], of machine: Machine, interleaved: NativeClifford? = nil, longest: Double? = nil
    ) {
        precondition(sites.count == 1 || sites.count == 2, "\(sites.count) sites in a group")
        self.sites = sites
        self.interleaved = interleaved
        let longest = longest ?? Self.suitableLength(sites, machine)
        var lengths: [Int] = []
        for fraction in Self.fractions {
            let length = max(1, Int((fraction * longest).rounded()))
            lengths.append(max(length, (lengths.last ?? 0) + 1))
        }
        self.lengths = lengths
    }

    /// Cliffords after which about a third of the polarisation is left, as far as the machine takes so many.
    private static func suitableLength(_ sites: [Site], _ machine: Machine) -> Double {
        let single = sites.map { machine.oneQubitError($0) }
        let error: Double
        if sites.count == 1 {
            error = 2 * single[0]
        } else {
            let pair = machine.entangler(sites[0], sites[1]).map { machine.error(of: $0) } ?? 0.01
            error = 1.5 * pair + 3 * (single[0] + single[1])
        }
        let dimension = Double(1 << sites.count)
        // Beyond these lengths a program takes long and tells little more.
        var longest = min(1 / max(error * dimension / (dimension - 1), 1e-9), sites.count == 1 ? 800 : 200)
        if let limit = machine.description.abilities.maxInstructions {
            // Pulses, frame changes and barriers of a Clifford, in the longest form that native gates give it.
            longest = min(longest, Double(limit) / (sites.count == 1 ? 8 : 60) / fractions.last!)
        }
        if sites.count == 2, let gate = machine.entangler(sites[0], sites[1]) {
            // One shot in ten has to come through where gates fail or carriers get lost; a Clifford takes 1.5 of them, and
            // one more where it is interleaved.
            let kept = machine.survival(of: gate)
            if kept < 1 { longest = min(longest, 2.3 / (-Exponential.logarithm(kept) * 2.5) / fractions.last!) }
        }
        return longest
    }

    /// Groups whose sequences of one step last equally long, so that each meets the others all the time.
    static func concurrent(_ groups: [[Site]], of machine: Machine) -> [BenchmarkingGroup] {
        let times = groups.map { machine.cliffordTime($0) }
        let suitable = groups.map { suitableLength($0, machine) }
        let span = zip(times, suitable).map(*).min() ?? 0
        return groups.indices.map { k in
            let longest = times[k] > 0 && span > 0 ? min(span / times[k], suitable[k] * 20) : suitable[k]
            return BenchmarkingGroup(groups[k], of: machine, longest: longest)
        }
    }
}

/// A native two-qubit gate of a coupler at angles that make it a Clifford operation.
struct NativeClifford: Hashable, Sendable {
    var gate: StandardGate
    var parameters: [Double]
    /// In operand order.
    var sites: [Site]

    var map: CliffordMap {
        guard let map = CliffordMap(gate, parameters) else { preconditionFailure("\(gate.name) is no Clifford gate") }
        return map
    }
}

extension Machine {
    /// The best native entangling gate on a pair that can be made a Clifford operation; nil where there is none.
    func entangler(_ a: Site, _ b: Site) -> NativeClifford? {
        var best: (gate: NativeClifford, error: Double)?
        for native in description.nativeGates where native.gate.qubitCount == 2 && !native.isVirtual {
            let angles: [Double]
            switch native.gate {
            case .rxx, .ryy, .rzz, .rzx: angles = [.pi / 2]
            case .cp: angles = [.pi]
            case .xxPlusYY: angles = [.pi, 0]
            default: angles = []
            }
            guard angles.count == native.gate.parameterCount, native.accepts(angles),
                let map = CliffordMap(native.gate, angles), map.entangles
            else { continue }
            for sites in [[a, b], [b, a]] {
                guard let figures = calibration.figures(for: native.gate, on: sites), !figures.isDead,
                    graph.areNeighbours(a, b)
                else { continue }
                if figures.error < best?.error ?? .infinity {
                    best = (NativeClifford(gate: native.gate, parameters: angles, sites: sites), figures.error)
                }
            }
        }
        return best?.gate
    }

    func error(of gate: NativeClifford) -> Double {
        calibration.figures(for: gate.gate, on: gate.sites)?.error ?? 0
    }

    /// The chance that a gate succeeds and loses no carrier.
    func survival(of gate: NativeClifford) -> Double {
        guard let faults = calibration.figures(for: gate.gate, on: gate.sites)?.faults else { return 1 }
        return faults.success * (1 - faults.loss) * (1 - faults.loss)
    }

    /// How many groups of one or two sites the machine can drive at once without making some of them wait.
    func concurrentGroups(of size: Int) -> Int {
        let limits = description.concurrency
        let single = limits.oneQubitGates ?? .max
        return max(1, size == 1 ? single : min(single / 2, limits.twoQubitGates ?? .max))
    }

    /// What a random Clifford takes on average, seconds: 20 of 24 one-qubit elements take a pulse; a two-qubit element one
    /// and a half entangling gates with about two layers of pulses beside them.
    func cliffordTime(_ sites: [Site]) -> Double {
        let pulse =
            sites.compactMap { site in
                oneQubitGates.compactMap { calibration.figures(for: $0, on: [site])?.duration.value }.max()
            }.max() ?? 0
        guard sites.count == 2, let gate = entangler(sites[0], sites[1]) else { return pulse * 20 / 24 }
        return 1.5 * (calibration.figures(for: gate.gate, on: gate.sites)?.duration.value ?? 0) + 2.2 * pulse
    }

    /// The one-qubit gates that are pulses.
    var oneQubitGates: [StandardGate] {
        description.nativeGates.filter { $0.gate.qubitCount == 1 && !$0.isVirtual }.map(\.gate)
    }

    /// The mean recorded error of the pulses on a site.
    func oneQubitError(_ site: Site) -> Double {
        let errors = oneQubitGates.compactMap { calibration.figures(for: $0, on: [site]) }.filter { !$0.isDead }.map(
            \.error)
        return errors.isEmpty ? 1e-4 : errors.reduce(0, +) / Double(errors.count)
    }
}

extension CliffordMap {
    /// Whether a map on two qubits sends some one-qubit operator to a two-qubit one.
    var entangles: Bool {
        (xImages + zImages).contains { ($0.x | $0.z).nonzeroBitCount == 2 }
    }
}
