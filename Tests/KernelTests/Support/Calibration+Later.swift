import Hardware

extension Calibration {
    /// The same figures, measured anew.
    func anHourLater(id: String) -> Calibration {
        Calibration(id: id, timestamp: timestamp + 3_600, sites: sites, gates: gates, defaults: defaults)
    }
}
