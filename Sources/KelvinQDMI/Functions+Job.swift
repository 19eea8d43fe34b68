import Circuits
import Drivers

// The device interface of QDMI 1.4 (qdmi/device.h) under the prefix KELVIN: jobs.

@_cdecl("KELVIN_QDMI_device_session_create_device_job")
public func createJob(_ session: Handle?, _ job: UnsafeMutablePointer<Handle?>?) -> Int32 {
    guard let session = object(session, as: DeviceSession.self), let job else { return QDMI.Status.invalidArgument }
    guard let table = session.table else { return QDMI.Status.badState }
    job.pointee = Unmanaged.passRetained(DeviceJob(table)).toOpaque()
    return QDMI.Status.success
}

/// Jobs live in the process that made them: there is nothing to find by a name.
@_cdecl("KELVIN_QDMI_device_session_retrieve_device_job_by_id")
public func retrieveJob(
    _ session: Handle?, _ id: UnsafePointer<CChar>?, _ job: UnsafeMutablePointer<Handle?>?
) -> Int32 {
    guard let session = object(session, as: DeviceSession.self), let id, id[0] != 0, job != nil else {
        return QDMI.Status.invalidArgument
    }
    return session.table == nil ? QDMI.Status.badState : QDMI.Status.notSupported
}

@_cdecl("KELVIN_QDMI_device_job_free")
public func freeJob(_ job: Handle?) {
    guard let job else { return }
    let owned = Unmanaged<DeviceJob>.fromOpaque(job)
    _ = owned.takeUnretainedValue().cancel()
    owned.release()
}

@_cdecl("KELVIN_QDMI_device_job_set_parameter")
public func jobSetParameter(_ job: Handle?, _ parameter: Int32, _ size: Int, _ value: UnsafeRawPointer?) -> Int32 {
    guard let job = object(job, as: DeviceJob.self) else { return QDMI.Status.invalidArgument }
    guard let value else { return job.set(parameter, nil) }
    guard size == 8 else { return QDMI.Status.invalidArgument }
    return job.set(parameter, value.loadUnaligned(as: UInt64.self))
}

@_cdecl("KELVIN_QDMI_device_job_set_programs")
public func jobSetPrograms(
    _ job: Handle?, _ format: Int32, _ count: Int, _ sizes: UnsafePointer<Int>?,
    _ programs: UnsafePointer<UnsafeRawPointer?>?
) -> Int32 {
    guard let job = object(job, as: DeviceJob.self), count > 0 else { return QDMI.Status.invalidArgument }
    switch format {
    case QDMI.ProgramFormat.openQASM2, QDMI.ProgramFormat.openQASM3: break
    case 2...9, QDMI.firstCustom...QDMI.lastCustom: return QDMI.Status.notSupported
    default: return QDMI.Status.invalidArgument
    }
    guard let programs else { return QDMI.Status.success }
    guard let sizes else { return QDMI.Status.invalidArgument }
    var texts: [[UInt8]] = []
    for k in 0..<count {
        guard let program = programs[k], sizes[k] > 0 else { return QDMI.Status.invalidArgument }
        var bytes = Array(UnsafeRawBufferPointer(start: program, count: sizes[k]))
        // Exactly one NUL, at the end.
        guard bytes.firstIndex(of: 0) == bytes.count - 1 else { return QDMI.Status.invalidArgument }
        bytes.removeLast()
        texts.append(bytes)
    }
    return job.set(programs: texts, format: format)
}

@_cdecl("KELVIN_QDMI_device_job_get_program")
public func jobGetProgram(
    _ job: Handle?, _ index: Int, _ size: Int, _ data: UnsafeMutableRawPointer?, _ written: UnsafeMutablePointer<Int>?
) -> Int32 {
    guard let job = object(job, as: DeviceJob.self) else { return QDMI.Status.invalidArgument }
    guard job.programCount > 0 else { return QDMI.Status.badState }
    guard let program = job.program(index) else { return QDMI.Status.outOfRange }
    return Answer(size: size, value: data, written: written).give(program + [0])
}

@_cdecl("KELVIN_QDMI_device_job_get_program_status")
public func jobGetProgramStatus(_ job: Handle?, _ index: Int, _ status: UnsafeMutablePointer<Int32>?) -> Int32 {
    guard let job = object(job, as: DeviceJob.self), let status else { return QDMI.Status.invalidArgument }
    guard job.programCount > 0 else { return QDMI.Status.badState }
    guard let own = job.status(of: index) else { return QDMI.Status.outOfRange }
    status.pointee = own
    return QDMI.Status.success
}

@_cdecl("KELVIN_QDMI_device_job_query_property")
public func jobQueryProperty(
    _ job: Handle?, _ property: Int32, _ size: Int, _ value: UnsafeMutableRawPointer?,
    _ written: UnsafeMutablePointer<Int>?
) -> Int32 {
    guard let job = object(job, as: DeviceJob.self) else { return QDMI.Status.invalidArgument }
    let answer = Answer(size: size, value: value, written: written)
    switch property {
    case QDMI.JobProperty.id: return answer.give(job.id)
    case QDMI.JobProperty.programFormat: return job.format.map { answer.give($0) } ?? QDMI.Status.badState
    case QDMI.JobProperty.shots: return answer.give(job.shots)
    case QDMI.JobProperty.programs:
        return job.programCount > 0 ? answer.give(job.programCount) : QDMI.Status.badState
    case QDMI.JobProperty.queuePosition, 2, QDMI.firstCustom...QDMI.lastCustom: return QDMI.Status.notSupported
    default: return QDMI.Status.invalidArgument
    }
}

@_cdecl("KELVIN_QDMI_device_job_submit")
public func jobSubmit(_ job: Handle?) -> Int32 {
    object(job, as: DeviceJob.self)?.submit() ?? QDMI.Status.invalidArgument
}

@_cdecl("KELVIN_QDMI_device_job_cancel")
public func jobCancel(_ job: Handle?) -> Int32 {
    object(job, as: DeviceJob.self)?.cancel() ?? QDMI.Status.invalidArgument
}

@_cdecl("KELVIN_QDMI_device_job_check")
public func jobCheck(_ job: Handle?, _ status: UnsafeMutablePointer<Int32>?) -> Int32 {
    guard let job = object(job, as: DeviceJob.self), let status else { return QDMI.Status.invalidArgument }
    status.pointee = job.status
    return QDMI.Status.success
}

@_cdecl("KELVIN_QDMI_device_job_wait")
public func jobWait(_ job: Handle?, _ seconds: Int) -> Int32 {
    object(job, as: DeviceJob.self)?.wait(seconds) ?? QDMI.Status.invalidArgument
}

@_cdecl("KELVIN_QDMI_device_job_get_results")
public func jobGetResults(
    _ job: Handle?, _ index: Int, _ kind: Int32, _ size: Int, _ value: UnsafeMutableRawPointer?,
    _ written: UnsafeMutablePointer<Int>?
) -> Int32 {
    guard let job = object(job, as: DeviceJob.self) else { return QDMI.Status.invalidArgument }
    guard job.status >= QDMI.JobStatus.done else { return QDMI.Status.badState }
    guard (0..<job.programCount).contains(index) else { return QDMI.Status.outOfRange }
    guard let shots = job.result(index) else { return QDMI.Status.badState }
    let answer = Answer(size: size, value: value, written: written)
    switch kind {
    case QDMI.JobResult.shots: return answer.give(shots.map(\.description).joined(separator: ","))
    case QDMI.JobResult.histogramKeys:
        return answer.give(histogram(shots).map { "\($0.bits)" }.joined(separator: ","))
    case QDMI.JobResult.histogramValues: return answer.give(histogram(shots).map(\.count))
    case 3...QDMI.JobResult.last, QDMI.firstCustom...QDMI.lastCustom: return QDMI.Status.notSupported
    default: return QDMI.Status.invalidArgument
    }
}

/// In the order of the outcomes.
private func histogram(_ shots: [BitString]) -> [(bits: BitString, count: Int)] {
    var counts: [BitString: Int] = [:]
    for shot in shots { counts[shot, default: 0] += 1 }
    return counts.map { (bits: $0.key, count: $0.value) }.sorted { $0.bits < $1.bits }
}
