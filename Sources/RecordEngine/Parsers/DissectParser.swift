internal import CSimdjson
internal import Settings

/// `parse: { format: dissect, pattern: '%{time} %{level} [%{thread}] %{message}' }`: what stands between
/// fixed pieces of text, found in one pass without a regular expression.
///
/// - `%{name}` takes all up to the text that follows it in the pattern, or to the end.
/// - `%{?name}` and `%{}` take and forget.
/// - `%{+name}` is appended to the field, with the text before it between the two; `%{+name/2}` says at
///   which place.
/// - `%{name->}` also skips further copies of the text that follows: columns that are padded.
/// - `%{*key}` … `%{&key}` name a field by what the record says.
///
/// (elastic.co/guide/en/logstash/current/plugins-filters-dissect.html)
struct DissectParser: RecordParser {
    /// What users read about it.
    static let spec = ComponentSpec(
        name: "dissect",
        summary: "What stands between fixed pieces of text.",
        semantics: 1,
        example:
            "- parse: { format: dissect, pattern: '%{time} %{+time} %{level->} [%{thread}] %{message}' }",
        options: [
            .init("pattern", "dissect pattern", standard: nil, "What a record looks like.")
        ],
        notes: """
            `%{name}` takes everything up to the text that follows it in the pattern; the last one takes the
            rest. It is faster than `grok`, because nothing is ever tried twice.

            | key | |
            |---|---|
            | `%{name}` | a field of text |
            | `%{}`, `%{?name}` | taken and forgotten |
            | `%{+name}` | appended to the field, with the text that stands before it in the pattern |
            | `%{+name/2}` | appended at this place |
            | `%{name->}` | followed by one or more copies of the text behind it |
            | `%{*key}`, `%{&key}` | a field whose name and value both stand in the record |
            """,
        samples: ["2026-10-01 12:00:00 WARN   [main] disk full", "2026-10-01 12:00:00"]
    )

    /// Reads the options.
    static func compile(_ options: inout ComponentOptions, _ context: inout StepContext) -> ParserPlan? {
        guard let node = options.required("pattern", &context.diagnostics),
            let text = node.text(&context.diagnostics)
        else { return nil }
        switch DissectPattern.parse(text) {
        case .failure(let mistake):
            context.diagnostics.error(
                .configInvalidValue,
                "\(node.displayPath): \(mistake.message).",
                hint: "Write for instance '%{time} %{level} %{message}'.",
                at: node
            )
            return nil
        case .success(let pattern):
            let fields = KnownFields(isOpen: !pattern.pairs.isEmpty, names: pattern.fields.map(\.name))
            return ParserPlan(spec, fields: fields) { DissectParser(pattern, $0) }
        }
    }

    private let pattern: DissectPattern
    /// The symbols of the pattern's fields, in order.
    private let symbols: [UInt16]
    private let stops: [DissectStop]
    private let delimiters: [UInt8]

    private init(_ pattern: DissectPattern, _ setup: ParserSetup) {
        self.pattern = pattern
        symbols = setup.symbols(of: pattern.fields.map(\.name))
        (stops, delimiters) = pattern.stops
    }

    /// Fills the fields of every live record; drops blank records and rejects those of another shape.
    func parse(_ batch: RecordBatch) {
        let base = unsafe batch.text
        let perRecord = pattern.fields.count + pattern.pairs.count
        let (arena, lookup) = (batch.arena, batch.symbols)
        // Where each key of the pattern begins and ends in the line: one memory for all records.
        let places = UnsafeMutableBufferPointer<DissectPlace>.allocate(capacity: max(stops.count, 1))
        defer { unsafe places.deallocate() }
        guard let first = places.baseAddress else { return }
        unsafe delimiters.withUnsafeBufferPointer { delimiters in
            unsafe stops.withUnsafeBufferPointer { stops in
                unsafe batch.parseLines(fieldBound: batch.count * perRecord) { start, end, fields in
                    let scan = unsafe DissectScan(stops: stops, delimiters: delimiters)
                    if let place = unsafe scan.line(start, end, first) {
                        return .rejected(.dissectDelimiter, at: place)
                    }
                    for index in 0..<pattern.fields.count {
                        unsafe fields[index] = field(index, start, start - base, first, arena)
                    }
                    for (index, pair) in pattern.pairs.enumerated() {
                        let place = pattern.fields.count &+ index
                        unsafe fields[place] = self.pair(pair, start, start - base, first, arena, lookup)
                    }
                    return .fields(perRecord)
                }
            }
        }
    }

    /// One field: a slice of the line, or several in the arena.
    @inline(__always)
    private func field(
        _ index: Int,
        _ line: UnsafePointer<UInt8>,
        _ offset: Int,
        _ places: UnsafeMutablePointer<DissectPlace>,
        _ arena: ByteBuffer
    ) -> sluice_field {
        let parts = pattern.fields[index].parts
        if parts.count == 1 {
            let place = unsafe places[parts[0].key]
            let from = offset &+ place.from
            return .named(symbols[index], tag: SLUICE_TEXT, offset: from, length: place.to &- place.from)
        }
        let from = arena.count
        for (number, part) in parts.enumerated() {
            if number > 0 { unsafe part.joiner.withUnsafeBytes { unsafe arena.append($0) } }
            let place = unsafe places[part.key]
            unsafe arena.append(
                UnsafeRawBufferPointer(start: line + place.from, count: place.to &- place.from)
            )
        }
        var made = sluice_field.named(
            symbols[index],
            tag: SLUICE_TEXT,
            offset: from,
            length: arena.count &- from
        )
        made.flags |= UInt8(SLUICE_IN_ARENA)
        return made
    }

    /// A field whose name stands in the line.
    private func pair(
        _ pair: DissectPattern.Pair,
        _ line: UnsafePointer<UInt8>,
        _ offset: Int,
        _ places: UnsafeMutablePointer<DissectPlace>,
        _ arena: ByteBuffer,
        _ lookup: SymbolLookup
    ) -> sluice_field {
        let (key, value) = unsafe (places[pair.name], places[pair.value])
        let name = unsafe Array(UnsafeBufferPointer(start: line + key.from, count: key.to - key.from))
        var made = arena.madeName(name, lookup)
        made.tag = UInt8(SLUICE_TEXT)
        made.value_offset = UInt32(truncatingIfNeeded: offset + value.from)
        made.value_length = UInt32(truncatingIfNeeded: value.to - value.from)
        return made
    }
}
