package import Hardware
package import Kernel

extension ServiceClient {
    package func devices() throws(KernelError) -> [DeviceDocument] { try get("/v1/devices") }

    /// The device's file, with the calibration that is in force, or was at a time, or has an id.
    package func deviceFile(_ device: String, at: String?) throws(KernelError) -> DeviceFile {
        let text = String(
            decoding: try bytes("/v1/devices/\(Self.segment(device))/calibration", at.map { [("at", $0)] } ?? []),
            as: UTF8.self)
        do throws(DeviceError) {
            return try DeviceFile(text: text, name: "the service's description of \(device)")
        } catch {
            throw KernelError(error)
        }
    }

    package func fleet() throws(KernelError) -> [MachineDocument] { try get("/v1/fleet") }

    /// Lets a machine take no new jobs.
    package func drain(_ device: String, reason: String) throws(KernelError) {
        let _: MachineStatus = try change(
            "POST", "/v1/devices/\(Self.segment(device))/drain", body: DrainRequest(reason: reason))
    }

    /// Lets a drained machine take jobs again.
    package func resume(_ device: String) throws(KernelError) {
        let _: MachineStatus = try change("POST", "/v1/devices/\(Self.segment(device))/resume")
    }

    /// Keeps a machine for a project, and gives what is kept next.
    package func reserve(
        _ device: String, _ wanted: ReservationDocument
    ) throws(KernelError) -> ReservationDocument {
        try change("POST", "/v1/devices/\(Self.segment(device))/reservations", body: wanted)
    }

    /// Gives up every reservation of a machine by a project; how many there were.
    package func endReservations(_ device: String, of project: String) throws(KernelError) -> Int {
        let (organisation, name) = try halves(project)
        let ended: EndedReservations = try change(
            "DELETE", "/v1/devices/\(Self.segment(device))/reservations/\(organisation)/\(name)")
        return ended.ended
    }

    private struct EndedReservations: Decodable { var ended: Int }
    private struct DrainRequest: Encodable { var reason: String }
    private struct MachineStatus: Decodable { var status: String }
}
