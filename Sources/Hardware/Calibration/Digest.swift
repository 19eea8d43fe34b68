/// SHA-256 (FIPS 180-4), for identities that depend on content alone.
struct Digest {
    private var state: [UInt32] = [
        0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19,
    ]
    private var pending: [UInt8] = []
    private var length: UInt64 = 0

    mutating func combine(_ byte: UInt8) {
        pending.append(byte)
        length += 1
        if pending.count == 64 { compress() }
    }

    mutating func combine(_ value: UInt64) {
        for shift in stride(from: 0, to: 64, by: 8) { combine(UInt8(truncatingIfNeeded: value >> UInt64(shift))) }
    }

    /// Minus zero counts as zero, so that equal figures give equal digests.
    mutating func combine(_ value: Double) { combine((value == 0 ? 0 : value).bitPattern) }

    mutating func combine(_ value: Double?) {
        combine(UInt8(value == nil ? 0 : 1))
        if let value { combine(value) }
    }

    mutating func combine(_ text: String) {
        combine(UInt64(text.utf8.count))
        for byte in text.utf8 { combine(byte) }
    }

    /// The first `count` hexadecimal digits of the digest.
    ///
    /// - Precondition: `count` is at most 64.
    func hexadecimal(_ count: Int = 64) -> String {
        precondition(count <= 64, "a SHA-256 digest has 64 hexadecimal digits")
        var last = self
        let bits = length * 8
        last.combine(0x80 as UInt8)
        while last.pending.count != 56 { last.combine(0 as UInt8) }
        for shift in stride(from: 56, through: 0, by: -8) {
            last.combine(UInt8(truncatingIfNeeded: bits >> UInt64(shift)))
        }
        let digits = last.state.map { word in
            let text = String(word, radix: 16)
            return String(repeating: "0", count: 8 - text.count) + text
        }
        return String(digits.joined().prefix(count))
    }

    private mutating func compress() {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { w in
            for k in 0..<16 {
                w[k] = (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(pending[4 * k + $1]) }
            }
            for k in 16..<64 {
                let a = Self.rotate(w[k - 15], 7) ^ Self.rotate(w[k - 15], 18) ^ w[k - 15] >> 3
                let b = Self.rotate(w[k - 2], 17) ^ Self.rotate(w[k - 2], 19) ^ w[k - 2] >> 10
                w[k] = w[k - 16] &+ a &+ w[k - 7] &+ b
            }
            var (a, b, c, d) = (state[0], state[1], state[2], state[3])
            var (e, f, g, h) = (state[4], state[5], state[6], state[7])
            for k in 0..<64 {
                let s1 = Self.rotate(e, 6) ^ Self.rotate(e, 11) ^ Self.rotate(e, 25)
                let t1 = h &+ s1 &+ (e & f ^ ~e & g) &+ Self.constants[k] &+ w[k]
                let s0 = Self.rotate(a, 2) ^ Self.rotate(a, 13) ^ Self.rotate(a, 22)
                let t2 = s0 &+ (a & b ^ a & c ^ b & c)
                (h, g, f, e, d, c, b, a) = (g, f, e, d &+ t1, c, b, a, t1 &+ t2)
            }
            for (k, value) in [a, b, c, d, e, f, g, h].enumerated() { state[k] = state[k] &+ value }
        }
        pending.removeAll(keepingCapacity: true)
    }

    private static func rotate(_ value: UInt32, _ count: UInt32) -> UInt32 { value >> count | value << (32 - count) }

    private static let constants: [UInt32] = [
        0x428A_2F98, 0x7137_4491, 0xB5C0_FBCF, 0xE9B5_DBA5, 0x3956_C25B, 0x59F1_11F1, 0x923F_82A4, 0xAB1C_5ED5,
        0xD807_AA98, 0x1283_5B01, 0x2431_85BE, 0x550C_7DC3, 0x72BE_5D74, 0x80DE_B1FE, 0x9BDC_06A7, 0xC19B_F174,
        0xE49B_69C1, 0xEFBE_4786, 0x0FC1_9DC6, 0x240C_A1CC, 0x2DE9_2C6F, 0x4A74_84AA, 0x5CB0_A9DC, 0x76F9_88DA,
        0x983E_5152, 0xA831_C66D, 0xB003_27C8, 0xBF59_7FC7, 0xC6E0_0BF3, 0xD5A7_9147, 0x06CA_6351, 0x1429_2967,
        0x27B7_0A85, 0x2E1B_2138, 0x4D2C_6DFC, 0x5338_0D13, 0x650A_7354, 0x766A_0ABB, 0x81C2_C92E, 0x9272_2C85,
        0xA2BF_E8A1, 0xA81A_664B, 0xC24B_8B70, 0xC76C_51A3, 0xD192_E819, 0xD699_0624, 0xF40E_3585, 0x106A_A070,
        0x19A4_C116, 0x1E37_6C08, 0x2748_774C, 0x34B0_BCB5, 0x391C_0CB3, 0x4ED8_AA4A, 0x5B9C_CA4F, 0x682E_6FF3,
        0x748F_82EE, 0x78A5_636F, 0x84C8_7814, 0x8CC7_0208, 0x90BE_FFFA, 0xA450_6CEB, 0xBEF9_A3F7, 0xC671_78F2,
    ]
}
