import Hardware

// Some SDKs want every site and every pair by name. Pairs of a simulator of a thousand sites, all joined, would be half a
// million; so many qubits nobody asks for through those SDKs.
extension OfferedMachine {
    /// Sites that are listed singly.
    var listedSites: [Int] {
        let count = description.siteCount
        return (0..<(isSimulator ? min(32, count) : count)).filter(isOperational)
    }

    /// Pairs of listed sites on which some two-qubit gate works, each once, the smaller site first.
    var listedCouplings: [(Int, Int)] {
        guard isSimulator else { return couplings }
        let sites = listedSites
        return sites.indices.flatMap { k in sites[(k + 1)...].map { (sites[k], $0) } }
    }
}
