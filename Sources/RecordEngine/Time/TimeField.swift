internal import CSimdjson
internal import EventModel

/// Reads the time that a field of a record holds: text, or a number since 1970.
struct TimeField: Sendable {
    /// How its text is read.
    let reader: TimeReader

    /// The time of a value; nil where the field is null.
    ///
    /// `memory` belongs to the thread and to this field. Makes room in the arena for an escaped value only.
    @inline(__always)
    func time(
        of field: sluice_field,
        in batch: RecordBatch,
        near reference: Instant?,
        _ memory: inout TimeMemory
    ) -> Result<ReadTime, TimeFault>? {
        switch Int(field.tag) {
        case SLUICE_NULL: return nil
        case SLUICE_NUMBER, SLUICE_STRING, SLUICE_TEXT:
            if field.isEscaped { batch.arena.reserve(Int(field.value_length)) }
            return unsafe reader.read(batch.plainText(of: field), near: reference, &memory)
        default: return .failure(.malformed)
        }
    }
}

extension Instant {
    /// The same moment.
    init(_ timestamp: Timestamp) {
        let (quotient, rest) = timestamp.nanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        let isBefore = rest < 0
        self.init(
            seconds: isBefore ? quotient - 1 : quotient,
            nanoseconds: UInt32(isBefore ? rest + 1_000_000_000 : rest)
        )
    }
}

extension RejectReason {
    /// Why a record without a readable time is rejected.
    init(_ fault: TimeFault) {
        switch fault {
        case .malformed: self = .timeMalformed
        case .noYear: self = .timeWithoutYear
        case .outOfRange: self = .timeOutOfRange
        }
    }
}
