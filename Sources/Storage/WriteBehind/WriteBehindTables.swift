public import Kernel

/// The tables under turns that are taken in memory.
public protocol WriteBehindTables: Sendable {
    /// Called when a turn begins; turns begin one at a time.
    ///
    /// - Parameters:
    ///   - isKnown: false where what turns counted on is not known: at the start, and after something was lost.
    ///   - flush: writes all that is pending, for tables that let others write before this turn.
    /// - Returns: what turns count on; nil where nobody else can have written since the last turn.
    func begin(isKnown: Bool, flush: () -> Void) throws(KernelError) -> TurnMemory?

    /// Writes what turns changed; it is durable when this returns.
    ///
    /// - Returns: why what was decided since is lost, where others may have written before it could be; nil else.
    func write(_ changes: PendingChanges) throws(KernelError) -> KernelError?

    /// Asks the tables as they would be with changes, and takes them back.
    func pretending<Value>(
        _ changes: PendingChanges, _ body: (SQLTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value

    /// A look at what is durable, all of one moment.
    func looking<Value>(_ body: (SQLTransaction) throws(KernelError) -> Value) throws(KernelError) -> Value

    /// Nothing is left to be written, and no turn is being taken: others may write.
    func rest()
}
