extension QubitRegister {
    /// The name of the register of a program that names sites: `$`.
    public static let physicalName = "$"
}

extension Circuit {
    /// Whether the program names the sites it runs on: qubit k is site k, and nobody may move it.
    public var namesPhysicalQubits: Bool { qubitRegisters.contains { $0.name == QubitRegister.physicalName } }
}
