/// Which charset a text has, from its first bytes.
struct CharsetGuess: Sendable, Hashable {
    /// As FormatGuess names it.
    let name: String
    /// The text as UTF-8; bytes beyond ASCII of charsets that are not decoded here are question marks.
    let text: [UInt8]

    /// Looks at byte order marks, zero bytes, UTF-8 and East Asian byte pairs, in that order.
    init(_ sample: [UInt8]) {
        if sample.starts(with: [0xFF, 0xFE]) || Self.zeros(sample, at: 1) {
            self.init("utf-16le", Self.decoded(sample, isBigEndian: false))
        } else if sample.starts(with: [0xFE, 0xFF]) || Self.zeros(sample, at: 0) {
            self.init("utf-16be", Self.decoded(sample, isBigEndian: true))
        } else if Self.isUTF8(sample) {
            let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
            self.init("utf-8", sample.starts(with: mark) ? Array(sample.dropFirst(3)) : sample)
        } else {
            let name =
                Self.hasPairs(sample, Self.isShiftJIS)
                ? "shift_jis" : Self.hasPairs(sample, Self.isGBK) ? "gbk" : "latin1"
            self.init(name, sample.map { $0 < 0x80 ? $0 : UInt8(ascii: "?") })
        }
    }

    private init(_ name: String, _ text: [UInt8]) {
        self.name = name
        self.text = text
    }

    /// Whether most bytes at even or odd places are zero and most others are not: ASCII in UTF-16.
    private static func zeros(_ sample: [UInt8], at parity: Int) -> Bool {
        let pairs = sample.prefix(1 << 12).count / 2
        guard pairs > 1 else { return false }
        let zeros = (0..<pairs).count { sample[2 * $0 + parity] == 0 }
        let others = (0..<pairs).count { sample[2 * $0 + 1 - parity] == 0 }
        return zeros * 10 > pairs * 7 && others * 10 < pairs
    }

    private static func decoded(_ sample: [UInt8], isBigEndian: Bool) -> [UInt8] {
        let units = (0..<sample.count / 2).map { index in
            let (first, second) = (UInt16(sample[2 * index]), UInt16(sample[2 * index + 1]))
            return isBigEndian ? first << 8 | second : second << 8 | first
        }
        let hasMark = units.first == 0xFEFF
        return Array(String(decoding: hasMark ? units[1...] : units[...], as: UTF16.self).utf8)
    }

    /// Whether the bytes are UTF-8; the last sequence may be cut off.
    private static func isUTF8(_ sample: [UInt8]) -> Bool {
        var end = sample.count
        // A sequence has at most three bytes behind its first (RFC 3629, section 3).
        while end > 0, sample.count - end < 3, sample[end - 1] & 0xC0 == 0x80 { end -= 1 }
        if end > 0, sample[end - 1] >= 0xC0 { end -= 1 }
        return String(validating: sample[..<end], as: UTF8.self) != nil
            || String(validating: sample, as: UTF8.self) != nil
    }

    /// Whether all bytes beyond ASCII stand in pairs of a charset; the last may be cut off.
    private static func hasPairs(_ sample: [UInt8], _ isPair: (UInt8, UInt8) -> Int) -> Bool {
        var at = 0
        while at < sample.count {
            if sample[at] < 0x80 {
                at += 1
                continue
            }
            guard at + 1 < sample.count else { return true }
            let length = isPair(sample[at], sample[at + 1])
            if length == 0 { return false }
            at += length
        }
        return true
    }

    /// Bytes of the character that begins so in Shift-JIS (JIS X 0208, appendix 1); 0 where none does.
    ///
    /// Half-width katakana alone are not taken for it: in GBK those bytes are first bytes.
    private static func isShiftJIS(_ first: UInt8, _ second: UInt8) -> Int {
        let isLead = (0x81...0x9F).contains(first) || (0xE0...0xEF).contains(first)
        return isLead && ((0x40...0x7E).contains(second) || (0x80...0xFC).contains(second)) ? 2 : 0
    }

    /// The same of GBK (GB 18030, two-byte codes).
    private static func isGBK(_ first: UInt8, _ second: UInt8) -> Int {
        (0x81...0xFE).contains(first) && ((0x40...0x7E).contains(second) || (0x80...0xFE).contains(second))
            ? 2 : 0
    }
}
