import Drivers
import Hardware

// The device interface of QDMI 1.4 (qdmi/device.h) under the prefix KELVIN: sessions and queries. Handles are retained
// objects of this library; null handles are refused, others are believed.

public typealias Handle = UnsafeMutableRawPointer

func object<T: AnyObject>(_ handle: Handle?, as type: T.Type) -> T? {
    handle.map { Unmanaged<T>.fromOpaque($0).takeUnretainedValue() }
}

@_cdecl("KELVIN_QDMI_device_initialize")
public func deviceInitialize() -> Int32 { QDMI.Status.success }

@_cdecl("KELVIN_QDMI_device_finalize")
public func deviceFinalize() -> Int32 { QDMI.Status.success }

@_cdecl("KELVIN_QDMI_device_session_alloc")
public func sessionAllocate(_ session: UnsafeMutablePointer<Handle?>?) -> Int32 {
    guard let session else { return QDMI.Status.invalidArgument }
    session.pointee = Unmanaged.passRetained(DeviceSession()).toOpaque()
    return QDMI.Status.success
}

@_cdecl("KELVIN_QDMI_device_session_init")
public func sessionInitialize(_ session: Handle?) -> Int32 {
    object(session, as: DeviceSession.self)?.open() ?? QDMI.Status.invalidArgument
}

@_cdecl("KELVIN_QDMI_device_session_free")
public func sessionFree(_ session: Handle?) {
    if let session { Unmanaged<DeviceSession>.fromOpaque(session).release() }
}

@_cdecl("KELVIN_QDMI_device_session_set_parameter")
public func sessionSetParameter(
    _ session: Handle?, _ parameter: Int32, _ size: Int, _ value: UnsafeRawPointer?
) -> Int32 {
    guard let session = object(session, as: DeviceSession.self) else { return QDMI.Status.invalidArgument }
    guard let value else { return session.set(parameter, nil) }
    guard size > 0, size <= 1 << 20 else { return QDMI.Status.invalidArgument }
    var bytes = Array(UnsafeRawBufferPointer(start: value, count: size))
    if bytes.last == 0 { bytes.removeLast() }
    guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
        return QDMI.Status.invalidArgument
    }
    return session.set(parameter, text)
}

@_cdecl("KELVIN_QDMI_device_session_query_device_property")
public func queryDevice(
    _ session: Handle?, _ property: Int32, _ size: Int, _ value: UnsafeMutableRawPointer?,
    _ written: UnsafeMutablePointer<Int>?
) -> Int32 {
    guard let session = object(session, as: DeviceSession.self) else { return QDMI.Status.invalidArgument }
    guard let table = session.table else { return QDMI.Status.badState }
    let answer = Answer(size: size, value: value, written: written)
    switch property {
    case QDMI.DeviceProperty.name: return answer.give(table.description.name)
    case QDMI.DeviceProperty.id: return answer.give(table.description.id)
    case QDMI.DeviceProperty.version: return answer.give(table.calibration.id)
    case QDMI.DeviceProperty.libraryVersion: return answer.give(QDMI.libraryVersion)
    case QDMI.DeviceProperty.status: return answer.give(table.status)
    case QDMI.DeviceProperty.qubits: return answer.give(table.description.siteCount)
    case QDMI.DeviceProperty.sites: return answer.give(table.description.sites.map { table.handle(of: $0) })
    case QDMI.DeviceProperty.operations:
        return answer.give(table.operations.indices.map { table.handle(ofOperation: $0) })
    case QDMI.DeviceProperty.couplingMap:
        guard let couplings = table.couplings else { return QDMI.Status.notSupported }
        return answer.give(couplings.flatMap { [table.handle(of: $0.first), table.handle(of: $0.second)] })
    case QDMI.DeviceProperty.durationUnit: return answer.give(DeviceTable.durationUnit)
    case QDMI.DeviceProperty.durationScale: return answer.give(DeviceTable.durationScale)
    case QDMI.DeviceProperty.programFormats:
        return answer.give([QDMI.ProgramFormat.openQASM2, QDMI.ProgramFormat.openQASM3])
    case 0...18, QDMI.firstCustom...QDMI.lastCustom: return QDMI.Status.notSupported
    default: return QDMI.Status.invalidArgument
    }
}

extension DeviceTable {
    fileprivate var status: Int32 {
        switch device.status() {
        case .online: QDMI.DeviceStatus.idle
        case .busy: QDMI.DeviceStatus.busy
        case .calibrating: QDMI.DeviceStatus.calibration
        case .maintenance: QDMI.DeviceStatus.maintenance
        default: QDMI.DeviceStatus.offline
        }
    }
}

@_cdecl("KELVIN_QDMI_device_session_query_site_property")
public func querySite(
    _ session: Handle?, _ site: Handle?, _ property: Int32, _ size: Int, _ value: UnsafeMutableRawPointer?,
    _ written: UnsafeMutablePointer<Int>?
) -> Int32 {
    guard let session = object(session, as: DeviceSession.self) else { return QDMI.Status.invalidArgument }
    guard let table = session.table else { return QDMI.Status.badState }
    guard let site = table.site(site) else { return QDMI.Status.invalidArgument }
    let answer = Answer(size: size, value: value, written: written)
    let figures = table.calibration.sites[site.index]
    let coordinates = table.description.coordinates
    switch property {
    case QDMI.SiteProperty.index: return answer.give(site.index)
    case QDMI.SiteProperty.t1: return answer.give(DeviceTable.raw(figures.t1))
    case QDMI.SiteProperty.t2: return answer.give(DeviceTable.raw(figures.t2))
    case QDMI.SiteProperty.name: return answer.give("site \(site.index)")
    case QDMI.SiteProperty.x where !coordinates.isEmpty: return answer.give(Int64(coordinates[site.index].column))
    case QDMI.SiteProperty.y where !coordinates.isEmpty: return answer.give(Int64(coordinates[site.index].row))
    case 0...12, QDMI.firstCustom...QDMI.lastCustom: return QDMI.Status.notSupported
    default: return QDMI.Status.invalidArgument
    }
}

@_cdecl("KELVIN_QDMI_device_session_query_operation_property")
public func queryOperation(
    _ session: Handle?, _ operation: Handle?, _ siteCount: Int, _ sites: UnsafePointer<Handle?>?,
    _ parameterCount: Int, _ parameters: UnsafePointer<Double>?, _ property: Int32, _ size: Int,
    _ value: UnsafeMutableRawPointer?, _ written: UnsafeMutablePointer<Int>?
) -> Int32 {
    guard let session = object(session, as: DeviceSession.self) else { return QDMI.Status.invalidArgument }
    guard let table = session.table else { return QDMI.Status.badState }
    guard let operation = table.operation(operation) else { return QDMI.Status.invalidArgument }
    let answer = Answer(size: size, value: value, written: written)
    switch property {
    case QDMI.OperationProperty.name: return answer.give(operation.name)
    case QDMI.OperationProperty.qubits: return answer.give(operation.qubitCount)
    case QDMI.OperationProperty.parameters: return answer.give(operation.parameterCount)
    case QDMI.OperationProperty.sites:
        guard let places = operation.places else { return QDMI.Status.notSupported }
        return answer.give(places.flatMap { $0.map { table.handle(of: $0) } })
    case QDMI.OperationProperty.fidelity, QDMI.OperationProperty.duration:
        guard let sites else { return QDMI.Status.notSupported }
        let places = (0..<max(0, siteCount)).compactMap { table.site(sites[$0]) }
        guard places.count == siteCount, siteCount == operation.qubitCount else { return QDMI.Status.invalidArgument }
        let figures = table.figures(of: operation, on: places)
        return property == QDMI.OperationProperty.fidelity
            ? answer.give(figures.fidelity) : answer.give(figures.duration)
    case 0...10, QDMI.firstCustom...QDMI.lastCustom: return QDMI.Status.notSupported
    default: return QDMI.Status.invalidArgument
    }
}
