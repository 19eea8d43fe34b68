import Kernel

/// What will happen at a moment of virtual time.
enum FleetEvent {
    case partEnds(JobID, Fence, device: Int, seconds: Double)
    /// A machine's next calibration is due.
    case calibrationDue(device: Int)
    /// Something of the calendar begins or ends.
    case tick
}
