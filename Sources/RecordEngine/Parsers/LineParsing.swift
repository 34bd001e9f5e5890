internal import CSimdjson

/// What a parser of lines made of one.
struct LineVerdict {
    /// Fields that it wrote, from the place that it was given.
    let fieldCount: Int
    /// Why the line is rejected; nil where it is not.
    let reason: RejectReason?
    /// The byte of the line that the reason is about.
    let detail: Int
    /// Whether the line is no record and not a mistake either.
    let isDropped: Bool

    /// The line has so many fields.
    @inline(__always)
    static func fields(_ count: Int) -> Self {
        Self(fieldCount: count, reason: nil, detail: 0, isDropped: false)
    }

    /// The line is malformed at a byte, counted from its start.
    @inline(__always)
    static func rejected(_ reason: RejectReason, at byte: Int = RejectReason.noDetail) -> Self {
        Self(fieldCount: 0, reason: reason, detail: byte, isDropped: false)
    }

    /// The line is no record: a comment, a directive.
    static var dropped: Self { Self(fieldCount: 0, reason: nil, detail: 0, isDropped: true) }
}

extension RecordBatch {
    /// What every parser does that makes fields of one record's text at a time.
    ///
    /// Records of blanks are dropped, unless `dropsBlank` says that they mean something; those that are no
    /// UTF-8 are rejected, unless `needsUTF8` says that nobody minds; the others are given to `scan`: start,
    /// end and the place of the first field, behind which there is room for as many as the whole batch may
    /// need by `fieldBound`. Text behind the end may be read as far as `ByteBuffer.padding`.
    ///
    /// Inlined with its closure, so that a line costs no call besides those of the scan.
    @inline(__always)
    func parseLines(
        fieldBound: Int,
        needsUTF8: Bool = true,
        dropsBlank: Bool = true,
        _ scan: (
            _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>,
            _ fields: UnsafeMutablePointer<sluice_field>
        ) -> LineVerdict
    ) {
        reserveFields(fieldBound)
        let isClean = !needsUTF8 || isUTF8
        var place = 0
        for index in 0..<count where unsafe records[index].isLive {
            let record = unsafe records + index
            let length = unsafe Int(record.pointee.length)
            let start = unsafe text + Int(record.pointee.offset)
            // Most lines begin with a letter or digit: one comparison tells that they are not blank.
            if dropsBlank, unsafe length == 0 || start.pointee <= 0x20, unsafe sluice_is_blank(start, length)
            {
                unsafe record.pointee.drop()
                continue
            }
            if !isClean, unsafe !sluice_is_utf8(start, length) {
                unsafe record.pointee.reject(.invalidUTF8)
                continue
            }
            let verdict = unsafe scan(start, start + length, fields + place)
            if let reason = verdict.reason {
                unsafe record.pointee.reject(reason, detail: verdict.detail)
            } else if verdict.isDropped {
                unsafe record.pointee.drop()
            } else {
                unsafe record.pointee.first_field = UInt32(truncatingIfNeeded: place)
                unsafe record.pointee.field_count = UInt32(truncatingIfNeeded: verdict.fieldCount)
                unsafe record.pointee.is_changed = 1
                place &+= verdict.fieldCount &+ spareFields
            }
        }
    }
}
