import Circuits
public import Drivers
import Hardware

/// A job run again as it ran: the same programs, seeds, places and calibrations, on emulated machines.
public struct Replay: Sendable {
    /// What differs from the result in the bundle, by its place in the document: empty where all is equal, bit by bit.
    public var differences: [String]
    /// What the reader must know to judge differences.
    public var notes: [String]
    public var result: ResultDocument

    public var isEqual: Bool { differences.isEmpty }

    /// Runs the job of a bundle again.
    ///
    /// Where the catalogue still has a machine under the calibration that the job ran under, that very machine runs it, with
    /// the drift that lies behind its records; else a machine that is exactly what the bundle's calibration says.
    ///
    /// - Throws: `replay.machine` for a job of a machine that is not emulated; what running it throws.
    public init(_ bundle: ResultBundle, on catalog: DeviceCatalog) async throws(KernelError) {
        let submission: SubmissionDocument = try bundle.document("request.json")
        let route: Itinerary = try bundle.document("itinerary.json")
        var before: ResultDocument = try bundle.document("result.json")
        var notes: [String] = [], forged: [String] = []
        var fleet = ReplayFleet(devices: [:])
        for (place, calibration) in route.calibrations.enumerated() {
            guard let bytes = bundle.part("devices/\(place).json") else {
                throw ResultBundle.damaged("devices/\(place).json is missing")
            }
            for stay in route.stays where stay.calibration == calibration {
                let text = String(decoding: bytes, as: UTF8.self)
                let machine = try Self.machine(stay.machine, text, "devices/\(place).json", calibration, catalog)
                fleet.devices[stay.machine, default: [:]][calibration] = machine.device
                if let note = machine.note, !notes.contains(note) { notes.append(note) }
                if machine.isForged {
                    forged.append("devices/\(place).json: not the record that \(stay.machine) had as \(calibration)")
                }
            }
        }
        if route.stays.contains(where: { !$0.isAlone }) {
            notes.append("the job ran beside other programs, which are not part of the bundle; it ran alone now")
        }
        var request = try submission.request()
        request.devices = route.stays.map(\.machine).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
        guard !request.devices.isEmpty else { throw ResultBundle.damaged("itinerary.json names no machine") }
        let again = try await Self.run(request, along: route, on: fleet)
        result = ResultDocument(again, includesTiming: false)
        (before.timing, before.isolation, result.isolation) = (nil, nil, nil)
        // Said when the machine was calibrated meanwhile, which it is not now.
        if before.notes.contains(JobWork.recalibrationNote) { result.notes.insert(JobWork.recalibrationNote, at: 0) }
        (before.notes, result.notes) = (before.notes.sorted(), result.notes.sorted())
        differences = try forged + DocumentTree.differences(between: before, and: result)
        self.notes = notes
    }

    /// - Parameters:
    ///   - text: the record in the bundle.
    ///   - part: what it is called there.
    private static func machine(
        _ machine: String, _ text: String, _ part: String, _ calibration: String, _ catalog: DeviceCatalog
    ) throws(KernelError) -> (device: any Device, note: String?, isForged: Bool) {
        // A name from a file opens nothing but what the catalogue lists.
        let isListed = catalog.entries.contains { $0.id == machine }
        let known = isListed ? try? catalog.device(machine) : nil
        let now = try? known?.calibration()
        if let known, let now, now.id == calibration, known.description.isEmulated {
            return (known, nil, DeviceFile(description: known.description, calibration: now).text != text)
        }
        let file: DeviceFile
        do throws(DeviceError) { file = try DeviceFile(text: text, name: part) } catch { throw KernelError(error) }
        guard file.description.isEmulated else {
            throw KernelError(
                .program, code: "replay.machine", "\(machine) is a real machine: what it did once it does not do again",
                cure: "replay jobs of emulated machines; submit the request again to see what the machine gives now")
        }
        let note =
            if let now {
                "\(machine) works under \(now.id) now; it ran under \(calibration) of the bundle, without drift behind it"
            } else {
                "\(machine) is not in the catalogue; it ran as the bundle describes it"
            }
        return (EmulatedDevice(file), note, file.calibration.id != calibration)
    }

    private static func run(
        _ request: JobRequest, along route: Itinerary, on fleet: ReplayFleet
    ) async throws(KernelError) -> JobResult {
        let clock = WallClock()
        let context = JobContext(
            id: JobID(0), machines: MachinePark(fleet, clock: clock, gatherSeconds: 0, guardDistance: 0), clock: clock,
            batchSeconds: route.batchSeconds, report: { _, _ in })
        var work = JobWork()
        if route.isOfSession { work.warmth = SessionWarmth() }
        _ = try work.validate(request, in: context)
        for stay in route.stays {
            guard let device = fleet.devices[stay.machine]?[stay.calibration] else {
                throw ResultBundle.damaged("the calibration \(stay.calibration) is missing")
            }
            let calibration: Calibration
            do { calibration = try device.calibration() } catch { throw KernelError(error) }
            let sites = stay.sites ?? []
            guard stay.parts > 0, Set(sites).count == sites.count,
                sites.allSatisfy({ device.description.sites.indices.contains($0) }), stay.sites != []
            else { throw ResultBundle.damaged("itinerary.json names sites that \(stay.machine) does not have") }
            let found = stay.readouts ?? []
            guard found.allSatisfy({ $0.isSound(siteCount: device.description.siteCount) }) else {
                throw ResultBundle.damaged("itinerary.json tells of a readout that \(stay.machine) cannot have given")
            }
            let station = Station(machine: stay.machine, region: stay.sites?.map { Site($0) })
            try work.compile(request, at: station, of: device, for: calibration, finding: found, in: context)
            for _ in 0..<stay.parts {
                guard let segment = work.segments.last, segment.finished < segment.tasks.count else {
                    throw ResultBundle.damaged("itinerary.json tells of more parts than the job has")
                }
                _ = try await work.runPart(request, in: context)
            }
        }
        guard let last = work.segments.last, last.finished == last.tasks.count else {
            throw ResultBundle.damaged("itinerary.json tells of fewer parts than the job has")
        }
        try work.mitigate(request, in: context)
        return work.result(of: JobID(0), request, deliveredAt: clock.now)
    }
}

/// The machines of a replay. A job that stayed under several calibrations has several of one name.
private struct ReplayFleet: DeviceProvider {
    /// By name and calibration.
    var devices: [String: [String: any Device]]

    func device(_ id: String) throws(DeviceError) -> any Device {
        guard let versions = devices[id], let name = versions.keys.min(), let device = versions[name] else {
            throw DeviceError(.unavailable, "the bundle has no machine \"\(id)\"", cure: "take an undamaged copy")
        }
        return device
    }
}
