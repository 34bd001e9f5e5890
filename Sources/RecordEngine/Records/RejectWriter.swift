internal import CSimdjson
internal import EventModel

/// Writes rejected records as NDJSON: `{"line":3,"reason":"…","record":"…"}`;
/// those of an archive begin with `"member":"…"`.
///
/// `record` holds the original bytes as a JSON string. A byte that belongs to no well-formed UTF-8 sequence
/// is written as the lone surrogate U+DC80 to U+DCFF whose low eight bits it is (PEP 383), so the bytes can
/// be had back: in Python, `json.loads(line)["record"].encode("utf-8", "surrogateescape")`. Valid UTF-8 holds
/// no surrogates, so there is exactly one way to read it.
enum RejectWriter {
    /// Appends one rejected record; `extra` are further JSON members, each beginning with a comma.
    static func append(
        line: UInt64,
        reason: String,
        record: UnsafeBufferPointer<UInt8>,
        member: String? = nil,
        extra: String = "",
        to output: ByteBuffer
    ) {
        let place = member.map { "\"member\":\(JSONText.quoted($0))," } ?? ""
        append("{\(place)\"line\":\(line),\"reason\":\(JSONText.quoted(reason)),\"record\":\"", to: output)
        output.reserve(record.count * 6 + 64)
        let target = unsafe (output.base + output.count).assumingMemoryBound(to: UInt8.self)
        if let start = record.baseAddress {
            output.count &+= unsafe sluice_json_escape(start, record.count, target, true)
        }
        append("\"\(extra)}\n", to: output)
    }

    /// Appends a record that was too long to be held: its first bytes and its length.
    static func append(_ oversized: OversizedRecord, limit: Int, member: String?, to output: ByteBuffer) {
        let reason = "record of \(oversized.byteCount) bytes is longer than max_record (\(limit))"
        unsafe oversized.prefix.withUnsafeBufferPointer { prefix in
            unsafe append(
                line: oversized.record,
                reason: reason,
                record: prefix,
                member: member,
                extra: ",\"truncated\":true",
                to: output
            )
        }
    }

    /// Appends a member of an archive that cannot be read: `{"member":"…","code":"…","reason":"…"}`.
    static func append(member: String, _ error: SluiceError, to output: ByteBuffer) {
        let code = JSONText.quoted(error.code.name)
        let reason = JSONText.quoted(error.message)
        append(
            "{\"member\":\(JSONText.quoted(member)),\"code\":\(code),\"reason\":\(reason)}\n",
            to: output
        )
    }

    private static func append(_ text: String, to output: ByteBuffer) {
        var text = text
        text.withUTF8 { unsafe output.append(UnsafeRawBufferPointer($0)) }
    }
}
