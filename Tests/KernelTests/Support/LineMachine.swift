import Hardware

/// A made-up machine of sites in a line.
///
/// - Parameters:
///   - errors: of the readout of each site, either way.
///   - zz: crosstalk of neighbours, hertz.
///   - reset: what a reset leaves, where the machine has one.
func lineMachine(_ errors: [Double], zz: Double = 0, reset: Double? = nil) throws -> DeviceFile {
    let cleared = reset.map { #","reset":{"error":\#($0),"duration":1e-6}"# } ?? ""
    let rows = errors.enumerated().map { k, error in
        #"{"site":\#(k),"t1":1e-3,"t2":1e-3,"readout":{"falseOne":\#(error),"falseZero":\#(error),"duration":1e-6}\#(cleared)}"#
    }
    let figures = (1..<errors.count).map { #"{"sites":[\#($0 - 1),\#($0)],"error":0.001,"duration":1e-7}"# }
    let pairs = (1..<errors.count).map { "[\($0 - 1),\($0)]" }
    return try DeviceFile(
        text: #"""
            {"format":"kelvin-device","version":2,"units":{"time":"s","frequency":"Hz","angle":"rad"},"id":"line",
            "name":"line","vendor":"nobody","modality":"superconducting","driver":"emulated","source":{"text":"made up"},
            "siteCount":\#(errors.count),"gates":[{"gate":"cz"},{"gate":"sx"},{"gate":"rz","virtual":true}],
            "connectivity":[\#(pairs.joined(separator: ","))],"timing":{"dt":0,"repetitionDelay":1e-3},
            "abilities":{"midCircuitMeasurement":true,"feedForward":true,"reset":\#(reset != nil),"maxShots":100000},
            "calibration":{"timestamp":"2025-01-01T00:00:00Z","sites":[\#(rows.joined(separator: ","))],
            "environment":{"crosstalk":{"default":{"zz":\#(zz)}}},
            "gates":[{"gate":"cz","figures":[\#(figures.joined(separator: ","))]},
            {"gate":"sx","default":{"error":0.0001,"duration":1e-8}}]}}
            """#, name: "line")
}
