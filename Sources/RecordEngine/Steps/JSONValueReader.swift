internal import CSimdjson

/// Reads one JSON value that a text holds, by the same rules as records: simdjson's index and our checks.
@safe final class JSONValueReader {
    /// Levels that a value may have.
    private static let maximumDepth: UInt32 = 64

    private let parser: OpaquePointer
    private let symbols: OpaquePointer

    /// Reserves the parser's memory; nil when there is none.
    init?() {
        guard let parser = unsafe sluice_json_new(Self.maximumDepth + 1) else { return nil }
        guard let symbols = unsafe sluice_symbols_new() else {
            unsafe sluice_json_free(parser)
            return nil
        }
        unsafe self.parser = unsafe parser
        unsafe self.symbols = unsafe symbols
    }

    deinit {
        unsafe sluice_json_free(parser)
        unsafe sluice_symbols_free(symbols)
    }

    /// The value of a text, in the arena; nil where it holds none, or more than one.
    ///
    /// The text becomes the only field of a record: `{"":…}`. Line breaks between tokens become spaces, so
    /// that a record stays one line.
    func value(of text: UnsafeRawBufferPointer, in arena: ByteBuffer) -> MadeValue? {
        let frame = 5
        // The text may lie in the arena, which must not move before it is copied: nothing is reserved here,
        // the caller has made room for twice the text and 128 bytes.
        guard arena.count + text.count + frame + 1 <= arena.capacity, text.count > 0 else { return nil }
        let start = arena.count
        for byte in "{\"\":".utf8 { arena.append(byte) }
        unsafe arena.append(text)
        arena.append(UInt8(ascii: "}"))
        let base = unsafe arena.base.assumingMemoryBound(to: UInt8.self)
        unsafe Self.joinLines(base + start + 4, count: text.count)
        var record = sluice_record()
        record.offset = UInt32(truncatingIfNeeded: start)
        record.length = UInt32(truncatingIfNeeded: arena.count - start)
        let bound = sluice_json_field_bound(arena.count - start) + 1
        return unsafe withUnsafeTemporaryAllocation(of: sluice_field.self, capacity: bound) { fields in
            guard let first = fields.baseAddress else { return nil }
            _ = unsafe sluice_json_parse(parser, base, &record, 1, symbols, 0, first)
            guard record.state == UInt8(SLUICE_LIVE), record.field_count == 1 else { return nil }
            let field = unsafe first[Int(record.first_field)]
            return MadeValue(
                tag: Int(field.tag),
                offset: Int(field.value_offset),
                length: Int(field.value_length),
                flags: SLUICE_IN_ARENA | Int(field.flags) & SLUICE_VALUE_ESCAPED
            )
        }
    }

    /// Line breaks outside of strings become spaces; one inside of a string is left to be found.
    private static func joinLines(_ text: UnsafeMutablePointer<UInt8>, count: Int) {
        var isString = false
        var place = 0
        while place < count {
            switch unsafe text[place] {
            case UInt8(ascii: "\""): isString.toggle()
            case UInt8(ascii: "\\") where isString: place += 1
            case 0x0A where !isString, 0x0D where !isString: unsafe text[place] = 0x20
            default: break
            }
            place += 1
        }
    }
}
