internal import Foundation
internal import RecordEngine
internal import Testing

/// What users read about steps and formats is what the engine has.
@Suite struct ReferencePageTests {
    private static var docs: URL {
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { root.deleteLastPathComponent() }
        return root.appendingPathComponent("docs")
    }

    private static func text(_ name: String) throws -> String {
        try String(contentsOf: docs.appendingPathComponent(name), encoding: .utf8)
    }

    @Test("the pages under docs/reference are those that the components make; 'make docs' makes them")
    func pages() throws {
        for page in ReferencePages.all {
            #expect(try Self.text("reference/\(page.name)") == page.text, "\(page.name)")
        }
        let files = try FileManager.default.contentsOfDirectory(
            atPath: Self.docs.appendingPathComponent("reference").path
        )
        #expect(Set(files) == Set(ReferencePages.all.map(\.name)))
    }

    @Test("each component has an example that compiles, and samples or notes", arguments: Pipeline.components)
    func describes(_ component: ComponentSpec) throws {
        let isParser = component.example.hasPrefix("- parse:")
        let steps = isParser ? component.example : "- parse: json\n\(component.example)"
        let (pipeline, findings) = compile(steps)
        #expect(pipeline != nil, "\(findings)")
        #expect(!component.samples.isEmpty || !component.notes.isEmpty, "\(component.name)")
        #expect(component.summary.hasSuffix("."), "\(component.summary)")
        #expect(component.options.allSatisfy { $0.summary.hasSuffix(".") }, "\(component.name)")
    }

    @Test("how text is read and cut has examples that compile, and notes", arguments: Pipeline.textComponents)
    func describesText(_ component: ComponentSpec) {
        let (pipeline, findings) = compile(component.example + "\n- parse: raw")
        #expect(pipeline != nil, "\(findings)")
        #expect(!component.notes.isEmpty && component.summary.hasSuffix("."), "\(component.name)")
        #expect(component.options.allSatisfy { $0.summary.hasSuffix(".") }, "\(component.name)")
    }

    @Test("every sample runs, and is written, dropped or rejected")
    func samples() {
        for page in ReferencePages.all {
            for word in ["→ error:", "→ failed:"] {
                #expect(!page.text.contains(word), "\(page.name)")
            }
        }
    }

    @Test("the page on functions names every codec that objects may have", arguments: InputCodec.allCases)
    func codecs(_ codec: InputCodec) throws {
        let section = try #require(Self.text("functions.md").split(separator: "### `decompress`\n").last)
        let end = section.range(of: "\n##")?.lowerBound ?? section.endIndex
        #expect(section[..<end].contains("`\(codec.rawValue)`"))
    }

    @Test("the page shows a rejected record as it is written")
    func rejectedRecord() throws {
        let result = try run("- parse: json", "{}\n{}\n{\"path\":\"/a\n")
        let shown = try #require(result.rejectLines.first)
        #expect(try Self.text("functions.md").contains("\n\(shown)\n"))
    }

    @Test("the function that the page begins with compiles without a finding")
    func firstFunction() throws {
        let block = try #require(Self.text("functions.md").split(separator: "```yaml\n").dropFirst().first)
        let lines = block.split(separator: "\n").drop { !$0.hasPrefix("      - ") }
        let steps = lines.prefix { $0.hasPrefix("      - ") }.map { $0.dropFirst(6) }
        #expect(steps.count == 8)
        let (pipeline, findings) = compile(steps.joined(separator: "\n"))
        #expect(pipeline != nil && findings.isEmpty, "\(findings)")
    }
}
