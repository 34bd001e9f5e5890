internal import CYAML
internal import EventModel

/// One event of libyaml that matters here, with the place where it begins.
struct YAMLEvent {
    /// What libyaml saw.
    enum Kind {
        /// A document begins.
        case documentStart
        /// Text, and whether it stands in quotes or a block.
        case scalar(String, isQuoted: Bool)
        /// A list begins.
        case sequenceStart
        /// The innermost list ends.
        case sequenceEnd
        /// A mapping begins.
        case mappingStart
        /// The innermost mapping ends.
        case mappingEnd
        /// A reference to the anchor of that name.
        case alias(String)
    }

    /// What libyaml saw.
    let kind: Kind
    /// Where it begins.
    let location: SourceLocation
    /// The name after `&`, if there is one.
    var anchor: String?
    /// The tag after `!`, if there is one.
    var tag: String?
}

/// Why libyaml gave up.
struct YAMLProblem {
    /// libyaml's words: what it found.
    let problem: String
    /// libyaml's words: what it was doing.
    let context: String
    /// Where it gave up.
    let location: SourceLocation
    /// Where that began, if libyaml says so.
    let contextLocation: SourceLocation?

    /// The finding for people.
    func diagnostic(in bytes: [UInt8]) -> Diagnostic {
        var message = "This is not YAML: \(problem)"
        if !context.isEmpty { message += " (\(context)" }
        if !context.isEmpty, let contextLocation { message += " that begins at \(contextLocation)" }
        if !context.isEmpty { message += ")" }
        return Diagnostic(.error, .configSyntax, message + ".", hint: hint(in: bytes), at: location, path: "")
    }

    private func hint(in bytes: [UInt8]) -> String? {
        let lines = bytes.split(separator: 0x0A, maxSplits: location.line, omittingEmptySubsequences: false)
        let line = lines.indices.contains(location.line - 1) ? lines[location.line - 1] : []
        let indentation = line.prefix { $0 == 0x20 || $0 == 0x09 }
        if indentation.contains(0x09) { return "Tabs cannot indent YAML; use spaces." }
        switch problem {
        case "found character that cannot start any token":
            return "Put the value in quotes."
        case "mapping values are not allowed in this context":
            return "Put text that holds ': ' in quotes, and check the indentation."
        case "did not find expected key", "did not find expected '-' indicator":
            return "Check the indentation of this line and the quotes above it."
        case "could not find expected ':'":
            return "Every name needs a ':' behind it."
        case "found unexpected end of stream":
            return "A quote or bracket was opened and not closed."
        default:
            return nil
        }
    }
}

/// libyaml's event API (yaml.h, 0.2.5).
enum YAMLEvents {
    /// Calls `body` for each event until it returns false or the text ends; returns why libyaml gave up, or
    /// nil.
    static func forEach(in bytes: [UInt8], _ body: (YAMLEvent) -> Bool) -> YAMLProblem? {
        var parser = unsafe yaml_parser_t()
        guard unsafe yaml_parser_initialize(&parser) == 1 else {
            return YAMLProblem(problem: "out of memory", context: "", location: .start, contextLocation: nil)
        }
        defer { unsafe yaml_parser_delete(&parser) }
        // The parser keeps the pointer to its input, and pointers into itself: both stay in place in this
        // closure.
        return unsafe bytes.withUnsafeBufferPointer { input in
            unsafe withUnsafeMutablePointer(to: &parser) { parser in
                unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
                unsafe yaml_parser_set_input_string(parser, input.baseAddress, input.count)
                return unsafe drain(parser, body)
            }
        }
    }

    private static func drain(
        _ parser: UnsafeMutablePointer<yaml_parser_t>,
        _ body: (YAMLEvent) -> Bool
    ) -> YAMLProblem? {
        while true {
            var event = unsafe yaml_event_t()
            guard unsafe yaml_parser_parse(parser, &event) == 1 else {
                return unsafe problem(of: parser.pointee)
            }
            defer { unsafe yaml_event_delete(&event) }
            if unsafe event.type == YAML_STREAM_END_EVENT || event.type == YAML_NO_EVENT { return nil }
            guard let translated = unsafe translate(event) else { continue }
            guard body(translated) else { return nil }
        }
    }

    private static func translate(_ event: yaml_event_t) -> YAMLEvent? {
        let location = unsafe place(event.start_mark)
        switch unsafe event.type {
        case YAML_DOCUMENT_START_EVENT:
            return YAMLEvent(kind: .documentStart, location: location)
        case YAML_ALIAS_EVENT:
            return YAMLEvent(kind: .alias(unsafe string(event.data.alias.anchor) ?? ""), location: location)
        case YAML_SCALAR_EVENT:
            let scalar = unsafe event.data.scalar
            let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            let isQuoted = unsafe scalar.style != YAML_PLAIN_SCALAR_STYLE
            return YAMLEvent(
                kind: .scalar(unsafe String(decoding: bytes, as: UTF8.self), isQuoted: isQuoted),
                location: location,
                anchor: unsafe string(scalar.anchor),
                tag: unsafe string(scalar.tag)
            )
        case YAML_SEQUENCE_START_EVENT:
            let start = unsafe event.data.sequence_start
            return YAMLEvent(
                kind: .sequenceStart,
                location: location,
                anchor: unsafe string(start.anchor),
                tag: unsafe string(start.tag)
            )
        case YAML_MAPPING_START_EVENT:
            let start = unsafe event.data.mapping_start
            return YAMLEvent(
                kind: .mappingStart,
                location: location,
                anchor: unsafe string(start.anchor),
                tag: unsafe string(start.tag)
            )
        case YAML_SEQUENCE_END_EVENT: return YAMLEvent(kind: .sequenceEnd, location: location)
        case YAML_MAPPING_END_EVENT: return YAMLEvent(kind: .mappingEnd, location: location)
        default: return nil
        }
    }

    private static func problem(of parser: yaml_parser_t) -> YAMLProblem {
        let words = unsafe parser.problem
        let context = unsafe parser.context
        let hasContext = unsafe context != nil
        return YAMLProblem(
            problem: unsafe words.map { unsafe String(cString: $0) } ?? "out of memory",
            context: unsafe context.map { unsafe String(cString: $0) } ?? "",
            location: unsafe place(parser.problem_mark),
            contextLocation: hasContext ? unsafe place(parser.context_mark) : nil
        )
    }

    /// libyaml counts lines and columns (in characters) from 0.
    private static func place(_ mark: yaml_mark_t) -> SourceLocation {
        SourceLocation(line: mark.line + 1, column: mark.column + 1)
    }

    private static func string(_ text: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        unsafe text.map { unsafe String(cString: $0) }
    }
}
