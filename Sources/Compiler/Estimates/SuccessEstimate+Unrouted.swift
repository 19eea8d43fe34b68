import Circuits
import Hardware

extension SuccessEstimate {
    /// The estimate for a program that has not met the machine's couplers: gate by gate at the median figures, as if any
    /// two sites were joined, without idling. What is lost after this is the price of the layout.
    ///
    /// - Parameter circuit: gates on one and two qubits.
    init(unrouted circuit: Circuit, on target: Target) {
        self.init()
        let pairs = target.couplers.map { Target.cost(ofError: $0.error) }.sorted()
        var local: [Double] = []
        for gate in target.oneQubitGates where !target.isVirtual(gate) {
            for site in 0..<target.siteCount {
                if let figures = target.figures(for: gate, on: [Site(site)]) {
                    local.append(Target.cost(ofError: figures.error))
                }
            }
        }
        local.sort()
        let readouts = (0..<target.siteCount).filter { target.isLive[$0] }
            .map { Target.cost(ofError: target.readoutError(of: $0)) }.sorted()
        func median(_ list: [Double]) -> Double { list.isEmpty ? 0 : list[list.count / 2] }
        let cost = EntanglingCost(target)
        let (pair, one, readout) = (median(pairs), median(local), median(readouts))
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
