public import Circuits

/// A compiled program: native instructions on device sites, with times, ready for one device under one calibration.
public struct Executable: Sendable {
    public var deviceID: String
    public var calibrationID: String
    /// Qubit k of this circuit is site k of the device. Classical tables are those of the source program.
    public var circuit: Circuit
    /// Times for `circuit.body`; nil where the device keeps no time.
    public var schedule: Schedule?
    /// Where program qubit k starts.
    public var initialLayout: [Site]
    /// Where program qubit k ends.
    public var finalLayout: [Site]

    public init(
        deviceID: String, calibrationID: String, circuit: Circuit, schedule: Schedule?, initialLayout: [Site],
        finalLayout: [Site]
    ) {
        self.deviceID = deviceID
        self.calibrationID = calibrationID
        self.circuit = circuit
        self.schedule = schedule
        self.initialLayout = initialLayout
        self.finalLayout = finalLayout
    }
}
