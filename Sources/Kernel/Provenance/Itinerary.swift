import Hardware

/// Where and under what a job ran, beside what its result tells: what is needed to run it again as it ran.
public struct Itinerary: Hashable, Sendable, Codable {
    public static let format = "kelvin-itinerary/1"

    public var format = Self.format
    /// What the job ran at one place under one calibration, one after the other.
    public var stays: [Stay]
    /// The longest batch of shots that the rules allowed, seconds of machine time.
    public var batchSeconds: Double
    /// Whether a session had measured or compiled something before.
    public var isOfSession: Bool
    public var shots: ShotFile

    public struct Stay: Hashable, Sendable, Codable {
        public var machine: String
        /// Nil for all of them.
        public var sites: [Int]?
        public var calibration: String
        /// Parts that ran.
        public var parts: Int
        /// Whether nobody else was on the machine.
        public var isAlone: Bool
        /// What earlier jobs of its session had measured of the readout, so that it did not; nil for nothing.
        public var readouts: [MeasuredReadout]?
    }
}

extension JobWork {
    func itinerary(batchSeconds: Double, shots: ShotFile) -> Itinerary {
        Itinerary(
            stays: segments.filter { $0.finished > 0 }.map { segment in
                Itinerary.Stay(
                    machine: segment.station.machine, sites: segment.station.region?.map(\.index),
                    calibration: segment.calibration.id, parts: segment.finished,
                    isAlone: segment.isolation?.isAlone ?? true,
                    readouts: segment.knownReadouts.isEmpty ? nil : segment.foundReadouts)
            }, batchSeconds: batchSeconds, isOfSession: warmth != nil, shots: shots)
    }
}

/// What is written of a job that ended well.
struct KeptResult: Sendable {
    private let result: [UInt8]
    private let itinerary: [UInt8]
    private let shots: [[UInt8]]

    init(_ result: JobResult, _ work: JobWork, batchSeconds: Double) {
        let (file, pieces) = work.packedShots()
        self.result = DocumentCoding.encode(ResultDocument(result))
        itinerary = DocumentCoding.encode(work.itinerary(batchSeconds: batchSeconds, shots: file))
        shots = pieces
    }

    func write(of job: JobID, to transaction: any StorageTransaction) throws(KernelError) {
        try transaction.setDocument(.result, of: job, number: 0, result)
        try transaction.setDocument(.itinerary, of: job, number: 0, itinerary)
        for (number, piece) in shots.enumerated() {
            try transaction.setDocument(.shots, of: job, number: number, piece)
        }
    }
}
