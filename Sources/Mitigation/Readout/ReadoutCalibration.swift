public import Circuits
public import Hardware

/// The two programs that measure the readout confusion of a set of sites as they are read together.
public enum ReadoutExperiment: Int, CaseIterable, Sendable {
    case preparedZero, preparedOne

    /// The program on device sites: qubit k is site k. Measured in the same instant, into bits 0, 1, …, as the program
    /// that is to be corrected does it.
    ///
    /// - Parameter sites: the measured sites; site k of the list goes to bit k.
    public func circuit(sites: [Site], siteCount: Int) -> Circuit {
        var circuit = Circuit(name: "readout-\(self)", qubitCount: siteCount, bitCount: sites.count)
        if self == .preparedOne { for site in sites { circuit.append(.x, [site.index]) } }
        circuit.barrier(sites.map(\.index))
        for (bit, site) in sites.enumerated() { circuit.measure(site.index, into: bit) }
        return circuit
    }
}
