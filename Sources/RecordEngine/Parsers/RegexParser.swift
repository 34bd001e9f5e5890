internal import Settings

/// `parse: { format: regex, pattern: '(?<ip>\S+) …' }`: the named groups of a pattern become fields.
///
/// PCRE2 syntax. A group that took no part is null. Records that do not match, or that are longer than 16
/// KiB, are rejected.
enum RegexParser {
    /// What users read about it.
    static let spec = ComponentSpec(
        name: "regex",
        summary: "The named groups of a regular expression.",
        semantics: 1,
        example: "- parse: { format: regex, pattern: '(?<client>\\S+) (?<status>\\d+)' }",
        options: [
            .init("pattern", "regular expression", standard: nil, "What a record looks like (PCRE2 syntax)."),
            .init(
                "on",
                "search or full",
                standard: "search",
                "Whether the pattern may match anywhere in the record, or must match all of it."
            ),
        ],
        notes: """
            Each `(?<name>…)` is a field of text; one that took no part in the match is null. Where a name
            has several groups, the first one that took part counts. Records that do not match are
            rejected, and so are those longer than 16 KiB.

            A pattern that backtracks without end is refused when the configuration is read: each is tried on
            texts that are made to hurt it. What still needs too many steps on some record rejects
            that record.
            """,
        samples: ["192.0.2.7 503", "192.0.2.7"]
    )

    /// Where the pattern must match.
    enum Place: String, CaseIterable {
        /// Anywhere.
        case search
        /// From the first byte to the last.
        case full
    }

    /// Reads the options.
    static func compile(_ options: inout ComponentOptions, _ context: inout StepContext) -> ParserPlan? {
        let place = options.optional("on")?.choice(Place.self, &context.diagnostics) ?? .search
        guard let node = options.required("pattern", &context.diagnostics),
            let text = node.text(&context.diagnostics),
            let pattern = CapturePattern.compile(text, isAnchored: place == .full, at: node, &context)
        else { return nil }
        var fields: [CaptureField] = []
        for (name, group) in pattern.groups {
            if let known = fields.firstIndex(where: { $0.name == name }) {
                fields[known].groups.append(group)
            } else {
                fields.append(CaptureField(name: name, kind: .string, groups: [group]))
            }
        }
        return plan(spec, [.init(pattern: pattern, fields: fields)], at: node, &context)
    }

    /// The parser of one or more patterns; reports where none has a field.
    static func plan(
        _ spec: ComponentSpec,
        _ alternatives: [CaptureParser.Alternative],
        at node: ConfigNode,
        _ context: inout StepContext
    ) -> ParserPlan? {
        var names: [String] = []
        for name in alternatives.flatMap(\.fields).map(\.name) where !names.contains(name) {
            names.append(name)
        }
        if names.isEmpty {
            context.diagnostics.error(
                .configInvalidValue,
                "\(node.displayPath) captures nothing.",
                hint: spec.name == self.spec.name
                    ? "Name a group: (?<name>…)." : "Name a part: %{WORD:name}.",
                at: node
            )
            return nil
        }
        return ParserPlan(spec, fields: KnownFields(isOpen: false, names: names)) { setup in
            CaptureParser(alternatives, setup)
        }
    }
}
