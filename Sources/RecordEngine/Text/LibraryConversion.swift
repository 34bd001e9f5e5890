internal import CSimdjson
internal import EventModel

/// Text in any encoding that iconv(3) of the C library reads.
@safe final class LibraryConversion: TextConversion {
    /// What to do where an encoding is missing.
    static let installHint =
        "Install its gconv modules: Debian has them in libc6, Fedora in glibc-gconv-extra."

    /// In the place of what is malformed: U+FFFD, or a byte that makes its record no UTF-8.
    private let substitute: [UInt8]
    private let unit: Int
    private let handle: OpaquePointer
    /// Parts that were malformed.
    private(set) var invalidCount: UInt64 = 0
    /// Whether the text so far ends within a character, of which the library may have kept the beginning.
    private var endsWithin = false

    /// Begins to convert from the encoding with this name of the library's, whose characters consist of
    /// units of so many bytes; throws `text.charset-unavailable` where the machine does not have it.
    init(_ name: String, unit: Int, replaces: Bool) throws(SluiceError) {
        guard let handle = unsafe sluice_charset_new(name) else {
            throw SluiceError(
                .textCharsetUnavailable,
                "The C library of this machine cannot read the encoding \(name).",
                hint: Self.installHint
            )
        }
        unsafe self.handle = unsafe handle
        self.unit = unit
        substitute = replaces ? [0xEF, 0xBF, 0xBD] : [0xFF]
    }

    deinit { unsafe sluice_charset_free(handle) }

    /// Converts all whole characters; what is malformed is passed unit by unit.
    func convert(_ raw: ByteBuffer, isLast: Bool, into text: ByteBuffer) {
        var place = 0
        while place < raw.count {
            // No character of the encodings grows more: half-width kana have 1 byte there, and 3 in UTF-8.
            text.reserve((raw.count - place) * 3 + 16)
            var read = 0
            var written = 0
            let how = unsafe sluice_charset_convert(
                handle,
                raw.base.assumingMemoryBound(to: UInt8.self) + place,
                raw.count - place,
                (text.base + text.count).assumingMemoryBound(to: UInt8.self),
                text.capacity - text.count,
                &read,
                &written
            )
            place += read
            text.count += written
            endsWithin = how == Int32(SLUICE_CHARSET_INCOMPLETE)
            if how == Int32(SLUICE_CHARSET_INVALID) {
                mark(text)
                place = min(place + unit, raw.count)
            } else if endsWithin {
                break
            }
        }
        if isLast, endsWithin {
            mark(text)
            place = raw.count
        }
        raw.remove(0..<place)
    }

    private func mark(_ text: ByteBuffer) {
        invalidCount += 1
        for byte in substitute { text.append(byte) }
    }
}
