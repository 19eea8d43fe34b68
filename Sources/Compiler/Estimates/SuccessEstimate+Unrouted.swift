import Circuits
import Hardware

extension SuccessEstimate {
    /// The estimate for a program that has not met the machine's couplers: gate by gate at the median figures, as if any
    /// two sites were joined, without idling. What is lost after this is the price of the layout.
    ///
    /// - Parameter circuit: gates on one and two qubits.
    init(unrouted circuit: Circuit, on target: Target) {
        self.init()
        let liveCount = target.isLive.count { $0 }
        var pairs = MedianCost(), local = MedianCost(), readouts = MedianCost()
        for coupler in target.couplers { pairs.take(coupler.error) }
        for gate in target.oneQubitGates where !target.isVirtual(gate) {
            guard let row = target.oneQubitRows[Int(gate.rawValue)] else {
                local.zeros += liveCount
                continue
            }
            for error in target.oneQubitErrors[row..<row + target.siteCount] where !error.isNaN { local.take(error) }
        }
        for site in 0..<target.siteCount where target.isLive[site] { readouts.take(target.readoutError(of: site)) }
        let cost = EntanglingCost(target)
        let (pair, one, readout) = (pairs.value, local.value, readouts.value)
        func add(_ block: Block) {
            for position in block.indices {
                switch block.operation(at: position) {
                case .gate(let gate):
                    let width = block.qubits(at: position).count
                    if width > 1 {
                        log10Gates -= pair * Double(cost(block[position]).alone)
                    } else if width == 1, gate.standard.map({ $0.axis(on: 0) != .z && $0 != .id }) ?? true {
                        log10Gates -= one
                    }
                case .measure: log10Readout -= readout
                case .controlFlow(let place): for nested in block.controlFlow[place].blocks { add(nested) }
                default: break
                }
            }
        }
        add(circuit.body)
        log10Gates /= 2.302585092994046
        log10Readout /= 2.302585092994046
    }
}

/// The cost of the median error; sites without error are only counted.
private struct MedianCost {
    var zeros = 0
    private var errors: [Double] = []

    mutating func take(_ error: Double) {
        if error == 0 { zeros += 1 } else { errors.append(error) }
    }

    var value: Double {
        // Errors are not negative, and the cost grows with them.
        let middle = (zeros + errors.count) / 2
        return middle < zeros || errors.isEmpty ? 0 : Target.cost(ofError: errors.sorted()[middle - zeros])
    }
}
