internal import CSimdjson

/// `parse: combined` and `parse: common`: access logs of Apache httpd and nginx.
///
/// `client ident user [timestamp] "request" status bytes`, and in `combined` also `"referer" "user agent"`
/// (httpd.apache.org/docs/2.4/logs.html; nginx.org/en/docs/http/ngx_http_log_module.html).
/// - `-` becomes null; `status` and `bytes` are numbers; all else is text, exactly as the server wrote it.
/// - A quote inside a quoted field is `\"` (Apache) or `\x22` (nginx) and stays written so: undoing it could
///   make bytes that are no UTF-8.
/// - A request is `method path protocol`. One that does not begin with a method (a TLS handshake on the HTTP
///   port, for instance) is kept whole in `path`; without a protocol (HTTP/0.9), `protocol` is null.
/// - Lines of blanks are dropped; lines of another shape are rejected.
struct AccessLogParser: RecordParser {
    /// The common log format.
    static let common = ComponentSpec(
        name: "common",
        summary: "Common log format of Apache httpd and nginx.",
        semantics: 1,
        example: "- parse: common",
        fields: ["client_ip", "ident", "user", "timestamp", "method", "path", "protocol", "status", "bytes"],
        notes: """
            As [`combined`](#combined), without the last two fields.
            """,
        fieldKinds: [
            "user": "text, which may hold spaces", "timestamp": "text, as between the brackets",
            "path": "text, query included", "protocol": "text, or null in requests of HTTP/0.9",
            "status": "number", "bytes": "number",
        ],
        samples: [
            #"192.0.2.7 - - [01/Oct/2026:12:00:00 +0000] "GET /a HTTP/1.1" 304 -"#
        ]
    )
    /// The combined log format.
    static let combined = ComponentSpec(
        name: "combined",
        summary: "Combined log format of Apache httpd and nginx.",
        semantics: 1,
        example: "- parse: combined",
        fields: common.fields + ["referer", "user_agent"],
        notes: """
            `-` is null. Text stays as the server wrote it, escapes included. A request that is none (a
            TLS handshake on the HTTP port) stands whole in `path`, with `method` and `protocol` null.
            """,
        fieldKinds: [
            "user": "text, which may hold spaces", "timestamp": "text, as between the brackets",
            "path": "text, query included", "protocol": "text, or null in requests of HTTP/0.9",
            "status": "number", "bytes": "number",
        ],
        samples: [
            #"192.0.2.7 - bob [01/Oct/2026:12:00:00 +0000] "GET /a HTTP/1.1" 200 512 "-" "curl/8""#,
            "half a line",
        ]
    )

    /// The parser of one of the two formats.
    static func plan(_ spec: ComponentSpec) -> ParserPlan {
        ParserPlan(spec) { setup in
            AccessLogParser(
                symbols: setup.symbols(of: spec.fields),
                isCombined: spec.fields.count > common.fields.count
            )
        }
    }

    /// The symbols of the spec's fields, in order.
    private let symbols: [UInt16]
    private let isCombined: Bool

    /// Takes the symbols of the fields, in the order of the spec.
    init(symbols: [UInt16], isCombined: Bool) {
        self.symbols = symbols
        self.isCombined = isCombined
    }

    /// Fills the fields of every live record; drops blank and rejects malformed ones.
    func parse(_ batch: RecordBatch) {
        let perRecord = symbols.count
        batch.reserveFields(batch.count * perRecord)
        let isClean = batch.isUTF8
        var place = 0
        unsafe symbols.withUnsafeBufferPointer { symbols in
            guard let symbols = symbols.baseAddress else { return }
            for index in 0..<batch.count where unsafe batch.records[index].isLive {
                let record = unsafe batch.records + index
                let start = unsafe batch.text + Int(record.pointee.offset)
                let end = unsafe start + Int(record.pointee.length)
                if !isClean, unsafe !sluice_is_utf8(start, end - start) {
                    unsafe record.pointee.reject(.invalidUTF8)
                    continue
                }
                var scan = unsafe AccessLogScan(
                    base: batch.text,
                    at: start,
                    end: end,
                    fields: batch.fields + place,
                    symbols: symbols
                )
                if let reason = unsafe scan.line(isCombined: isCombined) {
                    if unsafe sluice_is_blank(start, end - start) {
                        unsafe record.pointee.drop()
                    } else {
                        unsafe record.pointee.reject(reason, detail: scan.at - start)
                    }
                    continue
                }
                unsafe record.pointee.first_field = UInt32(truncatingIfNeeded: place)
                unsafe record.pointee.field_count = UInt32(truncatingIfNeeded: perRecord)
                unsafe record.pointee.is_changed = 1
                place &+= perRecord &+ batch.spareFields
            }
        }
    }
}
