internal import CSimdjson

/// `encode: logfmt`: `key=value` pairs, one line a record.
///
/// What `parse: logfmt` reads back as the same value: text that looks like a number, `true`, `false` or
/// `null`, or that holds a blank, quote, backslash, `=` or control character, is quoted with the escapes of
/// JSON; lists and objects are the text that their JSON is. Bytes of a name that no key may have become `_`.
struct LogfmtEncoder: RecordEncoder {
    /// What users read about it.
    static let spec = ComponentSpec(
        name: "logfmt",
        summary: "key=value pairs, one line a record.",
        semantics: 1,
        example: "- encode: logfmt",
        notes: """
            Text is quoted where it must be for [`parse: logfmt`](parsers.md#parse-logfmt) to read the same
            value. Lists and objects are written as the text of their JSON. A byte of a name that no key may
            have becomes `_`.
            """,
        samples: [
            #"{"level":"info","msg":"a \"b\"","n":1.50,"id":"7","ok":true,"list":[1],"the key":null,"e":""}"#
        ]
    )

    /// Appends one line per live record.
    func encode(_ batch: RecordBatch, _ range: Range<Int>, to output: ByteBuffer) {
        for index in range where unsafe batch.records[index].isLive {
            let record = unsafe batch.records[index]
            batch.reserveForDecoding(record)
            var isFirst = true
            for place in record.fieldRange {
                let field = unsafe batch.fields[place]
                if field.isRemoved { continue }
                if !isFirst { output.append(UInt8(ascii: " ")) }
                isFirst = false
                unsafe name(batch.writtenName(of: field), to: output)
                output.append(UInt8(ascii: "="))
                value(field, of: batch, to: output)
            }
            output.append(UInt8(ascii: "\n"))
        }
    }

    private func name(_ bytes: UnsafeBufferPointer<UInt8>, to output: ByteBuffer) {
        if bytes.isEmpty { output.append(UInt8(ascii: "_")) }
        for index in 0..<bytes.count {
            let byte = unsafe bytes[index]
            output.append(Self.isPlain(byte) ? byte : UInt8(ascii: "_"))
        }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte != 0x7F && byte != UInt8(ascii: "=") && byte != UInt8(ascii: "\"")
            && byte != UInt8(ascii: "\\")
    }

    private func value(_ field: sluice_field, of batch: RecordBatch, to output: ByteBuffer) {
        switch Int(field.tag) {
        case SLUICE_NULL:
            unsafe "null".utf8.withContiguousStorageIfAvailable { unsafe output.append(.init($0)) }
        case SLUICE_TRUE, SLUICE_FALSE, SLUICE_NUMBER: unsafe output.append(batch.writtenText(of: field))
        default:
            let text = unsafe batch.writtenText(of: field)
            let bytes = unsafe text.assumingMemoryBound(to: UInt8.self)
            if unsafe bytes.allSatisfy({ Self.isPlain($0) }), unsafe JSONScalar.tag(bytes) == SLUICE_TEXT {
                unsafe output.append(text)
                return
            }
            output.append(UInt8(ascii: "\""))
            output.reserve(6 * text.count + 64)
            if let start = bytes.baseAddress {
                let target = unsafe (output.base + output.count).assumingMemoryBound(to: UInt8.self)
                output.count &+= unsafe sluice_json_escape(start, bytes.count, target, false)
            }
            output.append(UInt8(ascii: "\""))
        }
    }
}
