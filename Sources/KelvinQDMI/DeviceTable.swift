import Circuits
import Drivers
import Hardware

/// A device as QDMI asks for it: sites and operations with addresses that stay where they are.
///
/// Sendable unchecked for the pointers alone: nobody reads or writes what they point to, their addresses are the handles.
final class DeviceTable: @unchecked Sendable {
    let device: any Device
    let calibration: Calibration
    let description: DeviceDescription
    let operations: [Operation]
    /// Living couplings; nil where all sites are joined.
    let couplings: [Coupling]?
    // A handle is the address of an entry; its offset is the number of the site or the operation.
    private let siteHandles: UnsafeMutableBufferPointer<UInt8>
    private let operationHandles: UnsafeMutableBufferPointer<UInt8>

    /// One operation, and where it can be done.
    struct Operation {
        enum Kind { case gate(NativeGate), measure, reset }
        var kind: Kind
        var name: String
        var qubitCount: Int
        var parameterCount: Int
        /// Nil where it can be done anywhere.
        var places: [[Site]]?
    }

    /// Raw durations are picoseconds: whole numbers lose nothing that a calibration knows.
    static let durationUnit = "ns"
    static let durationScale = 0.001

    init(_ device: any Device) throws(DeviceError) {
        self.device = device
        let calibration = try device.calibration()
        let description = device.description
        self.calibration = calibration
        self.description = description
        let living = description.sites.filter { calibration.isOperational($0) }
        var operations: [Operation] = []
        var served: Set<Coupling> = []
        for native in description.nativeGates {
            var places: [[Site]]?
            switch native.gate.qubitCount {
            case 1:
                places = living.filter { site in
                    native.isVirtual || calibration.figures(for: native.gate, on: [site])?.isDead == false
                }.map { [$0] }
            case 2:
                guard case .couplings(let list) = description.connectivity else { break }
                let found = list.filter { coupling in
                    let sites = [coupling.first, coupling.second]
                    return sites.allSatisfy { calibration.isOperational($0) }
                        && calibration.figures(for: native.gate, on: sites)?.isDead == false
                }
                served.formUnion(found)
                places = found.map { [$0.first, $0.second] }
            default: continue
            }
            // A device of many like sites (a simulator) says it once.
            if description.connectivity == .all, calibration.gates.isEmpty, calibration.deadSites.isEmpty {
                places = nil
            }
            operations.append(
                Operation(
                    kind: .gate(native), name: native.gate.name, qubitCount: native.gate.qubitCount,
                    parameterCount: native.gate.parameterCount, places: places))
        }
        let isUniform = operations.allSatisfy { $0.places == nil }
        let anywhere = isUniform ? nil : living.map { [$0] }
        operations.append(
            Operation(kind: .measure, name: "measure", qubitCount: 1, parameterCount: 0, places: anywhere))
        if description.abilities.reset {
            operations.append(
                Operation(kind: .reset, name: "reset", qubitCount: 1, parameterCount: 0, places: anywhere))
        }
        self.operations = operations
        if case .couplings(let list) = description.connectivity {
            couplings = list.filter(served.contains)
        } else {
            couplings = nil
        }
        siteHandles = .allocate(capacity: max(1, description.siteCount))
        operationHandles = .allocate(capacity: max(1, operations.count))
        siteHandles.initialize(repeating: 0)
        operationHandles.initialize(repeating: 0)
    }

    deinit {
        siteHandles.deallocate()
        operationHandles.deallocate()
    }

    func handle(of site: Site) -> UInt { UInt(bitPattern: siteHandles.baseAddress! + site.index) }
    func handle(ofOperation number: Int) -> UInt { UInt(bitPattern: operationHandles.baseAddress! + number) }

    /// Nil for an address that is none of this device's.
    func site(_ handle: UnsafeRawPointer?) -> Site? {
        guard let handle else { return nil }
        let offset = UnsafeRawPointer(siteHandles.baseAddress!).distance(to: handle)
        return (0..<description.siteCount).contains(offset) ? Site(offset) : nil
    }

    func operation(_ handle: UnsafeRawPointer?) -> Operation? {
        guard let handle else { return nil }
        let offset = UnsafeRawPointer(operationHandles.baseAddress!).distance(to: handle)
        return operations.indices.contains(offset) ? operations[offset] : nil
    }

    static func raw(_ time: Seconds?) -> UInt64? {
        guard let value = time?.value, value >= 0, value < 1e6 else { return nil }
        return UInt64((value * 1e12).rounded())
    }

    /// Fidelity and raw duration of an operation on sites; nil where none is published or the place does not exist.
    func figures(of operation: Operation, on sites: [Site]) -> (fidelity: Double?, duration: UInt64?) {
        if let places = operation.places, !places.contains(sites) { return (nil, nil) }
        switch operation.kind {
        case .gate(let native):
            if native.isVirtual { return (1, 0) }
            guard let figures = calibration.figures(for: native.gate, on: sites) else { return (nil, nil) }
            return (1 - figures.error, Self.raw(figures.duration))
        case .measure:
            let readout = calibration.sites[sites[0].index].readout
            return (readout.map { 1 - $0.error }, Self.raw(readout?.duration))
        case .reset:
            let site = calibration.sites[sites[0].index]
            return (site.resetError.map { 1 - $0 }, Self.raw(site.resetDuration))
        }
    }
}
