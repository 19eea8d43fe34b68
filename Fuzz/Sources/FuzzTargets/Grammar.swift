/// A structure that mutations keep to.
protocol Grammar {
    /// Cuts bytes into the pieces that mutations move around.
    func pieces(_ bytes: [UInt8]) -> [[UInt8]]
    /// A piece out of the grammar's own stock.
    func piece(_ generator: inout SplitMix) -> [UInt8]
    /// The bytes that open and close a nest.
    var brackets: [(UInt8, UInt8)] { get }
}

extension Grammar {
    /// One to four changes: a piece put in, left out, replaced, repeated; a bracketed part moved or doubled.
    func mutate(_ bytes: inout [UInt8], _ generator: inout SplitMix) {
        var parts = pieces(bytes)
        for _ in 0...generator.below(4) {
            let place = generator.below(parts.count + 1)
            switch generator.below(8) {
            case 0, 1: parts.insert(piece(&generator), at: place)
            case 2 where place < parts.count: parts.remove(at: place)
            case 3 where place < parts.count: parts[place] = piece(&generator)
            case 4 where place < parts.count:
                let other = generator.below(parts.count)
                parts.swapAt(place, other)
            case 5 where place < parts.count:
                // A run of pieces, from anywhere to here.
                let from = generator.below(parts.count)
                let run = Array(parts[from..<min(parts.count, from + 1 + generator.below(24))])
                parts.insert(contentsOf: run, at: place)
            case 6 where place < parts.count:
                parts.removeSubrange(place..<min(parts.count, place + 1 + generator.below(12)))
            default:
                if let nest = nest(in: parts, from: place) {
                    let copy = Array(parts[nest])
                    let target = generator.below(parts.count + 1)
                    parts.insert(contentsOf: copy, at: target)
                } else {
                    parts.insert(piece(&generator), at: place)
                }
            }
        }
        bytes = Array(parts.joined())
    }

    /// The first bracketed part at or behind a place.
    private func nest(in parts: [[UInt8]], from place: Int) -> Range<Int>? {
        for start in place..<max(place, parts.count) {
            guard let bracket = brackets.first(where: { parts[start] == [$0.0] }) else { continue }
            var depth = 0
            for end in start..<parts.count {
                if parts[end] == [bracket.0] { depth += 1 }
                if parts[end] == [bracket.1] {
                    depth -= 1
                    if depth == 0 { return start..<end + 1 }
                }
            }
            return nil
        }
        return nil
    }

    /// Words, numbers and blanks in runs; everything else byte by byte.
    func pieces(_ bytes: [UInt8]) -> [[UInt8]] {
        var result: [[UInt8]] = []
        var start = 0
        while start < bytes.count {
            let type = Self.type(bytes[start])
            var end = start + 1
            if type != 0 { while end < bytes.count && Self.type(bytes[end]) == type { end += 1 } }
            result.append(Array(bytes[start..<end]))
            start = end
        }
        return result
    }

    private static func type(_ byte: UInt8) -> Int {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
            1
        case 0x20, 0x09, 0x0A, 0x0D: 2
        default: 0
        }
    }
}
