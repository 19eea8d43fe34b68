public import Hardware

/// How far an emulated machine has moved away from the figures in its device file.
///
/// The machine drifts by itself; its record does not. A machine without drift is as its file says.
public struct Drift: Hashable, Sendable {
    /// Of the machine's dice: equal seeds give equal lives.
    public var seed: UInt64
    /// Since the figures of the device file were true.
    public var age: Seconds
    public var rates: Rates

    public init(seed: UInt64, age: Seconds, rates: Rates = .published) {
        precondition(age.value >= 0 && age.value.isFinite, "an age of \(age.value) s")
        self.seed = seed
        self.age = age
        self.rates = rates
    }

    /// How fast figures move.
    ///
    /// The logarithm of each figure walks at random: once a `period` it takes a step drawn from a Laplace distribution,
    /// between two steps it moves evenly. Laplace, because published calibrations have such tails: the 90th percentile
    /// of a change is three to four times its median. A figure forgets a share of its distance from where it started with
    /// every step, or errors would grow without bound.
    public struct Rates: Hashable, Sendable {
        /// Between two steps of the walk.
        public var period: Seconds
        /// What remains of the distance after one period.
        public var memory: Double
        /// The same for T1 and T2.
        public var lifetimeMemory: Double
        /// The median relative change of a figure within one period.
        public var twoQubitError: Double
        public var oneQubitError: Double
        public var t1: Double
        public var t2: Double
        public var readout: Double
        /// The median change of a transition frequency within one period, in radians gathered over the site's T2.
        public var phaseOverT2: Double

        public init(
            period: Seconds, memory: Double, lifetimeMemory: Double, twoQubitError: Double, oneQubitError: Double,
            t1: Double, t2: Double,
            readout: Double, phaseOverT2: Double
        ) {
            self.period = period
            self.memory = memory
            self.lifetimeMemory = lifetimeMemory
            self.twoQubitError = twoQubitError
            self.oneQubitError = oneQubitError
            self.t1 = t1
            self.t2 = t2
            self.readout = readout
            self.phaseOverT2 = phaseOverT2
        }

        /// From 315 to 349 daily calibrations each of four five-qubit machines in the cloud (ibmq belem, lima, manila,
        /// quito), from one to the next: the error of a CX changes by 8.2 to 13.5 % in the median (90th percentile 29 to
        /// 60 %), T1 by 15 to 20 %, readout error by 10 to 14 %, and 19 to 35 % of them have another best coupler than
        /// the one before. Assumed: one-qubit errors move like two-qubit errors, T2 like T1, frequencies by a tenth of a
        /// radian over T2, a figure keeps 98 % of its distance
        /// a day, and lifetimes 90 %, so that after months most are within a factor of about two of where they began.
        public static let published = Rates(
            period: Seconds(86_400), memory: 0.98, lifetimeMemory: 0.9, twoQubitError: 0.09, oneQubitError: 0.09,
            t1: 0.17, t2: 0.17,
            readout: 0.115, phaseOverT2: 0.1)

        /// A machine that stands still.
        public static let none = Rates(
            period: Seconds(86_400), memory: 1, lifetimeMemory: 1, twoQubitError: 0, oneQubitError: 0, t1: 0, t2: 0,
            readout: 0,
            phaseOverT2: 0)
    }
}
