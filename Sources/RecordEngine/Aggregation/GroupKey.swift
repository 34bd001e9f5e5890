internal import CSimdjson
internal import Glibc

/// The bytes that stand for a group: part by part its tag, its length as a LEB128 number, and its bytes.
///
/// Tags are SLUICE_NULL to SLUICE_TEXT, with text decoded; and `time`. Numbers keep their text, as everywhere
/// in the engine where values are compared: `1` and `1.0` differ.
enum GroupKey {
    /// The tag of a window's beginning: eight bytes, seconds since 1970 with the sign bit turned, the highest
    /// byte first, so that bytes are ordered as times are.
    static let time: UInt8 = 7

    /// One part of a key.
    @safe struct Part {
        /// What it is.
        let tag: UInt8
        /// What it says.
        let bytes: UnsafeRawBufferPointer
        /// How long it is.
        let count: Int
    }

    /// Bytes that a part needs beyond its own, at most.
    static let overhead = 16

    /// Writes a part, for which there is room; returns how many bytes it has.
    @inline(__always)
    static func write(
        _ tag: UInt8,
        _ bytes: UnsafePointer<UInt8>?,
        count: Int,
        at start: UnsafeMutableRawPointer
    ) -> Int {
        unsafe start.storeBytes(of: tag, as: UInt8.self)
        var length = count
        var at = 1
        while length > 0x7F {
            unsafe start.storeBytes(
                of: UInt8(truncatingIfNeeded: length) | 0x80,
                toByteOffset: at,
                as: UInt8.self
            )
            length = length &>> 7
            at &+= 1
        }
        unsafe start.storeBytes(of: UInt8(truncatingIfNeeded: length), toByteOffset: at, as: UInt8.self)
        if let bytes = unsafe bytes, count > 0 {
            unsafe (start + at + 1).copyMemory(from: bytes, byteCount: count)
        }
        return at &+ 1 &+ count
    }

    /// Writes the beginning of a window, for which there is room; returns how many bytes it has.
    @inline(__always)
    static func write(time seconds: Int64, at start: UnsafeMutableRawPointer) -> Int {
        let value = (UInt64(bitPattern: seconds) ^ 1 << 63).bigEndian
        unsafe start.storeBytes(of: time, as: UInt8.self)
        unsafe start.storeBytes(of: 8, toByteOffset: 1, as: UInt8.self)
        unsafe start.storeBytes(of: value, toByteOffset: 2, as: UInt64.self)
        return 10
    }

    /// Seconds since 1970 of a window's beginning.
    static func seconds(_ part: Part) -> Int64 {
        let value = unsafe part.bytes.loadUnaligned(as: UInt64.self)
        return Int64(bitPattern: UInt64(bigEndian: value) ^ 1 << 63)
    }

    /// The part at a place, which moves behind it; nil where there is no whole one.
    static func next(_ key: UnsafeRawBufferPointer, at place: inout Int) -> Part? {
        guard place < key.count else { return nil }
        let tag = unsafe key[place]
        place += 1
        var length = 0
        var shift = 0
        while true {
            guard place < key.count, shift < 35 else { return nil }
            let byte = unsafe key[place]
            place += 1
            length |= Int(byte & 0x7F) << shift
            if byte < 0x80 {
                // A longer form of a length would be another key for the same group.
                if byte == 0, shift > 0 { return nil }
                break
            }
            shift += 7
        }
        guard length <= key.count - place else { return nil }
        defer { place += length }
        let bytes = unsafe UnsafeRawBufferPointer(rebasing: key[place..<place + length])
        return unsafe Part(tag: tag, bytes: bytes, count: length)
    }

    /// Whether the first key's row is written before the second's: part by part by tag, numbers by their
    /// value, all else by its bytes.
    static func isOrdered(_ left: UnsafeRawBufferPointer, before right: UnsafeRawBufferPointer) -> Bool {
        var leftPlace = 0
        var rightPlace = 0
        while let one = unsafe next(left, at: &leftPlace), let two = unsafe next(right, at: &rightPlace) {
            if one.tag != two.tag { return one.tag < two.tag }
            if one.tag == UInt8(SLUICE_NUMBER) {
                let (first, second) = (number(one), number(two))
                if first != second { return first < second }
            }
            let order = compare(one, two)
            if order != 0 { return order < 0 }
        }
        return false
    }

    private static func compare(_ left: Part, _ right: Part) -> Int {
        let count = min(left.count, right.count)
        if let first = unsafe left.bytes.baseAddress, let second = unsafe right.bytes.baseAddress, count > 0 {
            let order = unsafe memcmp(first, second, count)
            if order != 0 { return Int(order) }
        }
        return left.count - right.count
    }

    private static func number(_ part: Part) -> Double {
        guard let first = unsafe part.bytes.baseAddress else { return 0 }
        return unsafe sluice_number_double(first.assumingMemoryBound(to: UInt8.self), part.count)
    }
}
