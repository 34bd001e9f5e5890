internal import CSimdjson

/// UTF-8 in which U+FFFD stands for everything that is none.
final class UTF8Repair: TextConversion {
    /// Parts that were replaced.
    private(set) var invalidCount: UInt64 = 0

    /// Copies what is well-formed, and replaces the rest.
    func convert(_ raw: ByteBuffer, isLast: Bool, into text: ByteBuffer) {
        let bytes = unsafe raw.base.assumingMemoryBound(to: UInt8.self)
        let whole = isLast ? raw.count : unsafe sluice_utf8_whole(bytes, raw.count)
        if unsafe sluice_is_utf8(bytes, whole) {
            unsafe text.append(UnsafeRawBufferPointer(rebasing: raw.bytes[..<whole]))
        } else {
            text.reserve(whole * 3)
            var replaced = 0
            let target = unsafe (text.base + text.count).assumingMemoryBound(to: UInt8.self)
            text.count += unsafe sluice_utf8_repair(bytes, whole, target, &replaced)
            invalidCount += UInt64(replaced)
        }
        raw.remove(0..<whole)
    }
}
