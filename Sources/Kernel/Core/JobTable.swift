/// The live jobs: rows that are used again, found by id through one array.
public struct JobTable: Sendable {
    private var rows: [JobRecord] = []
    private var free: [Int32] = []
    /// Row of job `base + k`; -1 where the job is over.
    private var places: [Int32] = []
    private var base: UInt64 = 1
    public private(set) var count = 0

    public subscript(slot: JobSlot) -> JobRecord {
        get { rows[slot.place] }
        _modify { yield &rows[slot.place] }
    }

    public func slot(of id: JobID) -> JobSlot? {
        guard id.rawValue >= base else { return nil }
        let offset = Int(id.rawValue - base)
        guard offset < places.count, places[offset] >= 0 else { return nil }
        return JobSlot(rawValue: places[offset])
    }

    /// - Precondition: the id is not in use, and no id is more than 2²⁴ ahead of all others.
    mutating func insert(_ record: JobRecord) -> JobSlot {
        if count == 0 {
            base = record.id.rawValue
            places.removeAll(keepingCapacity: true)
        } else if record.id.rawValue < base {
            places.insert(contentsOf: repeatElement(-1, count: Int(base - record.id.rawValue)), at: 0)
            base = record.id.rawValue
        }
        let offset = Int(record.id.rawValue - base)
        while places.count <= offset { places.append(-1) }
        precondition(places[offset] < 0, "\(record.id) is in the table already")
        count += 1
        if let row = free.popLast() {
            rows[Int(row)] = record
            places[offset] = row
        } else {
            places[offset] = Int32(rows.count)
            rows.append(record)
        }
        return JobSlot(rawValue: places[offset])
    }

    mutating func remove(_ slot: JobSlot) {
        let id = rows[slot.place].id
        places[Int(id.rawValue - base)] = -1
        free.append(slot.rawValue)
        count -= 1
        // The front of the index is given back now and then, at no cost on average.
        if places[0] < 0, Int(id.rawValue - base) == 0 || id.rawValue % 4096 == 0 {
            let dead = places.firstIndex { $0 >= 0 } ?? places.count
            if dead * 2 > places.count {
                places.removeFirst(dead)
                base += UInt64(dead)
            }
        }
    }

    /// A number that no job of the table has reached.
    var nextNumber: UInt64 { base + UInt64(places.count) }

    /// Every live job, in the order of their ids.
    public var slots: [JobSlot] { places.filter { $0 >= 0 }.map { JobSlot(rawValue: $0) } }
}
