internal import EventModel
internal import RecordEngine
internal import Testing

/// What users read about steps and formats is what the engine has.
@Suite struct ReferencePageTests {
    /// The heading of a component: parsers and encoders may share a name.
    private static func title(of component: ComponentSpec) -> String {
        for word in ["parse", "encode"] where component.example.hasPrefix("- \(word):") {
            return "\(word): \(component.name)"
        }
        return component.name
    }

    @Test("the page has one section for each component, and no other")
    func sections() throws {
        let titles = try ReferencePage().sections.map(\.title)
        #expect(
            titles == ["decompress", "compress", "charset", "frame"] + Pipeline.components.map(Self.title)
        )
    }

    @Test("each section gives the component's summary, fields and example", arguments: Pipeline.components)
    func describes(_ component: ComponentSpec) throws {
        let title = Self.title(of: component)
        let section = try #require(
            ReferencePage().sections.first { $0.title == title },
            "\(title) is missing"
        )
        #expect(section.lines.dropFirst().first == component.summary, "the summary of \(title)")
        #expect(section.blocks("yaml") == [component.example], "the example of \(title)")
        #expect(section.fieldNames == component.fields, "the fields of \(title)")
    }

    @Test("each section shows what becomes of records, and it is so", arguments: Pipeline.components)
    func runsExamples(_ component: ComponentSpec) throws {
        let title = Self.title(of: component)
        let section = try #require(
            ReferencePage().sections.first { $0.title == title },
            "\(title) is missing"
        )
        let isParser = component.example.hasPrefix("- parse:")
        let steps = isParser ? component.example : "- parse: json\n\(component.example)"
        let rows = section.blocks("text").flatMap { $0.split(separator: "\n") }
        #expect(!rows.isEmpty && section.examples.count * 2 == rows.count)
        for example in section.examples {
            let outcome = try Self.outcome(of: example.input, steps)
            #expect(outcome == example.outcome, "\(title): \(example.input)")
        }
    }

    @Test("the page names every codec that objects may have", arguments: InputCodec.allCases)
    func codecs(_ codec: InputCodec) throws {
        for title in ["decompress", "compress"] where codec != .auto || title == "decompress" {
            let section = try #require(ReferencePage().sections.first { $0.title == title })
            #expect(section.lines.contains { $0.contains("`\(codec.rawValue)`") }, "\(title)")
            #expect(compile(section.blocks("yaml").joined(separator: "\n")).0 != nil, "\(title)")
        }
    }

    @Test("the page names how text is read and cut, and its examples compile")
    func text() throws {
        for component in Pipeline.textComponents {
            let title = component.name == "charset" ? "charset" : "frame"
            let section = try #require(ReferencePage().sections.first { $0.title == title })
            #expect(section.lines.contains { $0.contains("`\(component.name)`") } || title == "charset")
            for option in component.options {
                #expect(section.lines.contains { $0.contains("`\(option.name)") }, "\(option.name)")
            }
            for example in section.blocks("yaml") + [component.example] {
                #expect(compile(example + "\n- parse: raw").0 != nil, "\(example)")
            }
        }
    }

    @Test("the page shows a rejected record as it is written")
    func rejectedRecord() throws {
        let result = try run("- parse: json", "{}\n{}\n{\"path\":\"/a\n")
        #expect(try ReferencePage().text.contains("\n\(try #require(result.rejectLines.first))\n"))
    }

    @Test("the function that the page begins with compiles without a finding")
    func firstFunction() throws {
        let page = try ReferencePage().text
        let block = try #require(page.split(separator: "```yaml\n").dropFirst().first)
        let lines = block.split(separator: "\n").drop { !$0.hasPrefix("      - ") }
        let steps = lines.prefix { $0.hasPrefix("      - ") }.map { $0.dropFirst(6) }
        #expect(steps.count == 8)
        let (pipeline, findings) = compile(steps.joined(separator: "\n"))
        #expect(pipeline != nil && findings.isEmpty, "\(findings)")
    }

    /// What one line becomes.
    private static func outcome(of line: String, _ steps: String) throws -> String {
        let result = try run(steps, line + "\n")
        if let written = result.lines.first { return written }
        guard let reject = result.rejectLines.first else { return "dropped" }
        let reason = reject.split(separator: "\"reason\":\"").last?.split(separator: "\",\"record\"").first
        return "rejected: \(reason ?? "")"
    }
}
