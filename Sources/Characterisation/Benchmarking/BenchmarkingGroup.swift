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

    init(_ sites: [Site], of machine: Machine, interleaved: NativeClifford? = nil) {
        precondition(sites.count == 1 || sites.count == 2, "\(sites.count) sites in a group")
        self.sites = sites
        self.interleaved = interleaved
        let single = sites.map { machine.oneQubitError($0) }
        let error: Double
        if sites.count == 1 {
            error = 2 * single[0]
        } else {
            let pair = machine.entangler(sites[0], sites[1]).map { machine.error(of: $0) } ?? 0.01
            error = 1.5 * pair + 3 * (single[0] + single[1])
        }
        let dimension = Double(1 << sites.count)
        let decay = 1 / max(error * dimension / (dimension - 1), 1e-9)
        // Beyond these lengths a program takes long and tells little more.
        let longest = min(decay, sites.count == 1 ? 800 : 200)
        var lengths: [Int] = []
        for fraction in Self.fractions {
            let length = max(1, Int((fraction * longest).rounded()))
            lengths.append(max(length, (lengths.last ?? 0) + 1))
        }
        self.lengths = lengths
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
