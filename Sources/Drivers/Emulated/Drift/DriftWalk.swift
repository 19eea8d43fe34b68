import Hardware
import Simulators

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The random walk of one figure of one machine: a pure function of (seed, figure, age).
///
/// Each figure draws from a stream of its own, so that no figure's life depends on which others there are.
struct DriftWalk {
    let drift: Drift

    /// What walks. Gates on the same sites walk together: they share the qubits and the coupler that drift.
    enum Figure {
        case gates([Site])
        case t1(Site), t2(Site), falseOne(Site), falseZero(Site), frequency(Site)

        var stream: UInt64 {
            switch self {
            case .gates(let sites):
                sites.sorted().reduce(1) { ($0 &* 0x9E37_79B9_7F4A_7C15) &+ UInt64($1.rawValue) &+ 1 } << 3
            case .t1(let site): UInt64(site.rawValue) << 3 | 1
            case .t2(let site): UInt64(site.rawValue) << 3 | 2
            case .falseOne(let site): UInt64(site.rawValue) << 3 | 3
            case .falseZero(let site): UInt64(site.rawValue) << 3 | 4
            case .frequency(let site): UInt64(site.rawValue) << 3 | 5
            }
        }
    }

    /// How far the figure is from its start, in units of the Laplace distribution's scale.
    func displacement(of figure: Figure) -> Double {
        let periods = drift.age.value / drift.rates.period.value
        let whole = Int(periods.rounded(.down))
        let stream = figure.stream, memory = memory(of: figure)
        var place = 0.0
        for step in 0..<whole { place = memory * place + laplace(stream, step) }
        let next = memory * place + laplace(stream, whole)
        return place + (next - place) * (periods - Double(whole))
    }

    private func memory(of figure: Figure) -> Double {
        switch figure {
        case .t1, .t2: drift.rates.lifetimeMemory
        case .gates, .falseOne, .falseZero, .frequency: drift.rates.memory
        }
    }

    /// The factor by which the figure has changed, where half of all periods change it by less than `median`.
    func factor(of figure: Figure, median: Double) -> Double {
        median == 0 ? 1 : exp(displacement(of: figure) * scale(median))
    }

    /// The scale of a Laplace distribution half of whose draws x have |eˣ − 1| below `median`, to first order.
    func scale(_ median: Double) -> Double { median / log(2) }

    private func laplace(_ stream: UInt64, _ step: Int) -> Double {
        let word = Philox.block(stream, UInt64(step), key: drift.seed).0
        // In (−1, 1), never ±1.
        let uniform = (Double(word >> 11) + 0.5) * 0x1p-52 - 1
        return uniform < 0 ? log1p(uniform) : -log1p(-uniform)
    }
}
