public import Drivers
public import Hardware

/// The machines of a catalogue of device files, each read when it is first asked for.
public struct CatalogFleet: DeviceProvider {
    public let catalog: DeviceCatalog

    public init(catalog: DeviceCatalog) { self.catalog = catalog }

    public func device(_ id: String) throws(DeviceError) -> any Device { try catalog.device(id) }
}
