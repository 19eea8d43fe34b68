#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Accounts and their shares: projects and users in a tree, each with the usage it has left after decay.
///
/// Usage halves in every half-life. Instead of decaying all figures all the time, a charge at time t is written down
/// multiplied by 2^(t/half-life): the order of accounts, which is all that scheduling asks, then changes only with
/// charges.
public struct ShareTree: Sendable {
    public let halfLife: Double
    /// The node above; −1 above the root, which is node 0.
    private(set) var parents: [Int32] = [-1]
    private(set) var shares: [Double] = [1]
    /// The shares of each node's children together.
    private(set) var childShares: [Double] = [0]
    /// Charges multiplied by 2^((t − epoch)/half-life).
    private(set) var inflated: [Double] = [0]
    /// `inflated` by share, what siblings are compared by.
    private(set) var keys: [Double] = [0]
    /// Time at which the multiplier is 1.
    private(set) var epoch = 0.0

    /// - Parameter halfLife: seconds, positive.
    public init(halfLife: Double) {
        precondition(halfLife > 0, "usage cannot halve in \(halfLife) s")
        self.halfLife = halfLife
    }

    public var count: Int { parents.count }

    /// Adds an account below another.
    ///
    /// - Precondition: the share is positive and finite.
    @discardableResult
    public mutating func add(share: Double, below parent: Int = 0) -> Int {
        precondition(share > 0 && share.isFinite, "an account cannot have the share \(share)")
        parents.append(Int32(parent))
        shares.append(share)
        childShares.append(0)
        childShares[parent] += share
        inflated.append(0)
        keys.append(0)
        return parents.count - 1
    }

    /// Changes a share; usage stays.
    public mutating func setShare(_ share: Double, of node: Int) {
        precondition(share > 0 && share.isFinite, "an account cannot have the share \(share)")
        if parents[node] >= 0 { childShares[Int(parents[node])] += share - shares[node] }
        shares[node] = share
        keys[node] = inflated[node] / share
    }

    /// The share of everything that an account is entitled to while all are active.
    public func entitlement(of node: Int) -> Double {
        var fraction = 1.0, place = node
        while parents[place] >= 0 {
            let parent = Int(parents[place])
            fraction *= shares[place] / childShares[parent]
            place = parent
        }
        return fraction
    }

    /// Writes usage down, in device·seconds of the whole machine; negative gives back what was estimated too high.
    public mutating func charge(_ amount: Double, to node: Int, at time: Double) {
        add(amount * weight(at: time), to: node)
    }

    /// The same of an amount that is weighted already.
    mutating func add(_ weighted: Double, to node: Int) {
        var place = node
        while place >= 0 {
            inflated[place] = max(0, inflated[place] + weighted)
            keys[place] = inflated[place] / shares[place]
            place = Int(parents[place])
        }
    }

    /// Visits a node and all above it but the root.
    @inline(__always)
    func walk(from node: Int, _ visit: (Int) -> Void) {
        var place = node
        while place > 0 {
            visit(place)
            place = Int(parents[place])
        }
    }

    /// Appends the figures of a node and of all above it, to be restored after something was tried on.
    func note(above node: Int, in list: inout [Double]) {
        var place = node
        while place >= 0 {
            list.append(inflated[place])
            place = Int(parents[place])
        }
    }

    /// Takes charges back exactly, which subtracting them would not; figures beyond the root's are another node's.
    mutating func restore(_ usages: ArraySlice<Double>, above node: Int) {
        var place = node, figure = usages.startIndex
        while place >= 0 {
            inflated[place] = usages[figure]
            keys[place] = inflated[place] / shares[place]
            figure += 1
            place = Int(parents[place])
        }
    }

    /// What is left of an account's usage at a time.
    public func usage(of node: Int, at time: Double) -> Double {
        inflated[node] * Self.power((epoch - time) / halfLife)
    }

    /// Usage per share, in units that only compare among the children of one parent.
    @inline(__always)
    func key(_ index: Int) -> Double { keys[index] }

    /// Whether the account has used more than `credit` times its entitlement of all usage.
    func exceeds(_ credit: Double, _ node: Int) -> Bool {
        inflated[node] > credit * entitlement(of: node) * inflated[0]
    }

    /// What a charge adds to the figure that keys are made of.
    mutating func weighted(_ amount: Double, at time: Double) -> Double { amount * weight(at: time) }

    private mutating func weight(at time: Double) -> Double {
        let halfLives = (time - epoch) / halfLife
        // Far before the largest double: all figures are brought back to one together, which changes no order.
        if halfLives > 400 {
            let factor = Self.power(-halfLives)
            for k in inflated.indices {
                inflated[k] *= factor
                keys[k] = inflated[k] / shares[k]
            }
            epoch = time
            return 1
        }
        return Self.power(halfLives)
    }

    private static func power(_ exponent: Double) -> Double { exp2(exponent) }
}
