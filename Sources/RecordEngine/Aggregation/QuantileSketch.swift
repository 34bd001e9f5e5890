/// The distribution of some numbers, with a bounded relative error, in buckets whose width is a fixed share
/// of what lies in them.
///
/// The guarantee is that of DDSketch (Masson, Rim, Lee 2019). The buckets are those of the double's own bits:
/// the exponent and the first bits of the mantissa, so that no logarithm decides on which side of a border a
/// number falls. Merging adds counts, in whatever order. Numbers nearer to zero than 2.3e-308 are zero.
struct QuantileSketch: Equatable {
    /// Numbers of one bucket.
    struct Bucket: Equatable {
        /// The number's first bits, plus one; negated for negative numbers; 0 for zero.
        var key: Int64
        /// How many there are; not 0.
        var count: UInt64
    }

    /// Bits of the mantissa that tell buckets apart; the relative error is 1 / 2^(bits + 1).
    let bits: Int
    /// The buckets that hold something, by rising key.
    private(set) var buckets: [Bucket] = []
    /// How many numbers there are.
    private(set) var count: UInt64 = 0
    /// The smallest number; meaningless where there is none.
    private(set) var minimum = 0.0
    /// The largest number.
    private(set) var maximum = 0.0

    /// No numbers yet.
    init(bits: Int) { self.bits = bits }

    /// The fewest bits whose error is not above `error`.
    static func bits(forError error: Double) -> Int {
        var bits = 0
        while 1 / Double(1 << (bits + 1)) > error { bits += 1 }
        return bits
    }

    /// Bytes of memory, about.
    var byteCount: Int { 64 + buckets.capacity * 16 }

    /// The largest key that a number can have.
    var maximumKey: Int64 { key(of: .greatestFiniteMagnitude) }

    private func key(of value: Double) -> Int64 {
        let magnitude = value.magnitude
        if magnitude < .leastNormalMagnitude { return 0 }
        let key = Int64(bitPattern: magnitude.bitPattern &>> UInt64(52 &- bits)) &+ 1
        return value < 0 ? 0 &- key : key
    }

    /// The middle of a bucket.
    private func middle(of key: Int64) -> Double {
        if key == 0 { return 0 }
        let first = UInt64(key.magnitude - 1) << UInt64(52 - bits)
        let middle = Double(bitPattern: first | 1 << UInt64(51 - bits))
        return key < 0 ? -middle : middle
    }

    /// Takes a finite number.
    mutating func add(_ value: Double) {
        widen(to: value, value)
        add(Bucket(key: key(of: value), count: 1))
    }

    /// Takes what another sketch of the same bits took.
    mutating func merge(_ other: QuantileSketch) {
        if other.count == 0 { return }
        widen(to: other.minimum, other.maximum)
        for bucket in other.buckets { add(bucket) }
    }

    /// Takes bounds and buckets as they were written down.
    mutating func restore(minimum: Double, maximum: Double, _ buckets: [Bucket]) {
        widen(to: minimum, maximum)
        for bucket in buckets { add(bucket) }
    }

    private mutating func widen(to low: Double, _ high: Double) {
        minimum = count == 0 ? low : min(minimum, low)
        maximum = count == 0 ? high : max(maximum, high)
    }

    private mutating func add(_ bucket: Bucket) {
        count &+= bucket.count
        var low = 0
        var high = buckets.count
        while low < high {
            let middle = (low &+ high) &>> 1
            if buckets[middle].key < bucket.key { low = middle &+ 1 } else { high = middle }
        }
        if low < buckets.count, buckets[low].key == bucket.key {
            buckets[low].count &+= bucket.count
        } else {
            buckets.insert(bucket, at: low)
        }
    }

    /// The number below which the share `share` of all lies; there is at least one.
    ///
    /// It is that of rank ⌊share × (count − 1)⌋ from 0; the smallest and the largest one are exact.
    func quantile(_ share: Double) -> Double {
        let rank = UInt64((share * Double(count - 1)).rounded(.down))
        if rank == 0 { return minimum }
        if rank >= count - 1 { return maximum }
        var seen: UInt64 = 0
        for bucket in buckets {
            seen &+= bucket.count
            if seen > rank { return min(max(middle(of: bucket.key), minimum), maximum) }
        }
        return maximum
    }
}
