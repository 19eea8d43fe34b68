import Synchronization

/// What was worked out a moment ago, for whoever asks for the same again; bounded by what it weighs.
///
/// Two generations: what is asked for moves to the young one, and when that is full the old one goes.
final class Recent<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Shelf {
        var young: [Key: (value: Value, weight: Int)] = [:]
        var old: [Key: (value: Value, weight: Int)] = [:]
        var weight = 0
    }

    private let shelf = Mutex(Shelf())
    /// Of a generation, and of a single entry a sixteenth of it.
    private let capacity: Int

    init(capacity: Int) { self.capacity = capacity }

    /// What is known for the key, or what `make` gives, which is kept if it is not too heavy.
    ///
    /// - Parameter weigh: at least 1.
    func value<Failure: Error>(
        for key: Key, weigh: (Value) -> Int, _ make: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        if let known = known(key) { return known }
        let value = try make()
        keep(value, for: key, weight: weigh(value))
        return value
    }

    func known(_ key: Key) -> Value? {
        shelf.withLock { shelf in
            if let entry = shelf.young[key] { return entry.value }
            guard let entry = shelf.old.removeValue(forKey: key) else { return nil }
            put(entry.value, key, entry.weight, &shelf)
            return entry.value
        }
    }

    func keep(_ value: Value, for key: Key, weight: Int) {
        guard weight <= capacity / 16 else { return }
        shelf.withLock { put(value, key, weight, &$0) }
    }

    private func put(_ value: Value, _ key: Key, _ weight: Int, _ shelf: inout Shelf) {
        if shelf.weight + weight > capacity {
            shelf.old = shelf.young
            (shelf.young, shelf.weight) = ([:], 0)
        }
        if shelf.young.updateValue((value, weight), forKey: key) == nil { shelf.weight += weight }
    }
}
