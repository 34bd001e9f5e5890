/// A hash that is the same on every machine, in every run and for ever: what `sample` keeps and what `dedupe`
/// takes for the same depends on it.
///
/// Two lanes of 64 bits, each a chain of 64 × 64 → 128 bit products folded by exclusive or, 16 bytes a round:
/// the construction of wyhash (github.com/wangyi-fudan/wyhash, "mum"). It is not made against people who look
/// for collisions.
struct StableHash: Hashable, Sendable {
    /// The first 64 bits.
    private(set) var low: UInt64 = 0x9E37_79B9_7F4A_7C15
    /// The other 64 bits.
    private(set) var high: UInt64 = 0xC2B2_AE3D_27D4_EB4F

    /// The hash of nothing.
    init() {}

    // Odd, with as many ones as zeros, and without a pattern: digits of pi, e and the golden ratio.
    private static let first: UInt64 = 0xA076_1D64_78BD_642F
    private static let second: UInt64 = 0xE703_7ED1_A0B4_28DB
    private static let third: UInt64 = 0x8EBC_6AF0_9C88_C6E3
    private static let fourth: UInt64 = 0x5899_65CC_7537_4CC3

    @inline(__always)
    private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }

    @inline(__always)
    private mutating func round(_ one: UInt64, _ two: UInt64) {
        low = Self.fold(one ^ Self.first, two ^ low)
        high = Self.fold(one ^ high, two ^ Self.second)
    }

    /// Takes in bytes; the same bytes in other portions hash differently.
    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        var offset = 0
        while bytes.count &- offset >= 16 {
            unsafe round(
                bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self),
                bytes.loadUnaligned(fromByteOffset: offset &+ 8, as: UInt64.self)
            )
            offset &+= 16
        }
        var tail: (UInt64, UInt64) = (0, 0)
        var shift: UInt64 = 0
        while offset < bytes.count {
            let byte = unsafe UInt64(bytes[offset])
            if shift < 64 { tail.0 |= byte &<< shift } else { tail.1 |= byte &<< (shift &- 64) }
            shift &+= 8
            offset &+= 1
        }
        round(tail.0 ^ UInt64(bytes.count) &* Self.third, tail.1 ^ Self.fourth)
    }

    /// Takes in a number.
    @inline(__always)
    mutating func add(_ number: UInt64) { round(number ^ Self.fourth, Self.third) }

    /// Spreads the last bytes over all bits.
    func finished() -> StableHash {
        var result = self
        result.round(low ^ Self.second, high ^ Self.first)
        result.low ^= result.high &>> 32
        return result
    }
}
