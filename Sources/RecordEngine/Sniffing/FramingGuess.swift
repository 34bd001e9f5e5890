/// Whether records are something else than lines, from the first bytes of a text.
enum FramingGuess {
    /// What a text may be cut into: the value of `frame`, and why.
    struct Guess: Sendable, Hashable {
        /// In YAML.
        let frame: String
        /// One sentence.
        let reason: String
    }

    /// JSON over several lines, or elements of a list; nil where it is neither.
    static func json(_ text: [UInt8]) -> Guess? {
        guard let first = text.first(where: { $0 > 0x20 }) else { return nil }
        if first == UInt8(ascii: "[") {
            let inside = text.drop { $0 <= 0x20 }.dropFirst().first { $0 > 0x20 }
            guard inside == UInt8(ascii: "{"), let found = Nesting(text), found.closings > 0 else {
                return nil
            }
            return Guess(frame: "json_array", reason: "The text begins a JSON list of objects.")
        }
        guard first == UInt8(ascii: "{"), let found = Nesting(text), found.isSpread else { return nil }
        return Guess(frame: "json_documents", reason: "JSON objects go over several lines, or share one.")
    }

    /// Stack traces between lines of a log; nil where none is recognised.
    static func traces(_ sample: SampleText) -> Guess? {
        let lines = sample.lines.map { String(decoding: $0.prefix(200), as: UTF8.self) }
        for (preset, marks) in Self.traceMarks
        where lines.contains(where: { line in marks.contains { $0(line) } }) {
            return Guess(
                frame: "{ format: multiline, preset: \(preset) }",
                reason: "There are stack traces of \(preset.capitalizedFirst)."
            )
        }
        return nil
    }

    /// What only lines of a stack trace look like, language by language.
    private static let traceMarks: [(String, [@Sendable (String) -> Bool])] = [
        ("python", [{ $0.hasPrefix("Traceback (most recent call last):") }]),
        ("go", [{ $0.hasPrefix("goroutine ") && $0.hasSuffix("]:") }]),
        (
            "java",
            [
                { $0.hasPrefix("\tat ") && $0.hasSuffix(")") },
                { $0.hasPrefix("    at ") && $0.hasSuffix(")") },
            ]
        ),
        (
            "swift",
            [{ $0.hasPrefix("Thread ") && $0.hasSuffix(" crashed:") }, { $0.contains(": Fatal error: ") }]
        ),
    ]

    /// How brackets nest outside of strings.
    private struct Nesting {
        /// How often an outermost object, or an element of the outermost list, is closed.
        var closings = 0
        /// Whether an object holds line feeds, or follows another on one line.
        var isSpread = false

        /// Nil where a bracket is closed that was not opened.
        init?(_ text: [UInt8]) {
            var depth = 0
            var isString = false
            var isEscaped = false
            var closedOnLine = false
            let outer = text.first { $0 > 0x20 } == UInt8(ascii: "[") ? 1 : 0
            for byte in text {
                if isString {
                    if isEscaped {
                        isEscaped = false
                    } else if byte == UInt8(ascii: "\\") {
                        isEscaped = true
                    } else if byte == UInt8(ascii: "\"") {
                        isString = false
                    } else if byte == Newlines.lineFeed {
                        return nil
                    }
                    continue
                }
                switch byte {
                case UInt8(ascii: "\""): isString = true
                case UInt8(ascii: "{"), UInt8(ascii: "["):
                    if depth == outer, closedOnLine { isSpread = true }
                    depth += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    depth -= 1
                    if depth < 0 { return nil }
                    if depth == outer {
                        closings += 1
                        closedOnLine = true
                    }
                case Newlines.lineFeed:
                    if depth > outer { isSpread = true }
                    closedOnLine = false
                default: break
                }
            }
        }
    }
}

extension String {
    /// `java` as `Java`.
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
