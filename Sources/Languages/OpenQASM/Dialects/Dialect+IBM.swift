extension DialectAdditions {
    /// OpenQASM 2 as IBM published it (Cross et al., arXiv:1707.03429) with `qelib1.inc` in the widest form in use.
    ///
    /// A program without a version is one of version 2; one that declares version 3 is refused.
    static let ibm = DialectAdditions(versions: [2], versionWithoutHeader: 2)
}
