public import Drivers
public import Hardware

/// The machines of a catalogue of device files, each read when it is first asked for.
public struct CatalogFleet: DeviceProvider {
    public let catalog: DeviceCatalog
    /// What an emulator may be estimated to take for one program; nil for its default. Longer programs are refused or,
    /// where that can be stated, run with fewer noise realisations.
    public let emulationLimit: Seconds?

    public init(catalog: DeviceCatalog, emulationLimit: Seconds? = nil) {
        self.catalog = catalog
        self.emulationLimit = emulationLimit
    }

    public func device(_ id: String) throws(DeviceError) -> any Device {
        guard let emulationLimit else { return try catalog.device(id) }
        return try catalog.device(id, emulationLimit: emulationLimit)
    }
}
