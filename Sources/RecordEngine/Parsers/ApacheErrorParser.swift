internal import CSimdjson

/// `parse: apache_error`: error logs of Apache httpd 2.2 and 2.4.
///
/// `[timestamp] [module:level] [pid P:tid T] [client A:P] CODE: message, referer: R` in 2.4, with a source
/// file and a system error in front of the message where `LogLevel` asks for them; `[timestamp] [level]
/// [client A] message` in 2.2 (httpd.apache.org/docs/2.4/logs.html#errorlog and
/// mod/core.html#errorlogformat).
struct ApacheErrorParser: RecordParser {
    /// What users read about it.
    static let spec = ComponentSpec(
        name: "apache_error",
        summary: "Error logs of Apache httpd 2.2 and 2.4.",
        semantics: 1,
        example: "- parse: apache_error",
        fields: [
            "timestamp", "module", "level", "pid", "tid", "client_ip", "client_port", "code", "message",
            "referer",
        ],
        notes: """
            What a line does not name is left out. `code` is the number of the message (`AH00124`), where the
            message begins with it.
            """,
        fieldKinds: [
            "timestamp": "text, as between the brackets", "pid": "number", "tid": "number",
            "client_port": "number, or null where there is none",
        ],
        samples: [
            "[Fri Sep 09 10:42:29.902022 2011] [core:error] [pid 35708:tid 4328636416] "
                + "[client 72.15.99.187:1234] AH00124: Request exceeded the limit, referer: "
                + "http://a.example/",
            "[Wed Oct 11 14:32:52 2000] [error] [client 127.0.0.1] client denied by server configuration",
            "httpd: could not open the log",
        ]
    )

    /// The parser.
    static let plan = ParserPlan(spec) { ApacheErrorParser(symbols: $0.symbols(of: spec.fields)) }

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
        guard let time = unsafe bracketed(&line), unsafe line.at - time > 20, unsafe hasTime(time, line.at)
        else {
            return .logTimestamp
        }
        unsafe line.put(0, SLUICE_TEXT, time, line.at - 1)
        guard unsafe line.skip(UInt8(ascii: " ")), let level = unsafe bracketed(&line) else {
            return .logLevel
        }
        let levelEnd = unsafe line.at - 1
        let colon = unsafe sluice_find(level, levelEnd, UInt8(ascii: ":"))
        let hasModule = unsafe colon < levelEnd
        if hasModule { unsafe line.putText(1, level, colon) }
        let word = unsafe hasModule ? colon + 1 : level
        guard unsafe word < levelEnd, unsafe sluice_find(word, levelEnd, 0x20) == levelEnd else {
            return .logLevel
        }
        unsafe line.put(2, SLUICE_TEXT, word, levelEnd)
        unsafe processAndClient(&line, hasPort: hasModule)
        unsafe message(&line)
        return nil
    }

    /// `[text]`: where the text begins; `at` is behind the bracket.
    @inline(__always)
    private static func bracketed(_ line: inout LineScan) -> UnsafePointer<UInt8>? {
        guard unsafe line.isByte(0, UInt8(ascii: "[")) else { return nil }
        let from = unsafe line.at + 1
        let stop = unsafe sluice_find(from, line.end, UInt8(ascii: "]"))
        guard unsafe stop < line.end, unsafe stop > from else { return nil }
        unsafe line.at = unsafe stop + 1
        return unsafe from
    }

    /// Whether a time of day stands in the text, as in every form of the timestamp.
    @inline(__always)
    private static func hasTime(_ from: UnsafePointer<UInt8>, _ to: UnsafePointer<UInt8>) -> Bool {
        let colon = unsafe sluice_find(from, to, UInt8(ascii: ":"))
        return unsafe to - colon > 6 && colon[3] == UInt8(ascii: ":")
    }

    /// `[pid P:tid T]` and `[client A:P]`, where they stand.
    @inline(__always)
    private static func processAndClient(_ line: inout LineScan, hasPort: Bool) {
        if unsafe line.isNext(" [pid ") {
            let before = unsafe line.at
            unsafe line.at += 1
            if let text = unsafe bracketed(&line) {
                let stop = unsafe line.at - 1
                let from = unsafe text + 4
                let colon = unsafe sluice_find(from, stop, UInt8(ascii: ":"))
                _ = unsafe line.putNumber(3, from, colon)
                // "tid " stands behind the colon.
                if unsafe stop - colon > 5 { _ = unsafe line.putNumber(4, colon + 5, stop) }
            } else {
                unsafe line.at = unsafe before
            }
        }
        if unsafe line.isNext(" [client ") {
            let before = unsafe line.at
            unsafe line.at += 1
            if let text = unsafe bracketed(&line) {
                let stop = unsafe line.at - 1
                let from = unsafe text + 7
                if hasPort {
                    unsafe line.putAddress(5, from, stop)
                } else {
                    unsafe line.putText(5, from, stop)
                }
            } else {
                unsafe line.at = unsafe before
            }
        }
        _ = unsafe line.skip(UInt8(ascii: " "))
    }

    /// `AH00124: text, referer: address`; the code and the referer where they stand.
    @inline(__always)
    private static func message(_ line: inout LineScan) {
        var digits = 2
        if unsafe line.isNext("AH") {
            while unsafe line.isDigit(digits) { digits &+= 1 }
        }
        if digits == 7, unsafe line.isByte(7, UInt8(ascii: ":")) {
            unsafe line.put(7, SLUICE_TEXT, line.at, line.at + 7)
            unsafe line.at += 8
            _ = unsafe line.skip(UInt8(ascii: " "))
        }
        let from = unsafe line.at
        var comma = unsafe sluice_find(from, line.end, UInt8(ascii: ","))
        while unsafe comma < line.end {
            unsafe line.at = unsafe comma
            if unsafe line.isNext(", referer: ") { break }
            unsafe comma = unsafe sluice_find(comma + 1, line.end, UInt8(ascii: ","))
        }
        unsafe line.put(8, SLUICE_TEXT, from, comma)
        if unsafe comma < line.end { unsafe line.putText(9, comma + 11, line.end) }
        unsafe line.at = unsafe line.end
    }
}
