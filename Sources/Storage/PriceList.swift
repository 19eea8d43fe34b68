import Foundation
public import Kernel

/// What a second of each machine costs, in a unit of the operator's, kept as JSON beside the jobs: `{"heron-133": 1.6}`.
///
/// A machine that is not listed costs nothing. Prices are read when a process starts; jobs that run already keep theirs.
public struct PriceList: Sendable {
    private let path: String
    /// By the name of the machine; positive.
    public private(set) var perSecond: [String: Double] = [:]

    /// The dearest a second may be: sums over years of machine time stay exact.
    public static let dearest = 1e9

    /// - Throws: `storage.prices` for a file that is no price list.
    public init(path: String) throws(KernelError) {
        self.path = path
        guard let data = FileManager.default.contents(atPath: path) else { return }
        guard data.count <= 1 << 20, let prices = try? JSONDecoder().decode([String: Double].self, from: data),
            prices.values.allSatisfy({ $0 >= 0 && $0 <= Self.dearest })
        else {
            throw KernelError(
                .system, code: "storage.prices", "\(path) is no list of prices",
                cure: "write it as {\"heron-133\": 1.6} with prices from 0 to 1e9 a second, or remove it")
        }
        perSecond = prices.filter { $0.value > 0 }
    }

    /// Sets a price and writes the list; 0 takes the machine off it.
    ///
    /// - Throws: `storage.write` where the file cannot be written.
    public mutating func set(_ price: Double, of machine: String) throws(KernelError) {
        precondition(price >= 0 && price <= Self.dearest, "a price of \(price) a second")
        perSecond[machine] = price > 0 ? price : nil
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            try encoder.encode(perSecond).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw KernelError(
                .system, code: "storage.write", "\(path) cannot be written: \(error.localizedDescription)",
                cure: "make its directory writable")
        }
    }
}

extension StateDirectory {
    /// The prices that the user set.
    public func prices() throws(KernelError) -> PriceList { try PriceList(path: path + "/prices.json") }
}
