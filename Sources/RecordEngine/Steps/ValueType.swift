internal import CSimdjson

/// What `convert` makes of a value.
enum ValueType: String, CaseIterable, Sendable {
    /// A whole number, a number, true or false, text, and the value that a text of JSON holds.
    case int, float, bool, string, json
    /// A number of bytes of a text such as `12KiB`.
    case bytes
    /// A number of nanoseconds of a text such as `1m30s`.
    case durationNanoseconds = "duration_ns"
    /// A number of microseconds.
    case durationMicroseconds = "duration_us"
    /// A number of milliseconds.
    case durationMilliseconds = "duration_ms"
    /// A number of seconds.
    case durationSeconds = "duration_s"

    /// Decimal places of a nanosecond in the unit of a duration.
    var nanosecondPlaces: Int {
        switch self {
        case .durationMicroseconds: 3
        case .durationMilliseconds: 6
        case .durationSeconds: 9
        default: 0
        }
    }
}

extension RecordBatch {
    /// The value with another type; nil where it has none.
    ///
    /// The field is not null.
    func converted(_ field: sluice_field, to type: ValueType, _ reader: JSONValueReader?) -> MadeValue? {
        switch Int(field.tag) {
        case SLUICE_STRING, SLUICE_TEXT:
            if type == .string { return same(field, as: Int(field.tag)) }
            // Room for the decoded text and for what is made of it, so that the former stays where it is.
            arena.reserve(2 * Int(field.value_length) + 128)
            let text = unsafe plainText(of: field)
            if type == .json { return unsafe reader?.value(of: text, in: arena) }
            return unsafe converted(text, isDecoded: field.isEscaped, field, to: type)
        case SLUICE_NUMBER where type == .string: return same(field, as: SLUICE_TEXT)
        case SLUICE_COMPOSITE where type == .string: return same(field, as: SLUICE_TEXT)
        case SLUICE_NUMBER where type == .int:
            let text = unsafe UnsafeRawBufferPointer(start: start(of: field), count: Int(field.value_length))
            arena.reserve(128)
            return unsafe converted(text, isDecoded: false, field, to: .int)
        case SLUICE_NUMBER where type == .bool:
            guard field.value_length == 1 else { return nil }
            let digit = unsafe start(of: field).pointee
            guard digit == UInt8(ascii: "0") || digit == UInt8(ascii: "1") else { return nil }
            return MadeValue(
                tag: digit == UInt8(ascii: "1") ? SLUICE_TRUE : SLUICE_FALSE,
                offset: 0,
                length: 0
            )
        case SLUICE_NUMBER: return same(field, as: SLUICE_NUMBER)
        case SLUICE_TRUE, SLUICE_FALSE: return converted(field.tag == UInt8(SLUICE_TRUE), field, to: type)
        default: return type == .json ? same(field, as: Int(field.tag)) : nil
        }
    }

    /// The same bytes, read differently.
    private func same(_ field: sluice_field, as tag: Int) -> MadeValue {
        let flags = Int(field.flags) & (SLUICE_IN_ARENA | SLUICE_VALUE_ESCAPED)
        return MadeValue(
            tag: tag,
            offset: Int(field.value_offset),
            length: Int(field.value_length),
            flags: flags
        )
    }

    private func converted(_ value: Bool, _ field: sluice_field, to type: ValueType) -> MadeValue? {
        switch type {
        case .bool, .json: return same(field, as: Int(field.tag))
        case .int, .float: return made(value ? "1" : "0", tag: SLUICE_NUMBER)
        case .string: return made(value ? "true" : "false", tag: SLUICE_TEXT)
        default: return nil
        }
    }

    private func made(_ text: StaticString, tag: Int) -> MadeValue {
        let offset = arena.count
        unsafe arena.append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
        return MadeValue(tag: tag, offset: offset, length: text.utf8CodeUnitCount)
    }

    /// What a text says; the arena has 128 bytes of room.
    private func converted(
        _ text: UnsafeRawBufferPointer,
        isDecoded: Bool,
        _ field: sluice_field,
        to type: ValueType
    ) -> MadeValue? {
        guard let base = text.baseAddress else { return nil }
        var scan = unsafe ValueScan(base.assumingMemoryBound(to: UInt8.self), count: text.count)
        unsafe scan.trim()
        if type == .bool {
            guard let value = unsafe scan.bool() else { return nil }
            return MadeValue(tag: value ? SLUICE_TRUE : SLUICE_FALSE, offset: 0, length: 0)
        }
        if type == .int || type == .float, let slice = unsafe scan.plainNumber(isWhole: type == .int) {
            // The digits are a JSON number as they stand.
            let isInArena = isDecoded || field.flags & UInt8(SLUICE_IN_ARENA) != 0
            let origin = unsafe isInArena ? UnsafeRawPointer(arena.base) : UnsafeRawPointer(self.text)
            return unsafe MadeValue(
                tag: SLUICE_NUMBER,
                offset: UnsafeRawPointer(slice.start) - origin,
                length: slice.count,
                flags: isInArena ? SLUICE_IN_ARENA : 0
            )
        }
        let offset = arena.count
        let target = unsafe (arena.base + offset).assumingMemoryBound(to: UInt8.self)
        let length =
            switch type {
            case .int: unsafe scan.wholeNumber(to: target)
            case .float: unsafe scan.number(to: target)
            case .bytes: unsafe scan.byteCount(to: target)
            default: unsafe scan.duration(places: type.nanosecondPlaces, to: target)
            }
        guard length > 0 else { return nil }
        arena.count &+= length
        return MadeValue(tag: SLUICE_NUMBER, offset: offset, length: length)
    }
}
