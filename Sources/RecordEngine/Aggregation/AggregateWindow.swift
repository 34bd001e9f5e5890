internal import CSimdjson
internal import Glibc

/// Tumbling windows: each as long as the others, and each time in exactly one; they are counted from
/// 1970-01-01T00:00:00Z.
struct AggregateWindow: Sendable {
    /// The length.
    let seconds: Int64
    /// The slot of the field that holds the time.
    let slot: Int
    /// How it is read.
    let reader: TimeField

    /// What lasts from record to record of a batch.
    struct Run {
        /// The object's own time, for times without a year.
        let reference: Instant?
        /// Of the reader.
        var memory = TimeMemory()
        /// The value before; lines of a log often have the same second.
        var last: sluice_field?
        /// The beginning of its window.
        var lastBegin: Int64 = 0

        /// Begins a batch.
        init(_ batch: RecordBatch) { reference = batch.unit.objectTime.map { Instant($0) } }
    }

    /// The beginning of the window of a value, in seconds since 1970; nil where it is null.
    @inline(__always)
    func begin(
        of field: sluice_field,
        in batch: RecordBatch,
        _ run: inout Run
    ) -> Result<Int64, ValueFailure>? {
        if let last = run.last, field.value_length == last.value_length, field.tag == last.tag,
            field.flags & UInt8(SLUICE_IN_ARENA) == 0,
            unsafe memcmp(batch.start(of: field), batch.start(of: last), Int(field.value_length)) == 0
        {
            return .success(run.lastBegin)
        }
        guard let read = reader.time(of: field, in: batch, near: run.reference, &run.memory) else {
            return nil
        }
        switch read {
        case .failure(let fault): return .failure(ValueFailure(reason: RejectReason(fault)))
        case .success(let time):
            let rest = time.instant.seconds % seconds
            let begin = time.instant.seconds &- (rest < 0 ? rest &+ seconds : rest)
            guard Instant(seconds: begin).isWritable else {
                return .failure(ValueFailure(reason: .timeOutOfRange))
            }
            if field.flags & UInt8(SLUICE_IN_ARENA) == 0 {
                run.last = field
                run.lastBegin = begin
            }
            return .success(begin)
        }
    }
}
