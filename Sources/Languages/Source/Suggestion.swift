/// The name an author probably meant.
package enum Suggestion {
    /// The candidate nearest to `name` by edit distance (insertions, deletions, substitutions, swaps of neighbours, all
    /// at cost 1), at most a third of its length away; the first of equals. Capitals may differ.
    package static func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
        let letters = Array(name.unicodeScalars)
        // Any letter is one step from any other: a name of one letter resembles nothing.
        let limit = letters.count < 2 ? 0 : max(1, letters.count / 3)
        var best: (name: String, distance: Int)?
        for candidate in candidates where candidate != name {
            let others = Array(candidate.unicodeScalars)
            if abs(others.count - letters.count) > limit { continue }
            let distance = distance(letters, others)
            if distance <= limit && distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        if let best { return best.name }
        return candidates.first { $0 != name && $0.lowercased() == name.lowercased() }
    }

    private static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
        var older = [Int](repeating: 0, count: b.count + 1)
        var previous = Array(0...b.count)
        for i in 1..<(a.count + 1) {
            var current = [i] + [Int](repeating: 0, count: b.count)
            for j in 1..<(b.count + 1) {
                current[j] = min(
                    previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    current[j] = min(current[j], older[j - 2] + 1)
                }
            }
            older = previous
            previous = current
        }
        return previous[b.count]
    }
}
