public import Hardware

/// What everybody knows of a machine: its description and the record in force.
public struct Machine: Sendable {
    public let description: DeviceDescription
    public let calibration: Calibration
    /// The couplers that work.
    public let graph: CouplingGraph

    public init(_ description: DeviceDescription, _ calibration: Calibration) {
        self.description = description
        self.calibration = calibration
        graph = CouplingGraph(description: description, calibration: calibration)
    }
}
