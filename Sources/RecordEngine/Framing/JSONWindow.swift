/// Text that a scanner of JSON looks at.
@unsafe struct JSONWindow {
    /// Where it begins.
    let base: UnsafeMutablePointer<UInt8>
    /// Its length in bytes.
    let count: Int
    /// Whether the unit ends with it.
    let isLast: Bool

    /// All of it.
    var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: base, count: count) }

    /// Some of it.
    @inline(__always)
    func slice(_ from: Int, _ to: Int) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: base + from, count: to - from)
    }

    /// The first place at or behind `from` that is not blank (RFC 8259, section 2), and no record separator
    /// of a text sequence (RFC 7464).
    func skipBlanks(from: Int) -> Int {
        var place = from
        while unsafe place < count {
            switch unsafe base[place] {
            case 0x20, 0x09, 0x0A, 0x0D, 0x1E: place += 1
            default: return place
            }
        }
        return place
    }

    /// Whether an opening bracket stands behind the line feed at `place`; nil where that is not known yet.
    func isBreak(at place: Int) -> Bool? {
        if unsafe place + 1 == count { return unsafe isLast ? false : nil }
        let next = unsafe base[place + 1]
        return next == UInt8(ascii: "{") || next == UInt8(ascii: "[")
    }
}
