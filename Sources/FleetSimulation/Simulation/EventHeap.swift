import Kernel

/// What will happen at a moment of virtual time.
struct FleetEvent {
    enum Kind: UInt8 {
        case partEnds
        /// A machine's next calibration is due.
        case calibrationDue
        /// Something of the calendar begins or ends.
        case tick
    }

    var time: Double
    /// Events of one moment happen in the order in which they were foreseen.
    var order: UInt64
    var kind: Kind
    var device: Int32
    var fence: Fence
    var job: JobID
    var seconds: Double

    @inline(__always)
    func precedes(_ other: FleetEvent) -> Bool { time != other.time ? time < other.time : order < other.order }
}

/// A binary heap, earliest first.
struct EventHeap {
    private var events: [FleetEvent] = []

    var isEmpty: Bool { events.isEmpty }
    var first: FleetEvent? { events.first }

    mutating func push(_ event: FleetEvent) {
        events.append(event)
        var place = events.count - 1
        while place > 0, event.precedes(events[(place - 1) / 2]) {
            events[place] = events[(place - 1) / 2]
            place = (place - 1) / 2
        }
        events[place] = event
    }

    mutating func pop() -> FleetEvent? {
        guard let first = events.first, let last = events.popLast() else { return nil }
        if events.isEmpty { return first }
        var place = 0
        while true {
            var child = 2 * place + 1
            guard child < events.count else { break }
            if child + 1 < events.count, events[child + 1].precedes(events[child]) { child += 1 }
            guard events[child].precedes(last) else { break }
            events[place] = events[child]
            place = child
        }
        events[place] = last
        return first
    }
}
