internal import CSimdjson

/// `parse: nginx_error`: error logs of nginx.
///
/// `2023/01/01 12:00:00 [error] 123#456: *789 message, client: …, server: …, request: "…"`
/// (github.com/nginx/nginx: `ngx_log_error_core` in src/core/ngx_log.c, `ngx_http_log_error_handler` in
/// src/http/ngx_http_request.c).
struct NginxErrorParser: RecordParser {
    /// What users read about it.
    static let spec = ComponentSpec(
        name: "nginx_error",
        summary: "Error logs of nginx.",
        semantics: 1,
        example: "- parse: nginx_error",
        fields: [
            "timestamp", "level", "pid", "tid", "connection", "message", "client", "server", "request",
            "subrequest", "upstream", "host", "referrer", "extra",
        ],
        notes: """
            What a line does not name is left out. From the first name behind the client on that is unknown
            or stands there a second time, text stands whole in `extra`.
            """,
        fieldKinds: [
            "timestamp": "text, `year/month/day time`", "pid": "number", "tid": "number",
            "connection": "number",
        ],
        samples: [
            #"2023/01/01 12:00:00 [error] 123#456: *789 open() "/srv/a" failed (2: No such file or "#
                + #"directory), "#
                + #"client: 192.0.2.7, server: example.com, request: "GET /a HTTP/1.1", host: "example.com""#,
            "2023/01/01 12:00:00 [notice] 1#1: signal process started",
            "nginx: the configuration file syntax is ok",
        ]
    )

    /// The parser.
    static let plan = ParserPlan(spec) { NginxErrorParser(symbols: $0.symbols(of: spec.fields)) }

    /// The symbols of the spec's fields, in order.
    private let symbols: [UInt16]

    /// Takes the symbols of the fields, in the order of the spec.
    init(symbols: [UInt16]) { self.symbols = symbols }

    /// Fills the fields of every live record; drops blank and rejects malformed ones.
    func parse(_ batch: RecordBatch) {
        unsafe symbols.withUnsafeBufferPointer { symbols in
            guard let symbols = symbols.baseAddress else { return }
            unsafe batch.parseLines(fieldBound: batch.count * Self.spec.fields.count) { start, end, fields in
                var line = unsafe LineScan(batch.text, start, end, fields, symbols)
                let reason = unsafe Self.scan(&line)
                return unsafe line.verdict(reason)
            }
        }
    }

    /// Scans a line; nil when it has the format.
    @inline(__always)
    private static func scan(_ line: inout LineScan) -> RejectReason? {
        let from = unsafe line.at
        guard unsafe line.isDigit(0) && line.isDigit(3) && line.isByte(4, UInt8(ascii: "/")),
            unsafe line.isByte(7, UInt8(ascii: "/")) && line.isByte(10, 0x20) && line.isTime(11)
        else { return .logTimestamp }
        unsafe line.put(0, SLUICE_TEXT, from, from + 19)
        unsafe line.at += 19
        guard unsafe line.skip(" [") else { return .logLevel }
        let close = unsafe sluice_find(line.at, line.end, UInt8(ascii: "]"))
        guard unsafe close < line.end, unsafe close > line.at else { return .logLevel }
        unsafe line.put(1, SLUICE_TEXT, line.at, close)
        unsafe line.at = unsafe close + 1
        guard unsafe line.skip(UInt8(ascii: " ")) else { return .logProcess }
        let hash = unsafe sluice_find(line.at, line.end, UInt8(ascii: "#"))
        let colon = unsafe sluice_find(line.at, line.end, UInt8(ascii: ":"))
        guard unsafe hash < colon, unsafe colon < line.end, unsafe line.putNumber(2, line.at, hash),
            unsafe line.putNumber(3, hash + 1, colon)
        else { return .logProcess }
        unsafe line.at = unsafe colon + 1
        _ = unsafe line.skip(UInt8(ascii: " "))
        if unsafe line.isByte(0, UInt8(ascii: "*")) && line.isDigit(1) {
            let stop = unsafe line.wordEnd
            if unsafe line.putNumber(4, line.at + 1, stop) {
                unsafe line.at = unsafe stop
                _ = unsafe line.skip(UInt8(ascii: " "))
            }
        }
        unsafe message(&line)
        return nil
    }

    /// Text up to `, client: `, and the names behind it.
    @inline(__always)
    private static func message(_ line: inout LineScan) {
        let from = unsafe line.at
        var comma = unsafe sluice_find(from, line.end, UInt8(ascii: ","))
        while unsafe comma < line.end {
            unsafe line.at = unsafe comma
            if unsafe line.isNext(", client: ") { break }
            unsafe comma = unsafe sluice_find(comma + 1, line.end, UInt8(ascii: ","))
        }
        unsafe line.put(5, SLUICE_TEXT, from, comma)
        unsafe line.at = unsafe comma
        var seen: UInt16 = 0
        while unsafe line.rest > 0 && context(&line, &seen) {}
        if unsafe line.rest > 0 {
            _ = unsafe line.skip(", ")
            unsafe line.put(13, SLUICE_TEXT, line.at, line.end)
            unsafe line.at = unsafe line.end
        }
    }

    /// `, name: value`; false, and nothing is taken, where that is not, or where the name was seen before: a
    /// line has room for each field once.
    @inline(__always)
    private static func context(_ line: inout LineScan, _ seen: inout UInt16) -> Bool {
        let before = unsafe line.at
        guard unsafe line.skip(", ") else { return false }
        let name =
            if unsafe line.skip("client: ") {
                6
            } else if unsafe line.skip("server: ") {
                7
            } else if unsafe line.skip("request: ") {
                8
            } else if unsafe line.skip("subrequest: ") {
                9
            } else if unsafe line.skip("upstream: ") {
                10
            } else if unsafe line.skip("host: ") {
                11
            } else if unsafe line.skip("referrer: ") {
                12
            } else {
                0
            }
        if name > 0, seen & 1 << UInt16(name) == 0, unsafe value(&line, name) {
            seen |= 1 << UInt16(name)
            return true
        }
        unsafe line.at = unsafe before
        return false
    }

    /// Quoted text, or text up to a comma; false where a quote has no end.
    ///
    /// A quote ends where a comma or the line's end follows: a request may hold quotes as they came.
    @inline(__always)
    private static func value(_ line: inout LineScan, _ name: Int) -> Bool {
        let from = unsafe line.at
        guard unsafe line.skip(UInt8(ascii: "\"")) else {
            let stop = unsafe sluice_find(from, line.end, UInt8(ascii: ","))
            unsafe line.putText(name, from, stop)
            unsafe line.at = unsafe stop
            return true
        }
        var quote = unsafe sluice_find(from + 1, line.end, UInt8(ascii: "\""))
        while unsafe quote < line.end, unsafe quote + 1 != line.end, unsafe quote[1] != UInt8(ascii: ",") {
            unsafe quote = unsafe sluice_find(quote + 1, line.end, UInt8(ascii: "\""))
        }
        guard unsafe quote < line.end else { return false }
        unsafe line.putText(name, from + 1, quote)
        unsafe line.at = unsafe quote + 1
        return true
    }
}
