internal import CSimdjson
internal import Settings

/// What makes two records the same for a step: the values of some fields, or the whole record as it was read.
///
/// Text is compared decoded, whatever its escapes; `1` and `"1"` differ, and so do `1` and `1.0`. Absent is
/// null. Of several fields of a name the last counts.
struct RecordKey: Sendable {
    /// Symbols of the fields; nil for the record's bytes.
    let symbols: [UInt16]?

    /// The whole record.
    static let record = RecordKey(symbols: nil)

    /// Reads one name or a list of them; reports its mistakes.
    static func read(_ node: ConfigNode, _ context: inout StepContext) -> RecordKey {
        RecordKey(symbols: context.fieldNames(node).map { context.symbols.symbol(for: $0) })
    }

    /// The hash of a record's key.
    @inline(__always)
    func hash(of record: sluice_record, in batch: RecordBatch) -> StableHash {
        var hash = StableHash()
        guard let symbols else {
            unsafe hash.add(
                UnsafeRawBufferPointer(start: batch.text + Int(record.offset), count: Int(record.length))
            )
            return hash.finished()
        }
        for symbol in symbols { add(batch.lastField(symbol, of: record), in: batch, to: &hash) }
        return hash.finished()
    }

    @inline(__always)
    private func add(_ field: sluice_field?, in batch: RecordBatch, to hash: inout StableHash) {
        guard let field, field.tag != UInt8(SLUICE_NULL) else {
            hash.add(UInt64(SLUICE_NULL))
            return
        }
        let isText = field.tag == UInt8(SLUICE_STRING) || field.tag == UInt8(SLUICE_TEXT)
        hash.add(isText ? UInt64(SLUICE_TEXT) : UInt64(field.tag))
        // What is decoded is needed no longer than this.
        let mark = batch.arena.count
        if field.isEscaped { batch.arena.reserve(Int(field.value_length)) }
        unsafe hash.add(batch.plainText(of: field))
        batch.arena.count = mark
    }
}
