import Tracing

/// Which trace a piece of work belongs to, and as what: W3C Trace Context, as it travels in the header `traceparent`.
struct TraceContext: Hashable, Sendable {
    /// 32 hexadecimal digits.
    var trace: String
    /// 16 hexadecimal digits.
    var span: String
    var isSampled = true

    /// The beginning of a trace. Names are no secrets and nothing depends on them.
    static func root() -> TraceContext {
        TraceContext(trace: hex(.random(in: 1 ... .max)) + hex(.random(in: 1 ... .max)), span: newSpan())
    }

    var child: TraceContext { TraceContext(trace: trace, span: Self.newSpan(), isSampled: isSampled) }

    private static func newSpan() -> String { hex(.random(in: 1 ... .max)) }

    private static func hex(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension TraceContext {
    /// `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01`; nil for anything that is not of this form, and for the
    /// names of zeros that the specification forbids.
    init?(header: String) {
        let words = header.split(separator: "-", omittingEmptySubsequences: false)
        guard words.count >= 4, words[0].count == 2, words[0] != "ff", words[0] != "00" || words.count == 4,
            words[1].count == 32, words[2].count == 16, words[3].count == 2,
            words[0...3].allSatisfy({ $0.utf8.allSatisfy { ($0 >= 0x30 && $0 <= 0x39) || ($0 >= 0x61 && $0 <= 0x66) } }
            ),
            words[1].contains(where: { $0 != "0" }), words[2].contains(where: { $0 != "0" }),
            let flags = UInt8(words[3], radix: 16)
        else { return nil }
        self.init(trace: String(words[1]), span: String(words[2]), isSampled: flags & 1 == 1)
    }

    var header: String { "00-\(trace)-\(span)-\(isSampled ? "01" : "00")" }
}

private enum TraceContextKey: InstrumentationContextKey {
    typealias Value = TraceContext
}

extension InstrumentationContext {
    var trace: TraceContext? {
        get { self[TraceContextKey.self] }
        set { self[TraceContextKey.self] = newValue }
    }
}
