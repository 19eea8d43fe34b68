import Circuits
import Compiler
import Hardware

/// Whether a circuit holds only what a machine can do, asked of the description and the calibration themselves.
struct NativeCheck {
    let machine: TestDevices.Machine
    let couplings: Set<Coupling>?

    init(_ machine: TestDevices.Machine) {
        self.machine = machine
        if case .couplings(let list) = machine.description.connectivity {
            couplings = Set(list)
        } else {
            couplings = nil
        }
    }

    func fault(in circuit: Circuit) throws -> String? { fault(in: circuit.body, circuit) }

    private func fault(in block: Block, _ circuit: Circuit) -> String? {
        if machine.description.modality == .simulator { return nil }
        for instruction in block {
            let sites = instruction.qubits.map { Site($0.index) }
            if case .controlFlow(let place) = instruction.operation {
                for nested in block.controlFlow[place].blocks {
                    if let fault = fault(in: nested, circuit) { return fault }
                }
                continue
            }
            if case .barrier = instruction.operation { continue }
            for site in sites where !machine.calibration.sites[site.index].isOperational {
                return "dead site \(site.index)"
            }
            guard case .gate(let gate) = instruction.operation else { continue }
            guard let standard = gate.standard else { return "defined gate \(circuit.name(of: gate))" }
            if standard == .gphase { continue }
            guard let native = machine.description.nativeGate(standard) else { return "\(standard.name) is not native" }
            for (range, parameter) in zip(native.angleRanges, instruction.parameters) {
                guard let range else { continue }
                guard let angle = parameter.constant, range.lowerBound - 1e-9 <= angle, angle <= range.upperBound + 1e-9
                else { return "\(standard.name) at an angle outside its range" }
            }
            if sites.count == 2 {
                guard couplings?.contains(Coupling(sites[0], sites[1])) ?? true else {
                    return "\(standard.name) on sites \(sites[0].index), \(sites[1].index) that nothing couples"
                }
                guard let figures = machine.calibration.figures(for: standard, on: sites), !figures.isDead else {
                    return "\(standard.name) on the dead pair \(sites[0].index), \(sites[1].index)"
                }
            }
        }
        return nil
    }
}
