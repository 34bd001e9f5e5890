internal import CSimdjson

extension RecordBatch {
    /// A value as encoders of plain text write it: text without quotes and escapes, `true`, numbers, lists
    /// and objects as they are written, null as nothing.
    ///
    /// Valid until the arena grows: `reserveForDecoding` first.
    func writtenText(of field: sluice_field) -> UnsafeRawBufferPointer {
        switch Int(field.tag) {
        case SLUICE_TRUE: return unsafe Self.bytes("true")
        case SLUICE_FALSE: return unsafe Self.bytes("false")
        default: return unsafe plainText(of: field)
        }
    }

    private static func bytes(_ word: StaticString) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    }

    /// The name of a field as the inside of a JSON string.
    func writtenName(of field: sluice_field) -> UnsafeBufferPointer<UInt8> {
        if field.flags & UInt8(SLUICE_NAMED) != 0 {
            var length = 0
            let json = unsafe sluice_symbols_json(symbols.handle, field.symbol, &length)
            // Without the quotes and the colon.
            return unsafe UnsafeBufferPointer(start: json + 1, count: length - 3)
        }
        let isMade = field.flags & UInt8(SLUICE_NAME_IN_ARENA) != 0
        let base = unsafe isMade ? UnsafePointer(arena.base.assumingMemoryBound(to: UInt8.self)) : text
        return unsafe UnsafeBufferPointer(
            start: base + Int(field.name_offset),
            count: Int(field.name_length)
        )
    }
}
