#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif
import Circuits

/// Samples a Clifford component by Pauli frames: how each shot differs from one reference shot.
///
/// Gidney, "Stim: a fast stabilizer circuit simulator", Quantum 5, 497 (2021), section 4. A frame is a Pauli operator a
/// shot; 512 shots go through the circuit at once, one bit each. Noise enters as its Pauli twirl.
struct FrameSampler: Sendable {
    /// Shots of one batch: one vector of words for each qubit's X and Z.
    static let batch = 512
    private typealias Word = SIMD8<UInt64>

    private enum Item: Sendable {
        case steps([CliffordStep])
        case channel([Int], PauliTwirl, logSurvival: Double)
        case measure(Int, slot: Int, reference: Bool, confusion: ReadoutConfusion?)
        case reset(Int)
        case event(Program.Event, logSurvival: Double)
    }

    /// Whether carriers may leave.
    private var mayLeave = false

    private var items: [Item] = []
    let qubitCount: Int
    let slotCount: Int

    /// Nil where some gate is no Clifford gate.
    init?(_ component: Component) {
        qubitCount = component.qubitCount
        slotCount = component.slots.count
        var recognizer = CliffordRecognizer()
        let reference = StabilizerTableau(qubitCount: qubitCount)
        var open: [CliffordStep] = []
        func flush(_ items: inout [Item]) {
            if open.isEmpty { return }
            items.append(.steps(open))
            open = []
        }
        for step in component.steps {
            switch step {
            case .gate(let gate):
                guard let steps = recognizer.steps(for: gate) else { return nil }
                for step in steps { reference.apply(step) }
                open += steps
            case .channel(let channel, let qubits):
                flush(&items)
                let twirl = PauliTwirl(channel)
                if twirl.total > 0 { items.append(.channel(qubits, twirl, logSurvival: log1p(-min(twirl.total, 1)))) }
            case .measure(let qubit, let slot, let confusion):
                flush(&items)
                let outcome = reference.measure(qubit, ifRandom: false)
                items.append(.measure(qubit, slot: slot, reference: outcome, confusion: confusion))
            case .event(let event):
                flush(&items)
                items.append(.event(event, logSurvival: log1p(-min(event.probability, 1))))
                if case .departure = event.kind { mayLeave = true }
            case .reset(let qubit):
                flush(&items)
                if reference.measure(qubit, ifRandom: false) { reference.apply(.x(qubit)) }
                items.append(.reset(qubit))
            }
        }
        flush(&items)
    }

    /// The outcomes of one batch: for each slot eight words, shot k in bit k % 64 of word k / 64.
    ///
    /// Where one of two operands is not there, its partner meets a random Pauli error along the gate in place of the gate
    /// that did not happen: what a frame can say of it.
    ///
    /// - Returns: the shots that are lost.
    func sample(
        batch: Int, source: RandomSource, shared: RandomSource, into slots: UnsafeMutablePointer<UInt64>
    ) -> SIMD8<UInt64> {
        var rejected = Word.zero
        var generator = Philox(seed: source.seed, stream: RandomDomain.frame.rawValue << 56 ^ UInt64(batch))
        func random() -> Word {
            var word = Word.zero
            for k in 0..<8 { word[k] = generator.next() }
            return word
        }
        /// A bit for each shot that is 1 with this probability.
        func flips(_ probability: Double) -> Word {
            var word = Word.zero
            forEachEvent(log1p(-min(probability, 1)), &generator) { shot, _ in word[shot >> 6] |= 1 << UInt64(shot & 63)
            }
            return word
        }
        withUnsafeTemporaryAllocation(of: Word.self, capacity: max(1, 4 * qubitCount)) { frame in
            let x = frame.baseAddress!
            let z = x + qubitCount
            let leaked = z + qubitCount, lost = leaked + qubitCount
            for qubit in 0..<qubitCount {
                x[qubit] = .zero
                z[qubit] = random()
                leaked[qubit] = .zero
                lost[qubit] = .zero
            }
            for item in items {
                switch item {
                case .steps(let steps):
                    for step in steps {
                        switch step {
                        case .h(let a): (x[a], z[a]) = (z[a], x[a])
                        case .s(let a): z[a] ^= x[a]
                        case .cx(let a, let b):
                            x[b] ^= x[a]
                            z[a] ^= z[b]
                            if mayLeave {
                                let awayA = leaked[a] | lost[a], awayB = leaked[b] | lost[b]
                                if awayA != .zero { x[b] ^= random() & awayA }
                                if awayB != .zero { z[a] ^= random() & awayB }
                            }
                        case .x, .z: break
                        }
                    }
                case .channel(let qubits, let twirl, let logSurvival):
                    forEachEvent(logSurvival, &generator) { shot, generator in
                        let target = Double(generator.next() >> 11) * 0x1p-53 * twirl.total
                        let chosen = twirl.cumulative.firstIndex { target < $0 } ?? twirl.paulis.count - 1
                        let bit: UInt64 = 1 << UInt64(shot & 63)
                        for (k, qubit) in qubits.enumerated() {
                            let pauli = twirl.paulis[chosen] >> (2 * k) & 3
                            if pauli == 1 || pauli == 2 { x[qubit][shot >> 6] ^= bit }
                            if pauli >= 2 { z[qubit][shot >> 6] ^= bit }
                        }
                    }
                case .measure(let qubit, let slot, let reference, let confusion):
                    var outcome = x[qubit]
                    if reference { outcome ^= Word(repeating: .max) }
                    z[qubit] ^= random()
                    if let confusion {
                        let up = flips(confusion.oneGivenZero), down = flips(confusion.zeroGivenOne)
                        outcome ^= (up & ~outcome) | (down & outcome)
                    }
                    detect(
                        confusion?.detection ?? Detection(), leaked[qubit], lost[qubit], &outcome, &rejected, random,
                        flips)
                    for k in 0..<8 { slots[8 * slot + k] = outcome[k] }
                case .reset(let qubit):
                    x[qubit] = .zero
                    z[qubit] = random()
                    leaked[qubit] = .zero
                case .event(let event, let logSurvival):
                    var hit = Word.zero
                    if case .phaseFlip(let identity) = event.kind {
                        for k in 0..<Self.batch {
                            let stream = UInt64(batch * Self.batch + k)
                            if shared.uniform(.crosstalk, stream: stream, draw: identity) < event.probability {
                                hit[k >> 6] |= 1 << UInt64(k & 63)
                            }
                        }
                        z[event.qubit] ^= hit
                        continue
                    }
                    forEachEvent(logSurvival, &generator) { shot, _ in hit[shot >> 6] |= 1 << UInt64(shot & 63) }
                    switch event.kind {
                    case .departure(.failure): rejected |= hit
                    case .departure(.loss): lost[event.qubit] |= hit
                    case .departure(.leakage): leaked[event.qubit] |= hit & ~lost[event.qubit]
                    case .phaseFlip: break
                    }
                }
            }
        }
        return rejected
    }

    /// What the detectors make of one readout; see `Detection.answer`.
    private func detect(
        _ detection: Detection, _ leaked: Word, _ lost: Word, _ outcome: inout Word, _ rejected: inout Word,
        _ random: () -> Word, _ flips: (Double) -> Word
    ) {
        var missing = lost
        if detection.efficiency < 1 { missing |= flips(1 - detection.efficiency) }
        func put(_ probabilityOfOne: Double, where mask: Word) {
            if mask != .zero { outcome = (outcome & ~mask) | (flips(probabilityOfOne) & mask) }
        }
        if detection.isHeralded {
            let dark = detection.darkCounts
            if dark > 0 { rejected |= flips(dark) & ~missing & ~leaked }
            if missing != .zero {
                let single = dark > 0 ? flips(2 * dark * (1 - dark)) & missing : .zero
                rejected |= missing & ~single & ~leaked
                outcome = (outcome & ~single) | (random() & single)
            }
        } else {
            put(detection.lostReadsOne, where: missing)
        }
        put(detection.leakedReadsOne, where: leaked)
    }

    /// Calls `body` for each shot of a batch that an event of the given probability hits, by skipping over the others.
    @inline(__always)
    private func forEachEvent(
        _ logSurvival: Double, _ generator: inout Philox, _ body: (Int, inout Philox) -> Void
    ) {
        if logSurvival == 0 { return }
        var shot = -1
        while true {
            let uniform = Double((generator.next() >> 11) + 1) * 0x1p-53
            let skip = log(uniform) / logSurvival
            if skip >= Double(Self.batch - shot) { return }
            shot += 1 + Int(skip)
            if shot >= Self.batch { return }
            body(shot, &generator)
        }
    }
}
