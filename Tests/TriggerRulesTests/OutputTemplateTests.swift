internal import EventModel
internal import Testing
internal import TriggerRules

@Suite struct OutputTemplateTests {
    @Test(
        "templates over keys",
        arguments: [
            ("{key}", "a/b.log", "a/b.log"),
            ("web/{dir}/{stem}.ndjson.zst", "nginx/x/a.2026-10.log.gz", "web/nginx/x/a.2026-10.ndjson.zst"),
            ("web/{dir}/{stem}.ndjson", "a.log", "web/a.ndjson"), ("{dir}/{name}", "a.log", "a.log"),
            ("{dir}/{name}", "x/a.log", "x/a.log"),
            ("{dir}/{stem}.{ext}", "x/a.2026-10.log.gz", "x/a.2026-10.log.gz"),
            ("{stem}.{ext}", "README", "README"),
            ("{dir}-{name}", "a/b", "a-b"), ("{dir}-{name}", "b", "-b"), ("out-{name}", "x/y/z", "out-z"),
            ("{{{name}}}", "a", "{a}"),
            ("{name}/{name}", "a.b", "a.b/a.b"), ("x/{dir}/y/{dir}/{name}", "a", "x/y/a"),
            ("rejects/{key}.ndjson", "ü/ß", "rejects/ü/ß.ndjson"),
            ("{ext}/{name}", "a.json.gz", "json.gz/a.json.gz"),
        ]
    )
    func rendering(template: String, key: String, expected: String) throws {
        let parsed = try OutputTemplate.parse("clean:" + template)
        #expect(parsed.bucket == "clean")
        #expect(parsed.text == template)
        #expect(try parsed.render(source: ObjectKey(key)).string == expected)
        #expect(OutputTemplate(bucket: "clean", text: template) == parsed)
    }

    @Test(
        "stem is the name without one codec and one format extension",
        arguments: [
            ("a.2026-10.log.gz", "a.2026-10", "log.gz"), ("a.log", "a", "log"), ("a.gz", "a", "gz"),
            ("a", "a", ""),
            ("a.2026-10.gz", "a.2026-10", "gz"), ("a.log.1.gz", "a.log.1", "gz"),
            ("access.log.1", "access.log.1", ""),
            ("a.tar.gz", "a", "tar.gz"), ("a.tgz", "a", "tgz"), ("a.mp4", "a", "mp4"), ("a.7z", "a", "7z"),
            (".bashrc", ".bashrc", ""),
            (".a.log", ".a", "log"), ("a.", "a.", ""), ("a..gz", "a.", "gz"), ("gz", "gz", ""),
            (".gz", ".gz", ""),
            ("a.json.zst", "a", "json.zst"), ("v1.2", "v1.2", ""), ("a.gz.gz", "a", "gz.gz"),
            ("a.averylongword", "a.averylongword", ""),
            ("a b.x y", "a b.x y", ""), ("a.b/c", "c", ""),
        ]
    )
    func stems(name: String, stem: String, ext: String) throws {
        let template = try OutputTemplate.parse("b:{stem}|{ext}")
        #expect(try template.render(source: ObjectKey(name)).string == "\(stem)|\(ext)")
    }

    @Test("values from the function: member, output, partition keys")
    func functionValues() throws {
        let template = try OutputTemplate.parse(
            "b:{output}/day={day}/{stem}/{member}",
            partitionKeys: ["day"]
        )
        let values = ["output": "errors", "day": "2026-10-01", "member": "a/b.csv"]
        #expect(
            try template.render(source: "x.zip", placeholders: values).string
                == "errors/day=2026-10-01/x/a/b.csv"
        )
        #expect(OutputTemplate(bucket: "b", text: template.text) == template)
        let error = #expect(throws: SluiceError.self) {
            try template.render(source: "x.zip", placeholders: ["day": "1"])
        }
        #expect(error?.code == .outputInvalidKey)
        #expect(error?.message.contains("{output}") == true)
    }

    @Test("keys that are not UTF-8 come out byte for byte (trap W17)")
    func bytes() throws {
        let template = try OutputTemplate.parse("b:{dir}/x-{stem}.bin")
        let key = ObjectKey(bytes: [0xFF, 0x2F, 0xFE, 0x2E, 0x67, 0x7A])
        #expect(
            try template.render(source: key).bytes == [0xFF] + Array("/x-".utf8) + [0xFE] + Array(".bin".utf8)
        )
    }

    @Test(
        "results that name another place are refused",
        arguments: [
            ("{member}", "../../etc/passwd"), ("{member}", "a/../b"), ("{member}", "/etc/passwd"),
            ("{member}", "a//b"),
            ("{member}", "a/"), ("{member}", ""), ("{member}", "."), ("x/{member}", ".."),
            ("{member}", ".sluice/x"),
            ("{member}", "a\0b"), ("{member}", String(repeating: "a", count: 1025)),
            ("a{member}b/{member}", ""),
        ]
    )
    func refusedResults(template: String, member: String) throws {
        let parsed = try OutputTemplate.parse("b:" + template)
        let error = #expect(throws: SluiceError.self) {
            try parsed.render(source: "k", placeholders: ["member": member])
        }
        #expect(error?.code == .outputInvalidKey)
        #expect(error?.code.blame == .object)
    }

    @Test(
        "a template with a mistake is refused at its place",
        arguments: [
            ("{key}", 0, "bucket", "bucket:{key}"), (":{key}", 0, "bucket", nil), ("b:", 2, "missing", nil),
            ("b:/a", 2, "begin", nil),
            ("b:a/", 3, "end", "{name}"), ("b:a//b", 4, "empty", nil), ("b:a/../{key}", 4, "'..'", nil),
            ("b:{steam}", 2, "{steam}", "{stem}"),
            ("b:x/{foo}", 4, "{foo}", "Known"), ("b:{key", 2, "'}'", "{{"), ("b:a}", 3, "'{'", "}}"),
            ("b:{}", 2, "{}", nil),
            ("b:.sluice/{key}", 2, "Sluice", nil), ("b:ü/{kay}", 5, "{kay}", "{key}"),
        ]
    )
    func mistakes(text: String, byteOffset: Int, message: String, hint: String?) throws {
        let error = try #require(throws: TemplateError.self) { try OutputTemplate.parse(text) }
        #expect(error.message.contains(message), "\(error.message)")
        #expect(error.byteOffset == byteOffset)
        if let hint { #expect(error.hint?.contains(hint) == true, "\(error.hint ?? "no hint")") }
    }
}
