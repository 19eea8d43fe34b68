import Circuits
import Hardware
import Testing

/// A right device file of version 2 that says everything the version added, for tests to spoil.
enum MovingMachineFile {
    static let text = """
        {
          "format": "kelvin-device",
          "version": 2,
          "units": {"time": "s", "frequency": "Hz", "angle": "rad"},
          "id": "moving-2",
          "name": "Two atoms",
          "vendor": "Kelvin",
          "modality": "neutralAtom",
          "driver": "emulated",
          "source": {
            "text": "made up",
            "figures": []
          },
          "siteCount": 2,
          "gates": [
            {"gate": "cz"},
            {"gate": "r", "angles": [[0, 3.2], null]},
            {"gate": "rz", "virtual": true}
          ],
          "connectivity": "all",
          "geometry": {
            "blockadeRadius": 8e-06,
            "positions": [
              [0, 0], [5e-06, -1e-05]
            ]
          },
          "zones": [
            {"name": "rest", "purpose": "storage", "sites": [0, 1]},
            {"name": "gates", "purpose": "entangling", "places": [[0, 2e-05], [0, 4e-05]]}
          ],
          "transport": {"overhead": 0.0001, "speed": 0.5, "cools": true},
          "concurrency": {"oneQubitGates": 3, "twoQubitGates": 2, "sharedPulses": ["cz"]},
          "pulseChannels": [
            {"name": "rydberg", "kind": "control", "sites": [0, 1], "frequency": 7000000, "sampleTime": 1e-09},
            {"name": "m0", "kind": "acquire", "sites": [0]}
          ],
          "timing": {"dt": 0, "granularity": 1, "acquireAlignment": 1, "feedbackLatency": 0, "repetitionDelay": 0},
          "abilities": {"midCircuitMeasurement": true, "feedForward": true, "reset": true, "maxShots": 1000},
          "calibration": {
            "timestamp": "2025-02-26T20:26:08Z",
            "sites": [
              {"site": 0, "t1": 4, "t2": 1.5, "readout": {"falseOne": 0.01, "falseZero": 0.02, "duration": 0.001}},
              {"site": 1, "t1": 4, "t2": 1.5, "readout": {"falseOne": 0.01, "falseZero": 0.02, "duration": 0.001, "efficiency": 0.98, "darkCounts": 1e-06}}
            ],
            "gates": [
              {
                "gate": "cz",
                "default": {"error": 0.005, "duration": 4e-07, "paulis": {"IZ": 2, "ZI": 2, "ZZ": 1}, "leakage": 0.0001, "loss": 0.001, "success": 0.75},
                "figures": []
              },
              {
                "gate": "r",
                "default": {"error": 0.0005, "duration": 2e-06},
                "global": {"error": 7e-05, "duration": 2e-06, "leakage": 1e-05},
                "figures": []
              }
            ],
            "environment": {
              "crosstalk": {
                "default": {"zz": 100},
                "pairs": [
                  {"sites": [0, 1], "zz": -250}
                ]
              },
              "transport": {"paulis": {"Z": 0.002}, "loss": 0.0003, "quanta": 0.1},
              "heating": {"rate": 100, "errorPerQuantum": 0.001},
              "absence": {"leakedReadsOne": 1, "lostReadsOne": 0.5, "heralded": true},
              "unpaired": {"X": 0.0001, "Z": 0.004}
            }
          }
        }

        """

    static func fault(replacing old: String, by new: String) -> String? {
        let spoiled = text.replacing(old, with: new)
        #expect(spoiled != text, "the test replaces nothing: \(old)")
        do {
            _ = try DeviceFile(text: spoiled, name: "two.json")
            return nil
        } catch {
            return error.message
        }
    }
}

@Suite struct MovingMachineFileTests {
    @Test func readsEveryFigure() throws {
        let file = try DeviceFile(text: MovingMachineFile.text, name: "two.json")
        let d = file.description, c = file.calibration
        #expect(d.geometry.positions[1] == Position(x: 5e-6, y: -1e-5) && d.geometry.blockadeRadius == 8e-6)
        #expect(d.zones.map(\.purpose) == [.storage, .entangling] && d.zones[1].places.count == 2)
        #expect(d.transport == Transport(overhead: Seconds(1e-4), speed: 0.5, cools: true))
        #expect(d.concurrency == Concurrency(oneQubitGates: 3, twoQubitGates: 2, sharedPulses: [.cz]))
        #expect(d.pulseChannels.map(\.name) == ["rydberg", "m0"] && d.pulseChannels[0].sampleTime == Seconds(1e-9))
        let cz = try #require(c.figures(for: .cz, on: [Site(1), Site(0)]))
        #expect(cz.faults.leakage == 1e-4 && cz.faults.loss == 1e-3 && cz.faults.success == 0.75)
        #expect(cz.faults.paulis.terms.map(\.paulis) == ["IZ", "ZI", "ZZ"] && cz.faults.paulis.total == 5)
        #expect(PauliWeights.index(of: "ZI") == 12 && PauliWeights.index(of: "IX") == 1)
        #expect(c.globals.map(\.error) == [7e-5] && c.globals[0].faults.leakage == 1e-5)
        #expect(c.sites[1].readout?.efficiency == 0.98 && c.sites[1].readout?.darkCounts == 1e-6)
        let e = c.environment
        #expect(e.crosstalk == [CrosstalkFigure(pair: Coupling(Site(1), Site(0)), zz: -250)])
        #expect(e.crosstalkDefault == 100 && e.heating == HeatingFigures(rate: 100, errorPerQuantum: 0.001))
        #expect(e.transport?.loss == 3e-4 && e.transport?.quanta == 0.1)
        #expect(e.absence == AbsenceFigures(leakedReadsOne: 1, lostReadsOne: 0.5, isHeralded: true))
        #expect(e.unpaired?.total == 0.0041)
    }

    @Test func roundTripKeepsEveryByte() throws {
        let file = try DeviceFile(text: MovingMachineFile.text, name: "two.json")
        #expect(file.text == MovingMachineFile.text)
    }

    /// Figures of version 2 count in the identity of the calibration, each of them.
    @Test(arguments: [
        ("\"loss\": 0.001", "\"loss\": 0.002"), ("\"success\": 0.75", "\"success\": 0.8"), ("\"ZI\": 2", "\"ZI\": 3"),
        ("\"zz\": -250", "\"zz\": 250"), ("\"zz\": 100", "\"zz\": 0"), ("\"error\": 7e-05", "\"error\": 8e-05"),
        ("\"quanta\": 0.1", "\"quanta\": 0.2"), ("\"rate\": 100", "\"rate\": 200"),
        ("\"heralded\": true", "\"heralded\": false"),
        ("\"X\": 0.0001", "\"X\": 0.0002"), ("\"efficiency\": 0.98", "\"efficiency\": 0.97"),
        ("\"leakage\": 1e-05", "\"leakage\": 2e-05"), ("\"Z\": 0.002", "\"Z\": 0.003"),
    ]) func identityFollowsContent(old: String, new: String) throws {
        let base = try DeviceFile(text: MovingMachineFile.text, name: "two.json").calibration
        let changed = MovingMachineFile.text.replacing(old, with: new)
        #expect(changed != MovingMachineFile.text)
        #expect(try DeviceFile(text: changed, name: "two.json").calibration.id != base.id)
    }

    @Test(arguments: [
        ("\"version\": 2", "\"version\": 3", "version: version 3"),
        ("\"cz\"]", "\"cx\"]", "concurrency.sharedPulses[0]: cx is no native gate"),
        ("\"ZZ\": 1", "\"ZQ\": 1", "calibration.gates[0].default.paulis: \"ZQ\" is no Pauli error on 2 operands"),
        ("\"ZZ\": 1", "\"II\": 1", "calibration.gates[0].default.paulis: \"II\" is no Pauli error on 2 operands"),
        ("\"ZZ\": 1", "\"ZZ\": -1", "calibration.gates[0].default.paulis.ZZ: a weight of -1"),
        ("\"Z\": 0.002", "\"Z\": 1.5", "calibration.environment.transport.paulis: probabilities that add up to 1.5"),
        ("\"loss\": 0.0003", "\"loss\": 3", "calibration.environment.transport.loss: 3 is outside [0, 1]"),
        ("\"rate\": 100", "\"rate\": -1", "calibration.environment.heating.rate: a rate of -1"),
        ("\"sites\": [0, 1], \"zz\"", "\"sites\": [0, 0], \"zz\"", "site 0 stands twice in one entry"),
        ("\"blockadeRadius\": 8e-06", "\"blockadeRadius\": 0", "geometry.blockadeRadius: a radius of 0 m"),
        ("[0, 0], [5e-06, -1e-05]", "[0, 0]", "geometry.positions: 1 positions for 2 sites"),
        ("\"name\": \"gates\"", "\"name\": \"rest\"", "zones[1].name: two zones are called \"rest\""),
        ("\"sites\": [0, 1]},", "\"sites\": [0, 0]},", "zones[0].sites[1]: site 0 rests in two zones"),
        (
            "\"places\": [[0, 2e-05], [0, 4e-05]]", "\"places\": []",
            "the entangling zone \"gates\" has no room for a pair"
        ),
        ("\"entangling\"", "\"readout\"", "transport: carriers move, but there is nowhere to go"),
        ("\"speed\": 0.5", "\"speed\": 0", "transport.speed: a speed of 0 m/s"),
        ("\"name\": \"m0\"", "\"name\": \"rydberg\"", "pulseChannels[1].name: \"rydberg\" does not name one channel"),
        ("\"global\": {\"error\": 7e-05", "\"global\": {\"eror\": 7e-05", "unknown key \"eror\""),
        ("\"success\": 0.75", "\"success\": 0.75, \"sucess\": 1", "unknown key \"sucess\""),
    ]) func refuses(old: String, new: String, message: String) {
        let fault = MovingMachineFile.fault(replacing: old, by: new)
        #expect(fault?.contains(message) == true, "\(fault ?? "accepted")")
        #expect(fault?.hasPrefix("two.json:") == true)
    }
}
