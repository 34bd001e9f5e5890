internal import CSimdjson

/// The field that says of a record that it was longer than `max_record`, and cut off (trap J06).
enum TruncationMark {
    /// What it is called.
    static let fieldName = "_truncated"

    /// Gives the field to the live records that the framer cut off.
    static func apply(to batch: RecordBatch, symbol: UInt16) {
        for index in batch.truncated where unsafe batch.records[index].isLive {
            let value = MadeValue(tag: SLUICE_TRUE, offset: 0, length: 4, flags: 0)
            unsafe batch.set(symbol, to: value, in: &batch.records[index])
        }
    }
}
