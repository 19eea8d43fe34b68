import Circuits
import Hardware
import Testing

@testable import Drivers

@Suite struct ShippedDeviceTests {
    @Test func heron133() throws {
        let file = try DeviceCatalog().file("heron-133")
        let d = file.description, c = file.calibration
        #expect(d.siteCount == 133 && d.coordinates.count == 133 && d.isEmulated)
        #expect(d.nativeGates.map(\.gate) == [.cz, .id, .rz, .sx, .x])
        #expect(d.source.contains("qiskit-ibm-runtime 0.51.0") && d.source.contains("2025-02-26"))
        #expect(c.timestampText == "2025-02-26T20:26:08Z")
        // Figures of props_torino.json.
        #expect(c.sites[0].t1 == Seconds(224.08727568067368e-6))
        #expect(
            c.sites[0].readout
                == ReadoutCalibration(falseOne: 0.16845703125, falseZero: 0.1650390625, duration: Seconds(1.56e-6)))
        #expect(c.figures(for: .cz, on: [Site(67), Site(68)])?.error == 0.003096991047570219)
        #expect(c.figures(for: .cz, on: [Site(67), Site(68)])?.duration == Seconds(88e-9))
        #expect(c.figures(for: .cz, on: [Site(0), Site(2)]) == nil)
        #expect(d.timing.dt == Seconds(4e-9) && d.timing.repetitionDelay == Seconds(250e-6))
        #expect(c.deadGates.count == 22 && c.deadSites.isEmpty)
        #expect(c.warnings.count == 6, "five sites with T2 > 2·T1, one list of dead couplers")
        let graph = CouplingGraph(description: d, calibration: c)
        #expect(graph.edges.count == 139)
        // Site 58 and site 97 lose all couplers but one: see the dead list.
        for dead in c.deadGates { #expect(!graph.areNeighbours(dead.sites[0], dead.sites[1])) }
        #expect(graph.components[0].count > 120)
    }

    @Test func heron156() throws {
        let file = try DeviceCatalog().file("heron-156")
        #expect(file.description.siteCount == 156)
        #expect(file.description.nativeGate(.rzz)?.angleRanges == [0...(.pi / 2)])
        #expect(file.description.nativeGate(.rx)?.angleRanges == [nil])
        #expect(file.calibration.deadSites == [Site(146)])
        let graph = CouplingGraph(description: file.description, calibration: file.calibration)
        #expect(!graph.isUsable(Site(146)) && graph.neighbours(of: Site(146)).isEmpty)
        #expect(!graph.areNeighbours(Site(84), Site(85)))
        #expect(abs(file.calibration.medianError(of: .cz)! - 1.27e-3) < 1e-5)
    }

    static let machines = [
        "nighthawk-120", "garnet-20", "emerald-54", "willow-105", "racetrack-32", "ion-chain-20", "atoms-48",
        "photons-16",
    ]

    @Test(arguments: zip(machines, [120, 20, 54, 105, 32, 20, 48, 16])) func machinesAreThere(id: String, sites: Int)
        throws
    {
        let file = try DeviceCatalog().file(id)
        #expect(file.description.siteCount == sites && file.description.isEmulated)
        #expect(!file.description.source.isEmpty && !file.description.figureSources.isEmpty)
        // What is not published says so.
        #expect(file.description.figureSources.contains { $0.source.hasPrefix("assumed") })
        let graph = CouplingGraph(description: file.description, calibration: file.calibration)
        #expect(graph.components[0].count >= sites - 2)
    }

    /// Single figures against the publications they come from.
    @Test func figuresAreThoseOfTheSources() throws {
        let catalog = try DeviceCatalog()
        let first = [Site(0), Site(1)], reversed = [Site(1), Site(0)]
        let garnet = try catalog.file("garnet-20")
        let garnetFidelity: Double = 0.9943350602403423
        let garnetError = try #require(garnet.calibration.figures(for: .cz, on: reversed)).error
        #expect(abs(garnetError + garnetFidelity - 1) < 1e-12)
        #expect(garnet.calibration.sites[0].t1 == Seconds(26.626e-6))
        #expect(garnet.description.nativeGate(.rz)?.isVirtual == true)
        let willow = try catalog.file("willow-105")
        let pauliError: Double = 0.00325743339669049, willowT1: Double = 71.88662925116905e-6
        let cz = try #require(willow.calibration.figures(for: .cz, on: first))
        let t1 = try #require(willow.calibration.sites[0].t1).value
        #expect(abs(t1 - willowT1) < 1e-14)
        #expect(abs(cz.error / pauliError - 0.8) < 1e-9)
        #expect(cz.duration == Seconds(42e-9))
        let ions = try catalog.file("racetrack-32")
        #expect(ions.calibration.figures(for: .rzz, on: [Site(3), Site(30)])?.error == 1.84e-3)
        #expect(ions.description.transport != nil && ions.calibration.environment.heating != nil)
        let atoms = try catalog.file("atoms-48")
        let moved = try #require(atoms.calibration.environment.transport).paulis.total
        #expect(abs(moved - 0.00407) < 1e-9)
        #expect(atoms.calibration.globals.map(\.gate) == [.r])
        #expect(atoms.description.concurrency.sharedPulses == [.cz])
        let heron = try catalog.file("heron-156")
        #expect(heron.calibration.environment.crosstalk.count > 100)
        #expect(heron.calibration.environment.crosstalk.contains { $0.zz == 3660.55371756549 })
        #expect(try catalog.file("heron-133").description.pulseChannels.count == 549)
    }

    /// The example in the description of the format is a right device file.
    @Test func theDocumentedExampleIsRight() throws {
        let here = #filePath
        let lines = try TextFile.lines(
            of: here.replacing("Tests/DriversTests/ShippedDeviceTests.swift", with: "Docs/device-file.md"))
        let start = try #require(lines.firstIndex(of: "```json"))
        let end = try #require(lines[start...].firstIndex(of: "```"))
        let file = try DeviceFile(text: lines[(start + 1)..<end].joined(separator: "\n"), name: "example")
        #expect(file.description.id == "line-3" && file.calibration.deadSites == [Site(2)])
        #expect(CouplingGraph(description: file.description, calibration: file.calibration).edges.count == 1)
    }

    /// The coordinates are those of the drawing: neighbours are one step apart, no two sites share a place.
    @Test(arguments: ["heron-133", "heron-156"]) func coordinatesFitTheConnectivity(_ id: String) throws {
        let d = try DeviceCatalog().file(id).description
        guard case .couplings(let couplings) = d.connectivity else {
            Issue.record("no couplings")
            return
        }
        for coupling in couplings {
            let a = d.coordinates[coupling.first.index], b = d.coordinates[coupling.second.index]
            #expect(abs(a.row - b.row) + abs(a.column - b.column) == 1)
        }
        #expect(Set(d.coordinates).count == d.siteCount)
    }

    /// The importer and the writer have one form, so that a rewritten file differs where its figures differ only.
    @Test(arguments: ["heron-133", "heron-156"] + machines) func theWriterReproducesTheFile(_ id: String) throws {
        let catalog = try DeviceCatalog()
        let entry = try #require(catalog.entries.first { $0.id == id })
        let file = try catalog.file(id)
        let lines = file.text.split(separator: "\n")
        let again = try DeviceFile(text: file.text, name: id)
        #expect(again.calibration.id == file.calibration.id)
        let original = try TextFile.lines(of: try #require(entry.path))
        #expect(lines.count == original.count)
        for (a, b) in zip(lines, original) where a != b {
            Issue.record("\(a) | \(b)")
            break
        }
    }
}
