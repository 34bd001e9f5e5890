internal import Settings

/// `parse: { format: grok, pattern: '%{COMBINEDAPACHELOG}' }`: named patterns put together.
///
/// `%{NAME}` stands for a pattern of the library or of `definitions`, `%{NAME:field}` makes a field of it,
/// `%{NAME:field:int}` one of another type (elastic.co/guide/en/logstash/current/plugins-filters-grok.html).
/// All else is regular expression in PCRE2 syntax, where `(?<field>…)` captures too. Patterns match anywhere
/// in the record.
enum GrokParser {
    /// What users read about it.
    static let spec = ComponentSpec(
        name: "grok",
        summary: "Named patterns put together, as Logstash knows them.",
        semantics: 1,
        example: "- parse: { format: grok, pattern: '%{IP:client} %{WORD:verb} %{NUMBER:bytes:int}' }",
        options: [
            .init("pattern", "grok pattern", standard: nil, "What a record looks like."),
            .init(
                "patterns",
                "list of grok patterns",
                standard: nil,
                "Several patterns instead of one, at most \(maximumPatterns): the first that matches counts."
            ),
            .init("definitions", "mapping", standard: "{}", "Names for further patterns, and their text."),
        ],
        notes: """
            `%{NAME}` stands for a pattern of the library, `%{NAME:field}` makes a field of what it matched,
            and `%{NAME:field:int}` a number (`int`, `float`, `bool` or `string`). A text that is none rejects
            the record. `[a][b]` as a field is `a_b`. A field that took no part in the match is null; where a
            field stands at several places, the first one that took part counts.

            The library has the names that Logstash's patterns have for words, numbers, addresses, paths,
            times, syslog, Java and Apache httpd. Quotes around the referrer and agent of
            `COMBINEDAPACHELOG` are no part of the fields.

            What is said of [`regex`](#parse-regex) about records that do not match, long ones and
            backtracking holds here too.
            """,
        samples: ["192.0.2.7 GET 0512", "192.0.2.7 GET -"]
    )

    /// Patterns of one parser: each may take a part of a second on a hostile record.
    static let maximumPatterns = 16

    /// Reads the options.
    static func compile(_ options: inout ComponentOptions, _ context: inout StepContext) -> ParserPlan? {
        var definitions = GrokPatterns.all
        if let node = options.optional("definitions") {
            for entry in context.entries(node) {
                definitions[entry.name] = entry.value.text(&context.diagnostics)
            }
        }
        let several = options.optional("patterns")
        let single = several == nil ? options.required("pattern", &context.diagnostics) : nil
        if several != nil, let node = options.optional("pattern") {
            let message = "\(node.displayPath) and 'patterns' exclude each other."
            context.diagnostics.error(.configInvalidValue, message, at: node)
            return nil
        }
        guard let node = several ?? single, let items = node.list(orSingle: true, &context.diagnostics)
        else { return nil }
        if items.count > maximumPatterns {
            let message = "\(node.displayPath) has more than \(maximumPatterns) patterns."
            context.diagnostics.error(.configInvalidValue, message, at: node)
            return nil
        }
        let alternatives = items.compactMap { item in
            item.text(&context.diagnostics).flatMap { alternative($0, definitions, at: item, &context) }
        }
        guard alternatives.count == items.count else { return nil }
        return RegexParser.plan(spec, alternatives, at: node, &context)
    }

    /// One pattern, compiled; reports its mistakes.
    private static func alternative(
        _ text: String,
        _ definitions: [String: String],
        at node: ConfigNode,
        _ context: inout StepContext
    ) -> CaptureParser.Alternative? {
        var expansion = GrokExpansion(definitions)
        do throws(GrokExpansion.Mistake) {
            let pattern = try expansion.expand(text)
            return CapturePattern.compile(pattern, isAnchored: false, at: node, &context).map { compiled in
                .init(pattern: compiled, fields: expansion.fields(of: compiled.groups))
            }
        } catch {
            let message = "\(node.displayPath): \(error.message)."
            context.diagnostics.error(.configInvalidValue, message, hint: error.hint, at: node)
            return nil
        }
    }
}
