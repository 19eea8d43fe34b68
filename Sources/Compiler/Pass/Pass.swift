import Synchronization

/// One step of the compiler: from a compilation unit to a compilation unit that means the same.
///
/// A pass is a value without state of its own; what it knows of the machine comes with the context, what it learnt for
/// later passes goes into the unit. Passes see nested blocks too: whoever rewrites a block rewrites the blocks inside.
/// The same unit, context and seed give the same unit, on any number of threads.
public protocol Pass: Sendable {
    /// What the report calls it, in a few lower-case words ("two-qubit resynthesis").
    var name: String { get }

    /// Which step of a job's life the pass belongs to; translation unless it says otherwise.
    var stage: CompilationStage { get }

    func run(_ unit: inout CompilationUnit, in context: CompilationContext) throws(CompilerError)
}

extension Pass {
    public var stage: CompilationStage { .translation }
}

/// The two halves of the compiler's work.
public enum CompilationStage: String, Codable, Hashable, Sendable {
    /// Rewriting gates into other gates.
    case translation
    /// Giving program qubits their sites and bringing them together.
    case mapping
}

/// All that a pass may know beyond the unit.
public struct CompilationContext: Sendable {
    /// The machine with its figures of the moment, dead couplers and sites removed.
    public let target: Target
    public let options: CompilerOptions
    /// The seed of the compilation; take randomness from `generator(for:)`.
    public let seed: UInt64
    private let draws: Draws

    /// Whether anything was drawn.
    private final class Draws: Sendable {
        let happened = Atomic(false)
    }

    public init(target: Target, options: CompilerOptions = CompilerOptions(), seed: UInt64 = 0) {
        self.target = target
        self.options = options
        self.seed = seed
        draws = Draws()
    }

    /// The same compilation with other options.
    init(_ context: CompilationContext, options: CompilerOptions) {
        target = context.target
        seed = context.seed
        draws = context.draws
        self.options = options
    }

    /// Whether something was left to chance so far, so that another seed could give another program.
    var dependsOnSeed: Bool { draws.happened.load(ordering: .relaxed) }

    /// A generator for one purpose: independent of the order and the number of the other draws.
    func generator(for purpose: String, trial: Int = 0) -> SeededGenerator {
        draws.happened.store(true, ordering: .relaxed)
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in purpose.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        // Drawn, not added: streams of the generator that start a few steps apart would be shifted copies.
        var mixed = SeededGenerator(seed: seed)
        var salted = SeededGenerator(seed: mixed.next() ^ hash)
        var numbered = SeededGenerator(seed: salted.next() ^ UInt64(trial))
        return SeededGenerator(seed: numbered.next())
    }
}
