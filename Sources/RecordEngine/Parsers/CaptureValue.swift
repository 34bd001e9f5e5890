internal import CSimdjson

/// Typed captures.
enum CaptureValue {
    /// Makes the field's value what `kind` says; false where the text is none.
    ///
    /// Numbers keep their digits; what JSON does not know (`+5`, `007`, `.5`) is written as JSON does.
    static func convert(
        _ text: UnsafeBufferPointer<UInt8>,
        _ kind: CaptureKind,
        _ field: inout sluice_field,
        _ arena: ByteBuffer
    ) -> Bool {
        switch kind {
        case .string: return true
        case .bool:
            let word = unsafe String(decoding: text, as: UTF8.self).lowercased()
            guard word == "true" || word == "false" else { return false }
            field.tag = UInt8(word == "true" ? SLUICE_TRUE : SLUICE_FALSE)
            return true
        case .int, .float:
            if unsafe JSONScalar.isNumber(text) {
                guard unsafe kind == .float || isInteger(text) else { return false }
                field.tag = UInt8(SLUICE_NUMBER)
                return true
            }
            let made = unsafe normal(text)
            let isNumber = unsafe made.withUnsafeBufferPointer { made in
                unsafe JSONScalar.isNumber(made) && (kind == .float || isInteger(made))
            }
            guard isNumber else { return false }
            field.tag = UInt8(SLUICE_NUMBER)
            field.flags |= UInt8(SLUICE_IN_ARENA)
            field.value_offset = UInt32(truncatingIfNeeded: arena.count)
            field.value_length = UInt32(truncatingIfNeeded: made.count)
            unsafe made.withUnsafeBytes { unsafe arena.append($0) }
            return true
        }
    }

    private static func isInteger(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        unsafe text.allSatisfy { $0 == UInt8(ascii: "-") || $0 &- UInt8(ascii: "0") < 10 }
    }

    /// Without `+`, without leading zeros, with a digit on both sides of the point.
    private static func normal(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var rest = unsafe text[...]
        var made: [UInt8] = []
        if let sign = unsafe rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
            if sign == UInt8(ascii: "-") { made.append(sign) }
            unsafe rest.removeFirst()
        }
        let point = UInt8(ascii: ".")
        while unsafe rest.count > 1, unsafe rest.first == UInt8(ascii: "0"),
            unsafe rest[rest.startIndex + 1] &- UInt8(ascii: "0") < 10
        {
            unsafe rest.removeFirst()
        }
        if unsafe rest.first == point { made.append(UInt8(ascii: "0")) }
        unsafe made.append(contentsOf: rest)
        if unsafe rest.count > 1, made.last == point { made.append(UInt8(ascii: "0")) }
        return made
    }
}
