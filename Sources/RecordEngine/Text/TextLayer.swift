internal import EventModel

/// Wraps a unit's text so that it is read in an encoding; what comes out is UTF-8, except where bytes are
/// kept as they are.
///
/// `betweenReads` is not asked here: the framing that reads asks it.
public func makeTextLayer(over text: any TextSource, _ charset: TextCharset) -> any TextSource {
    TextLayer(text, charset)
}

/// Looks at a unit's first bytes, and reads the rest as they and the configuration say.
final class TextLayer: TextSource {
    /// Bytes that tell the encoding.
    private static let markBytes = 2
    private static let readBytes = 64 << 10

    private let source: any TextSource
    private let charset: TextCharset
    private var conversion: (any TextConversion)?
    /// Bytes that were read to look at them and not given out yet.
    private let raw = ByteBuffer()
    /// Converted text, given out up to `place`.
    private let ready = ByteBuffer()
    private var place = 0
    private var isAtStart = true
    /// Whether the source has ended; bytes that were looked at may still have to be converted.
    private var isAtEnd = false
    /// Whether the last bytes are converted.
    private var isConverted = false
    private var seemsUTF16 = false

    /// Reads `source` in an encoding.
    init(_ source: any TextSource, _ charset: TextCharset) {
        self.source = source
        self.charset = charset
    }

    /// What the source says; whether the text seems to be in another encoding, and how much could not be
    /// read.
    var warnings: [String] {
        var warnings = source.warnings
        if seemsUTF16 {
            warnings.append(
                "text.utf16: The text begins with the byte order mark of UTF-16 and is read as bytes: "
                    + "add `- charset: auto` to convert it."
            )
        }
        if let conversion, conversion.invalidCount > 0 {
            let fate = charset.invalid == .replace ? "replaced with U+FFFD" : "marked in their records"
            warnings.append("text.invalid: \(conversion.invalidCount) malformed characters were \(fate).")
        }
        return warnings
    }

    /// Appends text.
    func read(into buffer: ByteBuffer, upTo byteCount: Int) throws(SluiceError) -> Int {
        if isAtStart { try begin() }
        guard let conversion else { return try readPlain(into: buffer, upTo: byteCount) }
        while place == ready.count {
            if isConverted { return 0 }
            ready.removeAll()
            place = 0
            if !isAtEnd { isAtEnd = try source.read(into: raw, upTo: Self.readBytes) == 0 }
            conversion.convert(raw, isLast: isAtEnd, into: ready)
            isConverted = isAtEnd
        }
        let count = min(byteCount, ready.count - place)
        unsafe buffer.append(UnsafeRawBufferPointer(rebasing: ready.bytes[place..<place + count]))
        place += count
        return count
    }

    /// Bytes as they are: first those that were looked at.
    private func readPlain(into buffer: ByteBuffer, upTo byteCount: Int) throws(SluiceError) -> Int {
        if raw.count == 0 { return isAtEnd ? 0 : try source.read(into: buffer, upTo: byteCount) }
        let count = min(byteCount, raw.count)
        unsafe buffer.append(UnsafeRawBufferPointer(rebasing: raw.bytes[..<count]))
        raw.remove(0..<count)
        return count
    }

    private func begin() throws(SluiceError) {
        isAtStart = false
        while raw.count < Self.markBytes, !isAtEnd {
            isAtEnd = try source.read(into: raw, upTo: Self.markBytes - raw.count) == 0
        }
        let isLittle = unsafe raw.bytes.starts(with: [0xFF, 0xFE])
        let isBig = unsafe raw.bytes.starts(with: [0xFE, 0xFF])
        let hasMark = isLittle || isBig
        switch charset.encoding {
        case .unknown: seemsUTF16 = hasMark
        case .utf8:
            if charset.invalid == .replace { conversion = UTF8Repair() }
        case .automatic where !hasMark:
            if charset.invalid == .replace { conversion = UTF8Repair() }
        case .automatic, .utf16:
            if hasMark { raw.removeAll() }
            conversion = try convert(from: isBig ? "UTF-16BE" : "UTF-16LE", unit: 2)
        case .named(let name, let unit):
            conversion = try convert(from: name, unit: unit)
        }
    }

    private func convert(from name: String, unit: Int) throws(SluiceError) -> any TextConversion {
        try LibraryConversion(name, unit: unit, replaces: charset.invalid == .replace)
    }
}

/// Makes UTF-8 of bytes.
protocol TextConversion: AnyObject {
    /// Parts of the text so far that were malformed.
    var invalidCount: UInt64 { get }
    /// Converts the bytes, and leaves in `raw` those that need more; with `isLast` everything is converted.
    func convert(_ raw: ByteBuffer, isLast: Bool, into text: ByteBuffer)
}
