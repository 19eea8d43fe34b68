import Circuits

/// A machine in the form of a vendor: what other people's tools read.
public struct DeviceExport: Sendable {
    public enum Format: String, Sendable, CaseIterable {
        /// IBM's backend configuration and backend properties.
        case ibm
        /// Amazon Braket's device capabilities.
        case braket
    }

    public struct Document: Sendable {
        public var fileName: String
        public var text: String

        public init(fileName: String, text: String) {
            self.fileName = fileName
            self.text = text
        }

        /// Writes the file whole or not at all.
        ///
        /// - Throws: `DeviceError.failed` with the system's reason.
        public func write(to path: String) throws(DeviceError) {
            if let reason = FileBytes.write(Array(text.utf8), to: path) {
                throw DeviceError(.failed, "\(path) was not written: \(reason)", cure: "check the directory")
            }
        }
    }

    public var documents: [Document]
    /// What the form has no place for.
    public var warnings: [String]

    public init(_ file: DeviceFile, format: Format) throws(DeviceError) {
        switch format {
        case .ibm: self = try IBMExporter(file).export()
        case .braket: self = try BraketExporter(file).export()
        }
    }

    init(documents: [Document], warnings: [String]) {
        self.documents = documents
        self.warnings = warnings
    }

    /// All figures place by place; forms of vendors know no defaults, and no "all".
    static func placed(_ file: DeviceFile) throws(DeviceError) -> (calibration: Calibration, couplings: [Coupling]) {
        let count = file.description.siteCount
        switch file.description.connectivity {
        case .couplings(let list): return (file.calibration.expandingDefaults(over: file.description), list)
        case .all:
            guard count <= 256 else {
                throw DeviceError(
                    .unsupported, "\(file.description.id) joins all of \(count) sites; the form lists each pair",
                    cure: "export a machine of at most 256 sites")
            }
            let pairs = (0..<count).flatMap { a in
                (0..<count).filter { $0 != a }.map { Coupling(Site(a), Site($0)) }
            }
            return (file.calibration.expandingDefaults(over: file.description).placingDefaults(on: pairs), pairs)
        }
    }
}

extension Calibration {
    /// With the figures of gates on two sites that hold everywhere, pair by pair.
    fileprivate func placingDefaults(on pairs: [Coupling]) -> Calibration {
        let standards = defaults.filter { $0.gate.qubitCount == 2 }
        if standards.isEmpty { return self }
        var entries = gates
        for standard in standards {
            let own = Set(gates.lazy.filter { $0.gate == standard.gate }.map(\.sites))
            for pair in pairs where !own.contains([pair.first, pair.second]) {
                entries.append(standard.placed(on: [pair.first, pair.second]))
            }
        }
        return Calibration(
            id: id, timestamp: timestamp, sites: sites, gates: entries, defaults: defaults, globals: globals,
            environment: environment)
    }
}
