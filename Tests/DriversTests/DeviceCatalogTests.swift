import Hardware
import Testing

@testable import Drivers

@Suite struct DeviceCatalogTests {
    private func message(_ body: () throws -> Void) -> DeviceError? {
        do { try body() } catch { return error as? DeviceError }
        Issue.record("no error")
        return nil
    }

    private static let shipped = (["heron-133", "heron-156"] + ShippedDeviceTests.machines).sorted()

    @Test func listsShippedDevicesAndIdealFirst() throws {
        let entries = try DeviceCatalog().entries
        #expect(entries.first?.id == "ideal")
        #expect(entries.filter(\.isShipped).map(\.id) == ["ideal"] + Self.shipped)
        #expect(DeviceCatalog.defaultID == "heron-133")
    }

    @Test func aUsersFileHidesAShippedOne() throws {
        try TextFile.withDirectory { directory in
            var file = try DeviceCatalog().file("heron-133")
            file.description.name = "mine"
            try file.write(to: "\(directory)/heron-133.json")
            file.description.id = "other"
            try file.write(to: "\(directory)/other.json")
            try file.write(to: "\(directory)/misnamed.json")
            let catalog = try DeviceCatalog(directories: [directory])
            #expect(catalog.entries.map(\.id) == ["ideal"] + (Self.shipped + ["misnamed", "other"]).sorted())
            #expect(try catalog.file("heron-133").description.name == "mine")
            #expect(try catalog.file("other").description.id == "other")
            #expect(try DeviceCatalog().file("\(directory)/misnamed.json").description.id == "other")
            let error = message { _ = try catalog.file("misnamed") }
            #expect(error?.message.contains("the file says it is the device \"other\"") == true)
        }
    }

    @Test func theEnvironmentNamesDirectories() throws {
        try TextFile.withDirectory { directory in
            var file = try DeviceCatalog().file("heron-133")
            file.description.id = "mine"
            try file.write(to: "\(directory)/mine.json")
            let catalog = try DeviceCatalog(
                directories: [], environment: "\(directory):\(directory)", shipped: DeviceCatalog.shippedDirectory)
            #expect(catalog.entries.map(\.id) == ["ideal"] + (Self.shipped + ["mine"]).sorted())
            let error = message {
                _ = try DeviceCatalog(directories: [], environment: "/nonexistent", shipped: nil)
            }
            #expect(error?.message == "the device directory /nonexistent, named in KELVIN_DEVICES, cannot be read")
        }
    }

    /// The device files are found beside the executable, in an installation, or in the sources; nowhere else is a clear
    /// error, while `ideal` goes on working.
    @Test func shippedFilesThatDisappear() throws {
        let here = #filePath
        let sources = here.replacing(
            "Tests/DriversTests/DeviceCatalogTests.swift", with: "Sources/Drivers/Catalog/X.swift")
        #expect(
            DeviceCatalog.findShipped(executableDirectory: nil, sourceFile: sources)?.hasSuffix("Drivers/Devices")
                == true)
        #expect(
            DeviceCatalog.findShipped(executableDirectory: "/nonexistent/bin", sourceFile: "/gone/a/b.swift") == nil)
        let catalog = try DeviceCatalog(directories: [], environment: nil, shipped: nil)
        #expect(catalog.entries.map(\.id) == ["ideal"])
        #expect(try catalog.device("ideal").description.id == "ideal")
        let error = message { _ = try catalog.device() }
        #expect(error?.code == .unavailable)
        #expect(
            error?.message == "there is no device \"heron-133\": the device files that belong to Kelvin are missing")
        #expect(error?.cure?.contains("kelvin_Drivers") == true)
    }

    @Test func whatIsNotThereIsSaid() {
        let unknown = message { _ = try DeviceCatalog().file("osprey") }
        #expect(unknown?.code == .unavailable && unknown?.message == "there is no device \"osprey\"")
        for known in ["ideal", "heron-133", "willow-105"] { #expect(unknown?.cure?.contains(known) == true) }
        let directory = message { _ = try DeviceCatalog(directories: ["/nonexistent"]) }
        #expect(directory?.message == "the device directory /nonexistent, given, cannot be read")
        let file = message { _ = try DeviceCatalog().file("./gone.json") }
        #expect(file?.code == .unavailable && file?.message.contains("./gone.json: No such file") == true)
    }
}
