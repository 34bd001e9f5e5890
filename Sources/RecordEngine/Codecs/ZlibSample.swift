internal import EventModel

/// Tells zlib streams from text by more than their first two bytes, which text may begin with: "x^2".
///
/// Only the four headers that encoders write for the usual window are looked at (0x78, and 0x01, 0x5E, 0x9C
/// or 0xDA, for the levels). Such an object is zlib where its start holds a control character that no text
/// has: compressed data has one in every ten bytes or so. A short stream without any is zlib when it decodes
/// to its end and matches its checksum. So a text is never taken for zlib, and a damaged stream never for
/// text unless the damage hits the header. (UTF-16 that begins with U+5E78 and no mark of byte order would
/// be: it fails, and `decompress: none` is the remedy.)
struct ZlibSample {
    /// How many bytes are looked at.
    static let count = 4096

    /// Whether the first two bytes are those of zlib.
    static func isCandidate(_ bytes: [UInt8]) -> Bool {
        bytes.count >= 2 && bytes[0] == 0x78 && [0x01, 0x5E, 0x9C, 0xDA].contains(bytes[1])
    }

    /// Whether an object that begins so is zlib; fewer than `count` bytes are all of it.
    static func isZlib(_ bytes: [UInt8]) -> Bool {
        bytes.contains(where: isControl) || bytes.count < count && isWhole(bytes)
    }

    /// Whether a byte is a control character that log text does not hold: no white space, backspace, bell or
    /// escape, which terminals write.
    private static func isControl(_ byte: UInt8) -> Bool {
        byte < 0x07 || (0x0E...0x1A).contains(byte) || (0x1C...0x1F).contains(byte)
    }

    /// Whether a stream decodes to its end.
    private static func isWhole(_ bytes: [UInt8]) -> Bool {
        let inflater = Inflater(.zlib)
        inflater.begin()
        let text = ByteBuffer(capacity: 64 << 10)
        let memory = unsafe UnsafeMutableRawBufferPointer(start: text.base, count: text.capacity)
        return unsafe bytes.withUnsafeBytes { stored in
            var offset = 2
            while true {
                let rest = unsafe UnsafeRawBufferPointer(rebasing: stored[offset...])
                guard let step = unsafe try? inflater.step(rest, into: memory) else { return false }
                if step.isFinished { return true }
                if step.consumed == 0, step.produced == 0 { return false }
                offset += step.consumed
            }
        }
    }
}
