internal import Glibc

/// Searching and counting line feeds; each is a loop over vectors, in the C library or here.
package enum Newlines {
    /// The byte that ends a record.
    package static let lineFeed: UInt8 = 0x0A

    /// Offset of the first line feed at or after `start`, nil when there is none.
    @inline(__always)
    package static func first(in bytes: UnsafeRawBufferPointer, from start: Int = 0) -> Int? {
        guard let base = bytes.baseAddress, start < bytes.count else { return nil }
        guard let hit = unsafe memchr(base + start, Int32(lineFeed), bytes.count - start) else { return nil }
        return unsafe UnsafeRawPointer(hit) - base
    }

    /// Offset of the last line feed of `bytes`, nil when there is none.
    ///
    /// From behind, 32 bytes a step (memrchr is a GNU extension that Glibc's module does not show).
    package static func last(in bytes: UnsafeRawBufferPointer) -> Int? {
        guard let base = bytes.baseAddress else { return nil }
        let needle = SIMD32<UInt8>(repeating: lineFeed)
        var end = bytes.count
        while end >= 32 {
            let vector = unsafe base.loadUnaligned(fromByteOffset: end &- 32, as: SIMD32<UInt8>.self)
            if any(vector .== needle) { break }
            end &-= 32
        }
        while end > 0 {
            end &-= 1
            if unsafe base.load(fromByteOffset: end, as: UInt8.self) == lineFeed { return end }
        }
        return nil
    }

    /// How many line feeds there are.
    ///
    /// Plan: 32 bytes a step are compared at once; a lane that is equal becomes 255, so subtracting it counts
    /// one. A lane holds at most 255, hence the inner loop of 255 steps, after which the lanes are summed.
    package static func count(in bytes: UnsafeRawBufferPointer) -> Int {
        guard let base = bytes.baseAddress else { return 0 }
        let count = bytes.count
        let needle = SIMD32<UInt8>(repeating: lineFeed)
        var total = 0
        var offset = 0
        while offset &+ 32 <= count {
            let steps = min((count &- offset) / 32, 255)
            let end = offset &+ steps &* 32
            var lanes = SIMD32<UInt8>()
            while offset < end {
                let vector = unsafe base.loadUnaligned(fromByteOffset: offset, as: SIMD32<UInt8>.self)
                lanes &-= unsafe unsafeBitCast(vector .== needle, to: SIMD32<UInt8>.self)
                offset &+= 32
            }
            total &+= Int(SIMD32<UInt16>(truncatingIfNeeded: lanes).wrappedSum())
        }
        while offset < count {
            if unsafe base.load(fromByteOffset: offset, as: UInt8.self) == lineFeed { total &+= 1 }
            offset &+= 1
        }
        return total
    }
}
