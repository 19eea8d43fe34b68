/// What is to happen in virtual time, earliest first; events of one moment in the order in which they were foreseen.
package struct EventHeap<Event> {
    @usableFromInline
    package struct Entry {
        @usableFromInline let time: Double
        @usableFromInline let order: UInt64
        @usableFromInline let event: Event

        @usableFromInline
        init(time: Double, order: UInt64, event: Event) {
            (self.time, self.order, self.event) = (time, order, event)
        }

        @inlinable
        func precedes(_ other: Entry) -> Bool { time != other.time ? time < other.time : order < other.order }
    }

    @usableFromInline var entries: [Entry] = []
    @usableFromInline var pushed: UInt64 = 0

    package init() {}

    @inlinable
    package var isEmpty: Bool { entries.isEmpty }

    /// When the first of them happens; infinity where there is none.
    @inlinable
    package var nextTime: Double { entries.first?.time ?? .infinity }

    @inlinable
    package mutating func push(_ event: Event, at time: Double) {
        pushed &+= 1
        let entry = Entry(time: time, order: pushed, event: event)
        entries.append(entry)
        var place = entries.count - 1
        while place > 0, entry.precedes(entries[(place - 1) / 2]) {
            entries[place] = entries[(place - 1) / 2]
            place = (place - 1) / 2
        }
        entries[place] = entry
    }

    @inlinable
    package mutating func pop() -> (time: Double, event: Event)? {
        guard let first = entries.first, let last = entries.popLast() else { return nil }
        if entries.isEmpty { return (first.time, first.event) }
        var place = 0
        while true {
            var child = 2 * place + 1
            guard child < entries.count else { break }
            if child + 1 < entries.count, entries[child + 1].precedes(entries[child]) { child += 1 }
            guard entries[child].precedes(last) else { break }
            entries[place] = entries[child]
            place = child
        }
        entries[place] = last
        return (first.time, first.event)
    }
}
