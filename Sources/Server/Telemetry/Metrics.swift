import CoreMetrics
import Synchronization

/// What is counted and measured, for swift-metrics; read by both exporters.
///
/// A series is a name with dimensions; asking for it again gives the same one. There are at most `mostSeries`: what comes
/// after that is counted in a series of its own, so that names made from what callers send cannot fill the memory.
final class Metrics: MetricsFactory {
    private let series = Mutex<[SeriesKey: Series]>([:])
    private let help = Mutex<[String: String]>([:])
    private static let mostSeries = 10_000

    /// Says what a name counts.
    func describe(_ name: String, _ text: String) { help.withLock { $0[name] = text } }

    func description(of name: String) -> String? { help.withLock { $0[name] } }

    /// Every series as it is now, by name, then by dimensions.
    var snapshot: [(key: SeriesKey, reading: Series.Reading)] {
        series.withLock { $0.map { ($0, $1) } }.map { ($0.0, $0.1.reading) }.sorted { $0.key < $1.key }
    }

    private func find(_ label: String, _ dimensions: [(String, String)], _ kind: Series.Kind) -> Series {
        let key = SeriesKey(name: label, dimensions: dimensions)
        return series.withLock { series in
            if let known = series[key] {
                // A name is of one kind; whoever uses it otherwise is not mixed in.
                return known.kind == kind ? known : Series(kind)
            }
            let place = series.count < Self.mostSeries ? key : SeriesKey(name: "kelvin_series_overflow", dimensions: [])
            let made = series[place] ?? Series(kind)
            series[place] = made
            return made
        }
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        find(label, dimensions, .counter)
    }

    func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler { find(label, dimensions, .counter) }

    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        find(label, dimensions, .gauge)
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        find(label, dimensions, aggregate ? .histogram : .gauge)
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        find(label, dimensions, .histogram)
    }

    // A series that was counted stays: what has been seen once is not to fall back.
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    func destroyMeter(_ handler: any MeterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}
}

struct SeriesKey: Hashable, Comparable, Sendable {
    struct Dimension: Hashable, Sendable {
        var name: String
        var value: String
    }

    var name: String
    /// Sorted by name.
    var dimensions: [Dimension]

    init(name: String, dimensions: [(String, String)]) {
        self.name = name
        self.dimensions = dimensions.map { Dimension(name: $0, value: $1) }.sorted { $0.name < $1.name }
    }

    static func < (a: SeriesKey, b: SeriesKey) -> Bool {
        if a.name != b.name { return a.name < b.name }
        return a.dimensions.lexicographicallyPrecedes(b.dimensions) { ($0.name, $0.value) < ($1.name, $1.value) }
    }
}

/// A series: a sum that only grows, a value that is now, or how values are spread. Times are in seconds.
final class Series: Sendable {
    enum Kind: Sendable {
        case counter, gauge, histogram
    }

    enum Reading: Sendable, Equatable {
        case counter(Double)
        case gauge(Double)
        /// How many values lie at or below each bound and above the one before; the last are those above all.
        case histogram(buckets: [UInt64], sum: Double)
    }

    /// Seconds.
    static let bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    let kind: Kind
    private let value = Mutex<(sum: Double, buckets: [UInt64])>((0, []))

    init(_ kind: Kind) {
        self.kind = kind
        if kind == .histogram {
            value.withLock { $0.buckets = [UInt64](repeating: 0, count: Self.bounds.count + 1) }
        }
    }

    var reading: Reading {
        value.withLock { value in
            switch kind {
            case .counter: .counter(value.sum)
            case .gauge: .gauge(value.sum)
            case .histogram: .histogram(buckets: value.buckets, sum: value.sum)
            }
        }
    }

    private func take(_ amount: Double) {
        guard amount.isFinite else { return }
        value.withLock { value in
            switch kind {
            case .counter: value.sum += max(0, amount)
            case .gauge: value.sum = amount
            case .histogram:
                value.buckets[Self.bounds.firstIndex { amount <= $0 } ?? Self.bounds.count] += 1
                value.sum += amount
            }
        }
    }
}

extension Series: CounterHandler, FloatingPointCounterHandler {
    func increment(by amount: Int64) { take(Double(amount)) }
    func increment(by amount: Double) { kind == .gauge ? value.withLock { $0.sum += amount } : take(amount) }
    func reset() { value.withLock { $0.sum = 0 } }
}

extension Series: MeterHandler {
    func set(_ value: Int64) { take(Double(value)) }
    func set(_ value: Double) { take(value) }
    func decrement(by amount: Double) { increment(by: -amount) }
}

extension Series: RecorderHandler, TimerHandler {
    func record(_ value: Int64) { take(Double(value)) }
    func record(_ value: Double) { take(value) }
    func recordNanoseconds(_ duration: Int64) { take(Double(duration) * 1e-9) }
}
