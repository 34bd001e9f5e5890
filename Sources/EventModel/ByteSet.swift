/// A set of byte values.
package struct ByteSet: Hashable {
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    /// Every byte but the separator of keys.
    package static let anyInComponent: ByteSet = {
        var set = ByteSet()
        for byte in UInt8.min...UInt8.max where byte != UInt8(ascii: "/") { set.insert(byte) }
        return set
    }()

    /// Every byte.
    package static let any: ByteSet = {
        var set = anyInComponent
        set.insert(UInt8(ascii: "/"))
        return set
    }()

    /// The empty set.
    package init() {}

    /// A set of one byte.
    package init(_ byte: UInt8) { insert(byte) }

    /// Whether a byte is in the set.
    package func contains(_ byte: UInt8) -> Bool { word(byte >> 6) >> (byte & 63) & 1 == 1 }

    /// Adds a byte.
    package mutating func insert(_ byte: UInt8) { set(byte >> 6, word(byte >> 6) | 1 << (byte & 63)) }

    /// Takes a byte out.
    package mutating func remove(_ byte: UInt8) { set(byte >> 6, word(byte >> 6) & ~(1 << (byte & 63))) }

    /// The set without one byte.
    package func removing(_ byte: UInt8) -> ByteSet {
        var copy = self
        copy.remove(byte)
        return copy
    }

    /// The only member, or nil when there are none or several.
    package var single: UInt8? {
        let words = [words.0, words.1, words.2, words.3]
        guard words.reduce(0, { $0 + $1.nonzeroBitCount }) == 1 else { return nil }
        for (index, word) in words.enumerated() where word != 0 {
            return UInt8(index * 64 + word.trailingZeroBitCount)
        }
        return nil
    }

    /// The bytes of both sets.
    package func intersection(_ other: ByteSet) -> ByteSet {
        var both = ByteSet()
        for index in UInt8(0)..<4 { both.set(index, word(index) & other.word(index)) }
        return both
    }

    /// Whether no byte is in the set.
    package var isEmpty: Bool { words.0 | words.1 | words.2 | words.3 == 0 }

    private func word(_ index: UInt8) -> UInt64 {
        switch index {
        case 0: words.0
        case 1: words.1
        case 2: words.2
        default: words.3
        }
    }

    private mutating func set(_ index: UInt8, _ word: UInt64) {
        switch index {
        case 0: words.0 = word
        case 1: words.1 = word
        case 2: words.2 = word
        default: words.3 = word
        }
    }

    /// Compares all four words; tuples have no synthesised form.
    package static func == (left: Self, right: Self) -> Bool { left.words == right.words }

    /// Hashes all four words.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }
}
