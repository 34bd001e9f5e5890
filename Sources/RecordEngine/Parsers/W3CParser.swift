internal import CSimdjson

/// `parse: w3c`: extended log files (W3C working draft WD-logfile-960323), as IIS and CloudFront write them.
///
/// The last `#Fields:` line before a record names its columns. What came before a block is carried to it by
/// the driver's thread, so that blocks need not wait for each other.
@safe final class W3CParser: RecordParser {
    /// What users read about it.
    static let spec = ComponentSpec(
        name: "w3c",
        summary: "W3C extended logs of IIS and CloudFront, with the columns that `#Fields:` names.",
        semantics: 1,
        example: "- parse: w3c",
        options: [
            ComponentSpec.Option(
                "columns",
                "list of names",
                standard: "none",
                "Columns of records in front of the first `#Fields:` line."
            )
        ],
        notes: """
            A later `#Fields:` line changes the columns, as after a restart of IIS. Lines that begin with `#`
            are dropped. Columns are separated by spaces, or by tabs where a line holds one. Names become
            lower case, with `_` for every row of other signs: `cs(User-Agent)` becomes `cs_user_agent`,
            `c-ip` becomes `c_ip`. `-` is null, a JSON number is a number, all else is text as it stands, `+`
            for spaces and percent signs included. A line with more or fewer columns is rejected.
            """,
        samples: [
            "#Fields: date time c-ip cs-method cs-uri-stem sc-status cs(User-Agent)\n"
                + "2026-10-01 12:00:00 192.0.2.7 GET /a 200 Mozilla/5.0+(X11)\n"
                + "2026-10-01 12:00:01 192.0.2.7 GET"
        ]
    )

    /// Names that IIS and CloudFront give to columns, as fields: found without a copy of the name.
    ///
    /// learn.microsoft.com/windows/win32/http/w3c-logging and
    /// docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html.
    private static let knownNames = [
        "date", "time", "s_sitename", "s_computername", "s_ip", "cs_method", "cs_uri_stem", "cs_uri_query",
        "s_port", "cs_username", "c_ip", "cs_version", "cs_user_agent", "cs_cookie", "cs_referer", "cs_host",
        "sc_status", "sc_substatus", "sc_win32_status", "sc_bytes", "cs_bytes", "time_taken",
        "x_edge_location", "x_edge_result_type", "x_edge_request_id", "x_host_header", "cs_protocol",
        "x_forwarded_for", "ssl_protocol", "ssl_cipher", "x_edge_response_result_type",
        "cs_protocol_version", "fle_status", "fle_encrypted_fields", "c_port", "time_to_first_byte",
        "x_edge_detailed_result_type", "sc_content_type", "sc_content_len", "sc_range_start", "sc_range_end",
    ]

    /// What a line that names columns begins with.
    private static let directive = Array("#Fields:".utf8)

    /// Reads the options.
    static func compile(_ options: inout ComponentOptions, _ context: inout StepContext) -> ParserPlan? {
        let columns = ColumnLayout.option(&options, &context)
        var plan = ParserPlan(spec, fields: KnownFields(isOpen: true, names: knownNames)) { _ in
            W3CParser(columns)
        }
        plan.carry = { carry, block in lastDirective(in: block.text) ?? carry }
        return plan
    }

    /// Columns before the first directive.
    private let columns: [[UInt8]]?
    /// The directive that `layout` was made of.
    private var current: [UInt8]?
    private var layout: ColumnLayout?
    private var templates: [sluice_field] = []

    /// Takes the columns before the first directive.
    private init(_ columns: [[UInt8]]?) { self.columns = columns }

    /// Fills the fields of every live record; drops directives and blank lines, rejects malformed ones.
    func parse(_ batch: RecordBatch) {
        if batch.isFirstOfBlock { use(batch.carry.isEmpty ? nil : batch.carry, batch) }
        templates = layout?.templates(batch.arena) ?? []
        // Directives that an earlier step took out count all the same.
        var hidden = Self.hiddenDirectives(batch)[...]
        unsafe batch.parseLines(fieldBound: batch.textExtent + batch.count) { start, end, fields in
            while let first = hidden.first, unsafe batch.text + first.lowerBound < start {
                let bytes = unsafe UnsafeBufferPointer(
                    start: batch.text + first.lowerBound,
                    count: first.count
                )
                use(unsafe Array(bytes), batch)
                templates = layout?.templates(batch.arena) ?? []
                hidden.removeFirst()
            }
            if unsafe start.pointee == UInt8(ascii: "#") {
                let line = unsafe UnsafeBufferPointer(start: start, count: end - start)
                if unsafe line.starts(with: Self.directive) {
                    use(unsafe Array(line), batch)
                    templates = layout?.templates(batch.arena) ?? []
                }
                return .dropped
            }
            return unsafe templates.withUnsafeBufferPointer { templates in
                guard !templates.isEmpty else { return .rejected(.columnsUnknown) }
                return unsafe ColumnScan.scan(batch.text, start, end, fields, templates)
            }
        }
        for rest in hidden {
            let bytes = unsafe UnsafeBufferPointer(start: batch.text + rest.lowerBound, count: rest.count)
            use(unsafe Array(bytes), batch)
        }
    }

    /// Takes the columns that a directive names, or those of the configuration.
    private func use(_ directive: [UInt8]?, _ batch: RecordBatch) {
        if directive == current, layout != nil { return }
        current = directive
        let names = directive.map { ColumnLayout.words($0.dropFirst(Self.directive.count)) } ?? columns
        layout = names.map { ColumnLayout($0, batch.symbols) { _ in false } }
    }

    /// Where directives lie that are not live any more.
    private static func hiddenDirectives(_ batch: RecordBatch) -> [Range<Int>] {
        var found: [Range<Int>] = []
        for index in 0..<batch.count {
            let record = unsafe batch.records[index]
            if record.isLive { continue }
            let start = Int(record.offset)
            let line = unsafe UnsafeBufferPointer(start: batch.text + start, count: Int(record.length))
            if unsafe line.starts(with: directive) { found.append(start..<start + line.count) }
        }
        return found
    }

    /// The last `#Fields:` line of a text; nil where there is none.
    private static func lastDirective(in text: ByteBuffer) -> [UInt8]? {
        let start = unsafe UnsafePointer(text.base.assumingMemoryBound(to: UInt8.self))
        let end = unsafe start + text.count
        var found: [UInt8]?
        var at = unsafe sluice_find(start, end, UInt8(ascii: "#"))
        while unsafe at < end {
            let isLineStart = unsafe at == start || at[-1] == Newlines.lineFeed
            if isLineStart, unsafe UnsafeBufferPointer(start: at, count: end - at).starts(with: directive) {
                var stop = unsafe sluice_find(at, end, Newlines.lineFeed)
                if unsafe stop[-1] == 0x0D { unsafe stop -= 1 }
                found = unsafe Array(UnsafeBufferPointer(start: at, count: stop - at))
            }
            unsafe at = unsafe sluice_find(at + 1, end, UInt8(ascii: "#"))
        }
        return found
    }
}
