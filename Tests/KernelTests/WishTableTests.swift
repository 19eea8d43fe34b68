import Testing

@testable import Kernel

@Suite struct WishTableTests {
    /// Against a list of who waits where, written down plainly.
    @Test func sumsAndOrderAreThoseOfAPlainList() {
        var table = WishTable(), random = SplitMix(seed: 5)
        var plain: [(row: Int32, machine: Int, priority: Priority, seconds: Float)] = []
        table.widen(to: 11)
        for _ in 0..<5_000 {
            let row = Int32(random.below(60)), machine = random.below(11)
            let place = plain.firstIndex { $0.row == row }
            if random.below(3) == 0 {
                table.clear(row)
                if let place { plain.remove(at: place) }
            } else {
                let priority = place.map { plain[$0].priority } ?? Priority.allCases[random.below(4)]
                let seconds = Float(random.below(100))
                table.set(row, machine, priority, seconds)
                if let place, plain[place].machine == machine {
                    plain[place].seconds = seconds
                } else {
                    if let place { plain.remove(at: place) }
                    plain.append((row, machine, priority, seconds))
                }
            }
            #expect(table.machine(of: row) == plain.first { $0.row == row }?.machine ?? -1)
            let own = plain.filter { $0.machine == machine }
            #expect(table.count(on: machine) == own.count)
            for priority in Priority.allCases {
                let work = own.filter { $0.priority >= priority }.reduce(Float(0)) { $0 + $1.seconds }
                #expect(table.work[Int(priority.rawValue) * table.stride + machine] == work)
            }
            let order = Priority.allCases.sorted(by: >).flatMap { priority in
                own.filter { $0.priority == priority }.map(\.row)
            }
            #expect(table.first(100, on: machine) { $0 % 7 == 0 } == order.filter { $0 % 7 != 0 })
        }
    }
}
