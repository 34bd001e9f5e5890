internal import Synchronization

/// Randomness, as a dependency: services take one, tests own a seeded one.
public protocol RandomSource: Sendable {
    /// 64 random bits.
    func next() -> UInt64
}

extension RandomSource {
    /// Evenly distributed, at least 0 and below 1, with 53 bits.
    public func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Random bits in lower-case hexadecimal; `digitCount` may be anything.
    public func hexadecimal(digitCount: Int) -> String {
        var digits = ""
        while digits.utf8.count < digitCount {
            let word = String(next(), radix: 16)
            digits += String(repeating: "0", count: 16 - word.utf8.count) + word
        }
        return String(digits.prefix(digitCount))
    }
}

/// The operating system's randomness.
public struct SystemRandomSource: RandomSource {
    /// Uses getrandom(2) through the standard library.
    public init() {}

    /// 64 random bits.
    public func next() -> UInt64 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }
}

/// The same numbers for the same seed: SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number
/// generators").
public final class SeededRandomSource: RandomSource {
    private let state: Mutex<UInt64>

    /// Starts the sequence of a seed.
    public init(seed: UInt64) { state = Mutex(seed) }

    /// The next 64 bits of the sequence.
    public func next() -> UInt64 {
        var word = state.withLock { state in
            state &+= 0x9E37_79B9_7F4A_7C15
            return state
        }
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
