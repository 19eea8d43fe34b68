import Hardware
import Testing

/// A right device file of three sites in a line, one coupler in both directions each, for tests to spoil.
enum SampleFile {
    static let text = """
        {
          "format": "kelvin-device",
          "version": 1,
          "units": {"time": "s", "frequency": "Hz", "angle": "rad"},
          "id": "line-3",
          "name": "Three sites \\"in a line\\"",
          "vendor": "Kelvin",
          "modality": "superconducting",
          "driver": "emulated",
          "source": {
            "text": "made up",
            "figures": [
              {"figure": "timing.feedbackLatency", "source": "assumed"}
            ]
          },
          "siteCount": 3,
          "coordinates": [
            [0, 0], [0, 1], [0, 2.5]
          ],
          "gates": [
            {"gate": "cz"},
            {"gate": "rz", "virtual": true},
            {"gate": "rzz", "angles": [[0, 1.5]]},
            {"gate": "sx"}
          ],
          "connectivity": [
            [0, 1], [1, 0], [1, 2], [2, 1]
          ],
          "timing": {"dt": 4e-09, "granularity": 1, "acquireAlignment": 2, "feedbackLatency": 6e-07, "repetitionDelay": 0.00025},
          "abilities": {"midCircuitMeasurement": true, "feedForward": true, "reset": true, "maxShots": 1000},
          "calibration": {
            "timestamp": "2025-02-26T20:26:08Z",
            "sites": [
              {"site": 0, "t1": 0.0001, "t2": 0.0003, "frequency": 4300000000, "readout": {"falseOne": 0.01, "falseZero": 0.02, "duration": 1.5e-06}, "reset": {"error": 0.01, "duration": 1.7e-06}},
              {"site": 1, "t1": 0.0002, "t2": 0.0001, "readout": {"falseOne": 0, "falseZero": 0.03, "duration": 1.5e-06}, "reset": {"duration": 1.7e-06}},
              {"site": 2, "t1": 0.0003, "readout": {"falseOne": 0.03, "falseZero": 0.05, "duration": 1.5e-06}, "operational": false}
            ],
            "gates": [
              {
                "gate": "cz",
                "figures": [
                  {"sites": [0, 1], "error": 0.004, "duration": 8e-08},
                  {"sites": [1, 0], "error": 0.004, "duration": 8e-08},
                  {"sites": [1, 2], "error": 1, "duration": 8e-08},
                  {"sites": [2, 1], "error": 1, "duration": 8e-08}
                ]
              },
              {
                "gate": "rzz",
                "figures": [
                  {"sites": [0, 1], "error": 0.005, "duration": 7.6e-08}
                ]
              },
              {
                "gate": "sx",
                "default": {"error": 0.0003, "duration": 3.2e-08},
                "figures": [
                  {"sites": [1], "error": 0.0002, "duration": 3.2e-08}
                ]
              }
            ]
          }
        }

        """

    static func read(replacing old: String, by new: String) throws -> DeviceFile {
        let spoiled = text.replacing(old, with: new)
        #expect(spoiled != text, "the test replaces nothing: \(old)")
        return try DeviceFile(text: spoiled, name: "line.json")
    }

    /// The error of a spoiled file; a recorded issue if it is accepted.
    static func fault(replacing old: String, by new: String) -> DeviceError? {
        do {
            _ = try read(replacing: old, by: new)
            Issue.record("accepted: \(new)")
            return nil
        } catch {
            return error as? DeviceError
        }
    }
}
