// Annotations that rooms below the languages act on.
extension Annotation {
    /// On a box: its gates run as they are, on the very qubits they name, or the program is refused.
    public static let verbatim = Annotation(keyword: "kelvin.verbatim", content: "")

    /// On a barrier: the channel that acts on its qubits there, as `bit_flip(0.1)`.
    public static let noiseKeyword = "kelvin.noise"

    /// On a barrier without qubits: the text of a `cal` block that stands there, word for word.
    public static let calibrationKeyword = "kelvin.cal"

    /// In texts: what the circuit calls the declaration behind it, in quotes, where the language has no such name.
    public static let nameKeyword = "kelvin.name"
}

extension Block {
    /// Whether the instruction is a box whose content nobody may touch.
    public func isVerbatim(at position: Int) -> Bool {
        !annotations.isEmpty && annotations(at: position).contains { $0.keyword == Annotation.verbatim.keyword }
    }

    /// The channel that a program asks for at this place, in its own words.
    public func noise(at position: Int) -> String? {
        if annotations.isEmpty { return nil }
        return annotations(at: position).first { $0.keyword == Annotation.noiseKeyword }?.content
    }

    /// The `cal` block that stands at this place, in the program's words.
    public func calibration(at position: Int) -> String? {
        if annotations.isEmpty { return nil }
        return annotations(at: position).first { $0.keyword == Annotation.calibrationKeyword }?.content
    }
}
