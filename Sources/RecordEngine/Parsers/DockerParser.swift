internal import CSimdjson

/// `parse: docker`: what Docker's `json-file` driver writes for each line of a container.
///
/// `{"log":"…\n","stream":"stdout","time":"…"}`, and `attrs` where the driver adds labels
/// (docs.docker.com/engine/logging/drivers/json-file). Read by the JSON parser, then renamed in place.
@safe final class DockerParser: RecordParser {
    /// What users read about it.
    static let spec = ComponentSpec(
        name: "docker",
        summary: "Container logs of Docker's json-file driver.",
        semantics: 1,
        example: "- parse: docker",
        fields: ["message", "stream", "timestamp", "attrs"],
        notes: """
            `log` becomes `message`, without the line feed at its end, and `time` becomes `timestamp`; all
            other fields stay. A record without a text in `log` is rejected. `attrs` is there where the driver
            adds labels.
            """,
        fieldKinds: [
            "stream": "text: `stdout` or `stderr`", "timestamp": "text, RFC 3339 with nanoseconds",
            "attrs": "object of texts",
        ],
        samples: [
            #"{"log":"ready \"now\"\n","stream":"stdout","time":"2026-10-01T12:00:00.000000001Z"}"#,
            #"{"msg":"ready"}"#,
        ]
    )

    /// Names of the driver that the parser replaces.
    private static let driverNames = ["log", "time"]

    /// Reads the options.
    static func compile(_ options: inout ComponentOptions, _ context: inout StepContext) -> ParserPlan? {
        // The parser finds them as the JSON parser finds any name that the function mentions.
        for name in driverNames { _ = context.symbols.symbol(for: name) }
        var plan = ParserPlan(spec, fields: KnownFields(isOpen: true, names: spec.fields)) { setup in
            DockerParser(
                json: JSONParser(maximumDepth: setup.maximumDepth),
                driver: setup.symbols(of: driverNames),
                own: setup.symbols(of: ["message", "timestamp"])
            )
        }
        plan.soughtNames = driverNames
        return plan
    }

    private let json: JSONParser
    private let log: UInt16
    private let time: UInt16
    private let message: UInt16
    private let timestamp: UInt16

    /// Takes the symbols of the driver's names and of those that take their place.
    init(json: JSONParser, driver: [UInt16], own: [UInt16]) {
        self.json = json
        log = driver[0]
        time = driver[1]
        message = own[0]
        timestamp = own[1]
    }

    /// Fills the fields of every live record; drops blank and rejects malformed ones.
    func parse(_ batch: RecordBatch) {
        json.parse(batch)
        for index in 0..<batch.count where unsafe batch.records[index].isLive {
            let record = unsafe batch.records + index
            var hasMessage = false
            for place in unsafe record.pointee.fieldRange {
                let field = unsafe batch.fields + place
                if unsafe field.pointee.symbol == log {
                    guard unsafe field.pointee.tag == UInt8(SLUICE_STRING) else { continue }
                    unsafe Self.cutLineFeed(batch, field)
                    unsafe rename(&field.pointee, message)
                    hasMessage = true
                } else if unsafe field.pointee.symbol == time {
                    unsafe field.pointee.flags |= UInt8(SLUICE_REPLACED)
                    unsafe rename(&field.pointee, timestamp)
                }
            }
            if hasMessage {
                unsafe record.pointee.is_changed = 1
            } else {
                unsafe record.pointee.reject(.dockerLog)
            }
        }
    }

    @inline(__always)
    private func rename(_ field: inout sluice_field, _ symbol: UInt16) {
        field.symbol = symbol
        field.flags |= UInt8(SLUICE_NAMED)
    }

    /// Takes the `\n` off the end of a JSON string.
    ///
    /// Without other escapes the rest is plain text where it lies; with some it is a JSON string whose
    /// closing quote must move, so it is copied.
    @inline(__always)
    private static func cutLineFeed(_ batch: RecordBatch, _ field: UnsafeMutablePointer<sluice_field>) {
        unsafe field.pointee.flags |= UInt8(SLUICE_REPLACED)
        let length = unsafe Int(field.pointee.value_length)
        let inside = unsafe batch.text + Int(field.pointee.value_offset) + 1
        guard length >= 4 else { return }
        let end = unsafe inside + length - 4
        guard unsafe end[0] == UInt8(ascii: "\\"), unsafe end[1] == UInt8(ascii: "n") else { return }
        // An even number of backslashes in front: this one begins the escape.
        var slashes = 0
        while unsafe end - slashes > inside, unsafe (end - slashes - 1).pointee == UInt8(ascii: "\\") {
            slashes &+= 1
        }
        guard slashes & 1 == 0 else { return }
        if unsafe sluice_find(inside, end, UInt8(ascii: "\\")) == end {
            unsafe field.pointee.tag = UInt8(SLUICE_TEXT)
            unsafe field.pointee.value_offset &+= 1
            unsafe field.pointee.value_length = UInt32(truncatingIfNeeded: end - inside)
            unsafe field.pointee.flags &= ~UInt8(SLUICE_VALUE_ESCAPED)
            return
        }
        let offset = batch.arena.count
        unsafe batch.arena.append(UnsafeRawBufferPointer(start: inside - 1, count: length - 3))
        batch.arena.append(UInt8(ascii: "\""))
        unsafe field.pointee.value_offset = UInt32(truncatingIfNeeded: offset)
        unsafe field.pointee.value_length = UInt32(truncatingIfNeeded: length - 2)
        unsafe field.pointee.flags |= UInt8(SLUICE_IN_ARENA)
    }
}
