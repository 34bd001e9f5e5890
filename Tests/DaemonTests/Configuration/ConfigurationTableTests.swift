internal import Daemon
internal import EventModel
internal import Foundation
internal import FunctionRuntime
internal import RecordEngine
internal import Settings
internal import Testing

@Suite struct ConfigurationTableTests {
    private static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private func node(_ text: String) throws -> ConfigNode {
        var diagnostics = Diagnostics()
        return try #require(YAML.parse(Array(text.utf8), &diagnostics), "\(diagnostics.findings)")
    }

    /// Where each section stands in a whole configuration; `§` is where one more entry of it goes.
    private static let places: [(title: String, text: String)] = [
        ("configuration", ConfigurationFixture.complete(head: "§")),
        ("listen", ConfigurationFixture.complete(head: "listen: { § }")),
        ("webhook", ConfigurationFixture.complete(head: "listen: { webhook: { § } }")),
        ("bucket", ConfigurationFixture.complete(bucket: ", §")),
        ("after", ConfigurationFixture.complete(bucket: ", after: { § }")),
        ("watch", ConfigurationFixture.complete(bucket: ", watch: { § }")),
        ("recent", ConfigurationFixture.complete(bucket: ", watch: { recent: { § } }")),
        (
            "notification",
            ConfigurationFixture.withStore(
                "bucket: b, region: r",
                bucket: ", watch: { notifications: [ { § } ] }"
            )
        ),
        (
            "sqs",
            ConfigurationFixture.withStore(
                "bucket: b, region: r",
                bucket: ", watch: { notifications: [ { sqs: { § } } ] }"
            )
        ),
        ("s3", ConfigurationFixture.withStore("§")),
        ("credentials", ConfigurationFixture.withStore("bucket: b, credentials: { § }")),
        (
            "copy",
            ConfigurationFixture.complete().replacing("web: {", with: "more: { copy: { § } }\n  web: {")
        ),
        ("function", ConfigurationFixture.complete(function: ", §")),
        ("test", ConfigurationFixture.complete(function: ", tests: [ { § } ]")),
        ("limits", ConfigurationFixture.complete(function: ", limits: { § }")),
        ("trigger", ConfigurationFixture.complete(trigger: ", §")),
        ("retry", ConfigurationFixture.complete(trigger: ", retry: { § }")),
        ("schedule", ConfigurationFixture.complete(head: "schedules: { s: { § } }")),
        ("job", ConfigurationFixture.complete(head: "schedules: { s: { cron: '@daily', job: { § } } }")),
        (
            "compress",
            ConfigurationFixture.complete().replacing(
                "parse: json }",
                with: "parse: json }, { compress: { § } }"
            )
        ),
    ]

    @Test(
        "the table and the decoder know the same names",
        arguments: ConfigurationTable.root.all.map(\.title)
    )
    func sameNames(title: String) throws {
        let section = try #require(ConfigurationTable.root.all.first { $0.title == title })
        let place = try #require(Self.places.first { $0.title == title }, "where does \(title) stand?")
        let text = place.text.replacing(
            "§",
            with: section.title == "configuration" ? "zzzzzzzz: 1" : "zzzzzzzz: 1"
        )
        let result = ConfigurationFixture.load(text)
        let finding = try #require(
            result.diagnostics.first { $0.message.contains("zzzzzzzz") },
            "\(result.diagnostics)"
        )
        #expect(finding.code == .configUnknownKey)
        let hint = try #require(finding.hint)
        let known = hint.replacing("Known: ", with: "").dropLast().split(separator: ", ").map(String.init)
        let unsupported = ["command", "handler", "http"]
        #expect(known.filter { !unsupported.contains($0) } == section.settings.map(\.name).sorted())
    }

    @Test("the table knows every parser, step and encoder of the engine, and no other")
    func components() throws {
        let function = try #require(ConfigurationTable.root.all.first { $0.title == "function" })
        guard case .list(.step(let steps)) = function.settings.first?.type else {
            Issue.record("a function has no steps")
            return
        }
        func words(_ name: String) -> [String] {
            guard case .either(let types) = steps.first(where: { $0.name == name })?.type,
                case .choice(let words) = types.first
            else { return [] }
            return words
        }
        var names: [String: [String]] = [:]
        for component in Pipeline.components {
            let kind = ["parse", "encode"].first { component.example.hasPrefix("- \($0):") } ?? "step"
            names[kind, default: []].append(component.name)
        }
        #expect(names["parse"] == words("parse"))
        #expect(names["encode"] == words("encode"))
        let frames = ["decompress", "unarchive", "charset", "frame", "parse", "encode", "compress"]
        #expect(names["step"] == steps.map(\.name).filter { !frames.contains($0) })
        #expect(frames.allSatisfy { frame in steps.contains { $0.name == frame } })
    }

    @Test("every step compiles as the table gives it for an example")
    func stepExamples() throws {
        let function = try #require(ConfigurationTable.root.all.first { $0.title == "function" })
        guard case .list(.step(let steps)) = function.settings.first?.type else { return }
        for step in steps {
            var lines = ["- \(step.name): \(step.example)"]
            if step.name != "parse" {
                let isBefore = ["decompress", "unarchive", "charset", "frame"].contains(step.name)
                lines.insert("- parse: json", at: isBefore ? 1 : 0)
            }
            let text = "steps:\n" + lines.map { "  \($0)\n" }.joined()
            var diagnostics = Diagnostics(
                externals: ExternalValues(variables: ["SLUICE_HASH_KEY": "0123456789abcdef"])
            )
            let node = try #require(YAML.parse(Array(text.utf8), &diagnostics))
            let definition = FunctionDefinition.decode(name: "f", node: node, &diagnostics)
            #expect(definition != nil && diagnostics.findings.isEmpty, "\(text): \(diagnostics.findings)")
        }
    }

    @Test("the schema is JSON, refers only to what it defines, and knows every setting")
    func schemaIsWhole() throws {
        let text = ConfigurationTable.jsonSchema
        let root = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let definitions = try #require(root["$defs"] as? [String: Any])
        let references = text.matches(of: try Regex("\"#/\\$defs/([a-z0-9]+)\"")).compactMap {
            $0.output[1].substring
        }
        #expect(!references.isEmpty)
        for reference in references { #expect(definitions[String(reference)] != nil, "\(reference)") }
        for section in ConfigurationTable.root.all.dropFirst() {
            let definition = try #require(definitions[section.title] as? [String: Any])
            let properties = try #require(definition["properties"] as? [String: Any])
            #expect(Set(properties.keys) == Set(section.settings.map(\.name)))
            #expect(definition["additionalProperties"] as? Bool == false)
        }
    }

    @Test("the schema takes the examples and everything that the table gives as an example")
    func schemaAccepts() throws {
        let checker = try SchemaChecker(ConfigurationTable.jsonSchema)
        let example = Self.repository.appending(path: "fixtures/log-etl/sluice.yaml")
        #expect(try checker.accepts(node(String(contentsOf: example, encoding: .utf8))))
        for setting in ConfigurationTable.root.settings {
            var lines = ["buckets: {}", "functions: {}"].filter { !$0.hasPrefix(setting.name + ":") }
            lines.append("\(setting.name): \(setting.example)")
            #expect(try checker.accepts(node(lines.joined(separator: "\n"))), "\(setting.name)")
        }
    }

    @Test(
        "the schema refuses what the decoder refuses by form",
        arguments: [
            "workers: x", "workers: 0", "workers: \"4\"", "zzz: 1", "max_pending: []",
            "listen: { webhook: { token: x } }",
            "buckets: { a: {} }", "buckets: { a: { path: [x] } }",
            "buckets: { a: { path: x, s3: { bucket: b } } }", "buckets: { a: { s3: { region: r } } }",
            "buckets: { a: { path: x, after: archive } }", "functions: { f: { steps: [], copy: {} } }",
            "buckets: { a: { path: x, watch: { scan: 5 } } }", "functions: { f: {} }",
            "functions: { f: { steps: [ { parse: xml } ] } }", "functions: { f: { steps: [ { zzz: 1 } ] } }",
            "functions: { f: { steps: [ { parse: json, encode: ndjson } ] } }",
            "triggers: { t: { bucket: a, function: f } }",
        ]
    )
    func schemaRefuses(line: String) throws {
        let checker = try SchemaChecker(ConfigurationTable.jsonSchema)
        let others = ["buckets: {}", "functions: {}"].filter { $0.prefix(8) != line.prefix(8) }
        let root = try node((others + [line]).joined(separator: "\n"))
        #expect(try !checker.accepts(root))
    }

    @Test("the reference page holds the table as it is")
    func page() throws {
        let page = try String(
            contentsOf: Self.repository.appending(path: "docs/configuration.md"),
            encoding: .utf8
        )
        let begin = try #require(
            page.range(of: "<!-- settings: this part is ConfigurationTable.markdown, word for word -->\n\n")
        )
        let end = try #require(page.range(of: "\n<!-- end of settings -->"))
        #expect(String(page[begin.upperBound..<end.lowerBound]) == ConfigurationTable.markdown)
    }
}
