/// The numbers of QDMI 1.4, the Munich Quantum Device Management Interface (qdmi/constants.h).
package enum QDMI {
    package static let libraryVersion = "1.4.0"

    package enum Status {
        package static let success: Int32 = 0
        package static let notImplemented: Int32 = -3
        package static let notFound: Int32 = -5
        package static let outOfRange: Int32 = -6
        package static let invalidArgument: Int32 = -7
        package static let permissionDenied: Int32 = -8
        package static let notSupported: Int32 = -9
        package static let badState: Int32 = -10
        package static let timeout: Int32 = -11

        package static func name(_ code: Int32) -> String {
            let names: [Int32: String] = [
                1: "a warning", -1: "a fatal error", -2: "out of memory", -3: "not implemented",
                -4: "library not found", -5: "not found", -6: "out of range", -7: "invalid argument",
                -8: "permission denied", -9: "not supported", -10: "bad state", -11: "timeout",
            ]
            return names[code] ?? "status \(code)"
        }
    }

    package enum DeviceProperty {
        package static let name: Int32 = 0
        package static let version: Int32 = 1
        package static let status: Int32 = 2
        package static let libraryVersion: Int32 = 3
        package static let qubits: Int32 = 4
        package static let sites: Int32 = 5
        package static let operations: Int32 = 6
        package static let couplingMap: Int32 = 7
        package static let durationUnit: Int32 = 12
        package static let durationScale: Int32 = 13
        package static let programFormats: Int32 = 15
        package static let queueLength: Int32 = 17
        package static let id: Int32 = 18
    }

    package enum DeviceStatus {
        package static let offline: Int32 = 0
        package static let idle: Int32 = 1
        package static let busy: Int32 = 2
        package static let error: Int32 = 3
        package static let maintenance: Int32 = 4
        package static let calibration: Int32 = 5
    }

    package enum SiteProperty {
        package static let index: Int32 = 0
        package static let t1: Int32 = 1
        package static let t2: Int32 = 2
        package static let name: Int32 = 3
        package static let x: Int32 = 4
        package static let y: Int32 = 5
    }

    package enum OperationProperty {
        package static let name: Int32 = 0
        package static let qubits: Int32 = 1
        package static let parameters: Int32 = 2
        package static let duration: Int32 = 3
        package static let fidelity: Int32 = 4
        package static let sites: Int32 = 9
    }

    package enum ProgramFormat {
        package static let openQASM2: Int32 = 0
        package static let openQASM3: Int32 = 1
    }

    package enum JobStatus {
        package static let created: Int32 = 0
        package static let submitted: Int32 = 1
        package static let queued: Int32 = 2
        package static let running: Int32 = 3
        package static let done: Int32 = 4
        package static let cancelled: Int32 = 5
        package static let failed: Int32 = 6
    }

    package enum JobResult {
        package static let shots: Int32 = 0
        package static let histogramKeys: Int32 = 1
        package static let histogramValues: Int32 = 2
        package static let last: Int32 = 8
    }

    package enum JobProperty {
        package static let id: Int32 = 0
        package static let programFormat: Int32 = 1
        package static let shots: Int32 = 3
        package static let queuePosition: Int32 = 4
        package static let programs: Int32 = 5
    }

    package static let shotsParameter: Int32 = 2
    package static let firstCustom: Int32 = 999_999_995
    package static let lastCustom: Int32 = 999_999_999

    /// Session parameters under the names that manifests use.
    package static let sessionParameters: [(name: String, number: Int32)] = [
        ("base-url", 0), ("token", 1), ("auth-file", 2), ("auth-url", 3), ("username", 4), ("password", 5),
        ("custom1", firstCustom), ("custom2", firstCustom + 1), ("custom3", firstCustom + 2),
        ("custom4", firstCustom + 3), ("custom5", firstCustom + 4),
    ]
}
