internal import CSimdjson

/// `parse: syslog`: lines of RFC 5424 and RFC 3164, told apart line by line.
///
/// A line that begins with `<PRI>` and a version is of RFC 5424, with structured data as a JSON object; every
/// other is of RFC 3164 or of what syslog daemons write to files in its likeness.
struct SyslogParser: RecordParser {
    /// What users read about it.
    static let spec = ComponentSpec(
        name: "syslog",
        summary: "Syslog of RFC 5424 and RFC 3164, told apart line by line.",
        semantics: 1,
        example: "- parse: syslog",
        fields: [
            "pri", "facility", "severity", "timestamp", "hostname", "app_name", "proc_id", "msg_id",
            "structured_data", "message",
        ],
        notes: """
            What a line has no place for is left out (no `pri` in files, no `msg_id` in RFC 3164), and `-` is
            null. The timestamp keeps its form. RFC 3164 is read leniently: `<PRI>` may be missing, the
            timestamp may have a year behind the day, a fraction or the form of RFC 3339, and the host name
            may be missing where `app:` or `app[pid]:` stands in its place. A line with `<PRI>` and no
            timestamp is all message (RFC 3164, section 4.3.3); one with neither is rejected. A byte order
            mark in front of the message is left out.
            """,
        fieldKinds: [
            "pri": "number, 0 to 191", "facility": "text: `kern`, `user`, … `local7`",
            "severity": "text: `emerg`, `alert`, `crit`, `err`, `warning`, `notice`, `info`, `debug`",
            "timestamp": "text, as it stands", "structured_data": "object of objects, or null",
        ],
        samples: [
            #"<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 [a@1 k="v"] 'su root' failed"#,
            "<34>Oct 11 22:14:15 mymachine su[123]: 'su root' failed",
            "Oct 11 22:14:15 mymachine last message repeated 2 times",
            "no syslog",
        ]
    )

    /// The parser.
    static let plan = ParserPlan(spec) { SyslogParser(symbols: $0.symbols(of: spec.fields)) }

    /// The symbols of the spec's fields, in order.
    private let symbols: [UInt16]
    private let names = SyslogNames()

    /// Takes the symbols of the fields, in the order of the spec.
    init(symbols: [UInt16]) { self.symbols = symbols }

    /// Fills the fields of every live record; drops blank and rejects malformed ones.
    func parse(_ batch: RecordBatch) {
        let bound = batch.count * Self.spec.fields.count
        let place = batch.arena.count
        unsafe names.text.withUnsafeBytes { unsafe batch.arena.append($0) }
        unsafe symbols.withUnsafeBufferPointer { symbols in
            unsafe names.places.withUnsafeBufferPointer { places in
                guard let symbols = symbols.baseAddress, let places = places.baseAddress else { return }
                unsafe batch.parseLines(fieldBound: bound) { start, end, fields in
                    var scan = unsafe SyslogScan(
                        line: LineScan(batch.text, start, end, fields, symbols),
                        arena: batch.arena,
                        names: places,
                        namesOffset: place
                    )
                    let reason = unsafe scan.scan()
                    return unsafe scan.line.verdict(reason)
                }
            }
        }
    }
}

/// The names of facilities and severities as JSON strings, one behind another.
struct SyslogNames {
    /// RFC 5424, section 6.2.1, table 1; the words of syslog.h, and for 12 to 15 those of rsyslog.
    private static let facilities = [
        "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp",
        "ntp", "security", "console", "solaris-cron", "local0", "local1", "local2", "local3", "local4",
        "local5", "local6", "local7",
    ]
    /// Table 2.
    private static let severities = [
        "emerg", "alert", "crit", "err", "warning", "notice", "info", "debug",
    ]
    /// How many facilities there are; the places of severities follow theirs.
    static let facilityCount = 24

    /// All of them.
    let text: [UInt8]
    /// Where each begins, and where the last one ends.
    let places: [Int]

    /// Lays them out.
    init() {
        var text: [UInt8] = []
        var places = [0]
        for name in Self.facilities + Self.severities {
            text += Array("\"\(name)\"".utf8)
            places.append(text.count)
        }
        self.text = text
        self.places = places
    }
}
