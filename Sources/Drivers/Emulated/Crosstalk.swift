import Circuits
import Hardware
import Simulators

/// The ZZ coupling of neighbours while two-qubit gates drive one of them.
///
/// Over a time t a pair turns by exp(−i·πζt/2·ZZ), ζ in hertz. Where both are driven at once by different gates, each
/// accounts for half of the common time.
struct Crosstalk {
    /// By site: its coupled neighbours.
    private let neighbours: [[(site: Int, zz: Double)]]

    /// Nil for a machine without.
    init?(_ description: DeviceDescription, _ environment: EnvironmentFigures) {
        var strengths: [Coupling: Double] = [:]
        if let standard = environment.crosstalkDefault, standard != 0,
            case .couplings(let couplings) = description.connectivity
        {
            for pair in couplings { strengths[pair.first < pair.second ? pair : pair.reversed] = standard }
        }
        for figure in environment.crosstalk { strengths[figure.pair] = figure.zz }
        var neighbours: [[(site: Int, zz: Double)]] = Array(repeating: [], count: description.siteCount)
        for (pair, zz) in strengths where zz != 0 {
            neighbours[pair.first.index].append((pair.second.index, zz))
            neighbours[pair.second.index].append((pair.first.index, zz))
        }
        if neighbours.allSatisfy(\.isEmpty) { return nil }
        self.neighbours = neighbours.map { $0.sorted { $0.site < $1.site } }
    }

    /// When each site is driven by two-qubit gates of a block: for each site the gates' spans, in order.
    ///
    /// - Parameter driven: from when to when the gate at a position is driven.
    static func spans(
        _ block: Block, siteCount: Int, driven: (_ position: Int) -> ClosedRange<Double>
    ) -> [[ClosedRange<Double>]] {
        var result: [[ClosedRange<Double>]] = Array(repeating: [], count: siteCount)
        for position in block.indices {
            guard case .gate = block.operation(at: position) else { continue }
            let qubits = block.qubits(at: position)
            guard qubits.count == 2 else { continue }
            let span = driven(position)
            for qubit in qubits { result[qubit.index].append(span) }
        }
        return result
    }

    /// What a gate over `span` does to the neighbours of its operands.
    ///
    /// - Parameter isActive: whether a site holds a qubit that has been used; the others are in |0⟩, which the
    ///   calibration of the gate has taken into account.
    func channels(
        around qubits: Operands, during span: ClosedRange<Double>, spans: [[ClosedRange<Double>]],
        isActive: (Int) -> Bool
    ) -> [LocatedChannel] {
        var result: [LocatedChannel] = []
        for qubit in qubits {
            for (site, zz) in neighbours[qubit.index] where !qubits.contains(Qubit(site)) && isActive(site) {
                var time = span.upperBound - span.lowerBound
                for other in spans[site] {
                    time -=
                        max(
                            0, min(other.upperBound, span.upperBound) - max(other.lowerBound, span.lowerBound)) / 2
                }
                if time > 0 {
                    result.append(LocatedChannel(.coupling(.pi * zz * time), on: [qubit, Qubit(site)]))
                }
            }
        }
        return result
    }
}
