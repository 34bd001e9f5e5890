internal import EventModel
internal import Settings

/// The pages of `docs/reference`, made from the components themselves: what each does, what can be set, and
/// what really becomes of its samples.
public enum ReferencePages {
    /// One page.
    public struct Page: Sendable {
        /// Name of the file.
        public let name: String
        /// Markdown.
        public let text: String
    }

    /// All pages.
    public static var all: [Page] {
        [
            page(
                "text",
                "Text",
                """
                `charset` says how bytes stand for text, and `frame` how text is cut into records: \
                `- frame: NAME`, or `- frame: { format: NAME, … }` with options. Without it each line is a \
                record, unless the format says otherwise; a format that cuts the text itself, such as `csv`, \
                takes no `frame`. Steps on `line` before `parse` see the whole record.
                """,
                Pipeline.textComponents
            ),
            page(
                "parsers",
                "Parsers",
                """
                `parse` cuts each record's text into fields: `- parse: NAME`, or \
                `- parse: { format: NAME, … }` with options. Lines of blanks are dropped (except by `raw`); \
                text of another shape is rejected.
                """,
                ParserKind.allCases.map(\.spec)
            ),
            page(
                "steps",
                "Steps",
                """
                Steps work on records, one after another. A step that names a field means every field of \
                that name; an expression sees the last one.
                """,
                StepKind.allCases.map(\.spec)
            ),
            page(
                "encoders",
                "Encoders",
                """
                `encode` writes records: `- encode: NAME`, or `- encode: { format: NAME, … }` with \
                options. Without it they are written as `ndjson`.
                """,
                EncoderKind.allCases.map(\.spec)
            ),
        ]
    }

    private static func page(
        _ name: String,
        _ title: String,
        _ introduction: String,
        _ specs: [ComponentSpec]
    ) -> Page {
        let list = specs.map { "- [`\($0.name)`](#\(anchor($0.name))): \($0.summary)" }.joined(
            separator: "\n"
        )
        let head = """
            # \(title)

            <!-- Made by `make docs` from the specifications in Sources/RecordEngine: change those. -->

            \(wrap(introduction))

            In the samples the first lines go in, and behind each arrow stands what comes out.

            \(list)
            """
        return Page(name: "\(name).md", text: ([head] + specs.map(section)).joined(separator: "\n\n") + "\n")
    }

    /// What GitHub makes of a heading.
    private static func anchor(_ heading: String) -> String { heading }

    private static func section(_ spec: ComponentSpec) -> String {
        var parts = ["## `\(spec.name)`", spec.summary]
        if !spec.notes.isEmpty { parts.append(spec.notes) }
        if !spec.options.isEmpty { parts.append(options(spec)) }
        if !spec.fields.isEmpty { parts.append(fields(spec)) }
        parts.append("```yaml\n\(spec.example)\n```")
        if !spec.samples.isEmpty {
            parts.append("```text\n\(spec.samples.map { sample($0, spec) }.joined(separator: "\n"))\n```")
        }
        return parts.joined(separator: "\n\n")
    }

    private static func options(_ spec: ComponentSpec) -> String {
        let rows = spec.options.map { option in
            let standard = option.standard.map { "`\($0)`" } ?? "must be set"
            return "| `\(option.name)` | \(cell(option.kind)) | \(cell(standard)) | \(cell(option.summary)) |"
        }
        return (["| option | value | default | |", "|---|---|---|---|"] + rows).joined(separator: "\n")
    }

    private static func fields(_ spec: ComponentSpec) -> String {
        let rows = spec.fields.map { "| `\($0)` | \(cell(spec.fieldKinds[$0] ?? "text")) |" }
        return (["| field | |", "|---|---|"] + rows).joined(separator: "\n")
    }

    private static func cell(_ text: String) -> String { text.split(separator: "|").joined(separator: "\\|") }

    /// The lines of a sample, and what becomes of them behind the example.
    private static func sample(_ text: String, _ spec: ComponentSpec) -> String {
        let isParser = spec.example.hasPrefix("- parse:")
        let steps = isParser ? spec.example : "- parse: json\n\(spec.example)"
        return ([text] + outcome(of: text, steps).map { "→ \($0)" }).joined(separator: "\n")
    }

    private static func outcome(of text: String, _ steps: String) -> [String] {
        var diagnostics = Diagnostics()
        guard let node = YAML.parse(Array(steps.utf8), &diagnostics),
            let pipeline = Pipeline.compile(steps: node, diagnostics: &diagnostics)
        else { return diagnostics.findings.map { "error: \($0.message)" } }
        do throws(SluiceError) {
            return lines(of: try pipeline.runInMemory(Array((text + "\n").utf8)))
        } catch {
            return ["failed: \(error.message)"]
        }
    }

    private static func lines(of run: MemoryRun) -> [String] {
        var shown: [String] = []
        for result in run.results {
            let name = [result.output.name.route, result.output.name.partition].compactMap(\.self)
            let place = name.isEmpty ? "" : name.joined(separator: " ") + ": "
            for line in String(decoding: result.bytes, as: UTF8.self).split(separator: "\n") {
                shown.append(place + line)
            }
        }
        for line in String(decoding: run.rejects, as: UTF8.self).split(separator: "\n") {
            let reason = line.split(separator: "\"reason\":\"").last?.split(separator: "\",\"record\"").first
            shown.append("rejected: \(reason ?? line)")
        }
        let tally = run.report.tally
        if tally.dropped > 0 { shown.append(tally.dropped == 1 ? "dropped" : "\(tally.dropped) dropped") }
        if tally.deduplicated > 0 { shown.append("\(tally.deduplicated) deduplicated") }
        return shown
    }

    /// Paragraphs of at most 118 columns.
    private static func wrap(_ text: String) -> String {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if line.count + word.count + 1 > 118 {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return (lines + [line]).joined(separator: "\n")
    }
}
