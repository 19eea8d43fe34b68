import Circuits
import Drivers
import Hardware
import Kernel
import Logging
import Storage

/// A machine as doors show it: what it is, how well it works now, whether it takes jobs.
struct OfferedMachine: Sendable {
    let description: DeviceDescription
    let calibration: Calibration
    let status: DeviceStatus

    var id: String { description.id }

    /// Whether a job sent now is worked on, sooner or later.
    var takesJobs: Bool {
        switch status {
        case .online, .busy, .calibrating: true
        case .maintenance, .error, .offline: false
        }
    }

    var isSimulator: Bool { description.modality == .simulator }

    /// In words, with the word that people must not miss.
    var summary: String {
        let name = description.isEmulated && !isSimulator ? "\(description.name), emulated" : description.name
        return description.vendor.isEmpty || description.vendor == description.name
            ? name : "\(name) (\(description.vendor))"
    }

    /// Pairs of sites on which some two-qubit gate works, each once, the smaller site first.
    var couplings: [(Int, Int)] {
        switch description.connectivity {
        case .all:
            let sites = (0..<description.siteCount).filter(isOperational)
            return sites.indices.flatMap { k in sites[(k + 1)...].map { (sites[k], $0) } }
        case .couplings(let couplings):
            var seen: Set<[Int]> = [], result: [(Int, Int)] = []
            for coupling in couplings where isOperational(coupling.first.index) && isOperational(coupling.second.index)
            {
                let pair = [coupling.first.index, coupling.second.index].sorted()
                if seen.insert(pair).inserted { result.append((pair[0], pair[1])) }
            }
            return result.sorted { $0 < $1 }
        }
    }

    func isOperational(_ site: Int) -> Bool {
        site >= calibration.sites.count || calibration.isOperational(Site(site))
    }
}

extension Call {
    /// A machine of the service by its name.
    func offered(_ name: String) throws -> OfferedMachine {
        guard service.machines.has(name) else {
            throw Problem(.unknownDevice, "there is no device '\(name.clipped)'")
        }
        do throws(DeviceError) {
            let device = try service.machines.device(name)
            return OfferedMachine(
                description: device.description, calibration: try device.calibration(), status: device.status())
        } catch { throw KernelError(error) }
    }

    /// All machines of the service; one whose file cannot be read hides no other.
    func offered() -> [OfferedMachine] {
        service.machines.names.compactMap { name in
            do { return try offered(name) } catch {
                service.log.warning("device", metadata: ["device": "\(name)", "error": "\(error)"])
                return nil
            }
        }
    }

    /// Jobs that wait for a machine or are on it, at most 200.
    func queueLength(of machine: String) throws -> Int {
        let filter = JobFilter(
            states: [.created, .validated, .queued, .compiling, .running, .mitigating], device: machine, limit: 200)
        return try service.storage.snapshot { store throws(KernelError) in try store.summaries(filter).count }
    }
}
