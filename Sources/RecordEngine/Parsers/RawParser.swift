internal import CSimdjson

/// `parse: raw`: the whole line as one field, `line`.
///
/// Blank lines are records too.
struct RawParser: RecordParser {
    /// What users read about it.
    static let spec = ComponentSpec(
        name: "raw",
        summary: "Each line as it is, in the field 'line'.",
        semantics: 1,
        example: "- parse: raw",
        fields: ["line"],
        notes: """
            Nothing is dropped, not even an empty line. For JSON output a line must be UTF-8; for raw
            output it may hold any bytes.
            """,
        samples: [
            #"say "hi""#
        ]
    )

    /// The parser.
    static let plan = ParserPlan(spec) { setup in
        RawParser(symbol: setup.symbols(of: spec.fields)[0], needsUTF8: setup.needsUTF8)
    }

    /// The symbol of the field `line`.
    let symbol: UInt16
    /// JSON output holds no invalid UTF-8; raw output may.
    let needsUTF8: Bool

    /// Fills the fields of every live record; drops blank and rejects malformed ones.
    func parse(_ batch: RecordBatch) {
        batch.reserveFields(batch.count)
        let isClean = !needsUTF8 || batch.isUTF8
        var place = 0
        for index in 0..<batch.count where unsafe batch.records[index].isLive {
            let offset = unsafe Int(batch.records[index].offset)
            let length = unsafe Int(batch.records[index].length)
            if !isClean, unsafe !sluice_is_utf8(batch.text + offset, length) {
                unsafe batch.records[index].reject(.invalidUTF8)
                continue
            }
            unsafe batch.fields[place] = .named(symbol, tag: Int(SLUICE_TEXT), offset: offset, length: length)
            unsafe batch.records[index].first_field = UInt32(place)
            unsafe batch.records[index].field_count = 1
            unsafe batch.records[index].is_changed = 1
            place &+= 1 &+ batch.spareFields
        }
    }
}

extension RecordBatch {
    /// Whether the text of all records is well-formed UTF-8.
    var isUTF8: Bool {
        guard count > 0 else { return true }
        // Records far apart are looked at one by one.
        if passed.count > UInt64(count) { return false }
        return unsafe sluice_is_utf8(text + Int(records[0].offset), textExtent)
    }
}
