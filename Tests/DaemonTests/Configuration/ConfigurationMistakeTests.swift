internal import Daemon
internal import EventModel
internal import Settings
internal import Testing

@Suite struct ConfigurationMistakeTests {
    @Test(
        "ten mistakes are exactly ten findings, each at its place, in the order of the file"
    )
    func tenMistakes() {
        let text = """
            state: [./state]
            workers: 0777
            buckets:
              inbox: { path: ./inbox, aftr: keep }
              lake: { s3: { bucket: acme-lake } }
              clean: { path: ./clean, watch: { scan: 5 } }
            functions:
              web: { command: [cat] }
              web: { steps: [ { parse: json } ] }
            triggers:
              all:
                bucket: inbox
                function: wbe
                output: "clean:{key}"
              more:
                bucket: inbox
                function: web
                output: "claen:more/{key}"
            lisen: 80
            """
        #expect(
            ConfigurationFixture.findings(text) == [
                "config.invalid-value@1:8", "config.invalid-value@2:10", "config.unknown-key@4:27",
                "config.missing-key@5:15", "config.invalid-value@6:42",
                "function.unsupported@8:19", "config.duplicate-key@9:3", "config.unknown-reference@13:15",
                "config.unknown-reference@18:13", "config.unknown-key@19:1",
            ]
        )
    }

    @Test(
        "every mistake has its code and place",
        arguments: [
            ("buckets: {}", ["config.missing-key@1:1", "config.unused@1:1"]),
            ("[a, b]", ["config.invalid-value@1:1"]),
            ("buckets: inbox\nfunctions: {}", ["config.unused@1:1", "config.invalid-value@1:10"]),
            (
                "buckets: { a b: { path: ./x } }\nfunctions: {}",
                ["config.unused@1:1", "config.invalid-value@1:12"]
            ),
            (
                "buckets: { -a: { path: x } }\nfunctions: {}",
                ["config.unused@1:1", "config.invalid-value@1:12"]
            ),
            (
                "buckets: { a: { path: x, s3: {} } }\nfunctions: {}",
                ["config.unused@1:1", "config.invalid-value@1:30"]
            ),
            (
                "buckets: { a: { path: ~/x } }\nfunctions: {}",
                ["config.unused@1:1", "config.invalid-value@1:23"]
            ),
            (
                "buckets: { a: { path: \"x\\0\" } }\nfunctions: {}",
                ["config.unused@1:1", "config.invalid-value@1:23"]
            ),
            ("buckets: { a: }\nfunctions: {}", ["config.unused@1:1", "config.invalid-value@1:15"]),
            ("buckets: {}\nfunctions: { f: { } }", ["config.unused@1:1", "config.missing-key@2:17"]),
            (
                "buckets: {}\nfunctions: { f: { http: \"https://x\", body: records } }",
                ["config.unused@1:1", "function.unsupported@2:25"]
            ),
        ]
    )
    func table(text: String, findings: [String]) {
        #expect(ConfigurationFixture.findings(text) == findings)
    }

    @Test(
        "parts of an otherwise right configuration",
        arguments: [
            ("workers: 0", "config.invalid-value@8:10"), ("workers: \"4\"", "config.invalid-value@8:10"),
            ("workers: 4.0", "config.invalid-value@8:10"), ("max_pending: -1", "config.invalid-value@8:14"),
            ("state: ./clean/../clean", "config.overlapping-paths@3:18"), ("state: .", nil),
            ("state: ''", "config.invalid-value@8:8"),
            ("state: { env: NOWHERE }", "config.missing-value@8:15"),
            ("listen: { api: \"127.0.0.1:80\" }", "config.missing-key@8:9"),
            ("listen: { api: \"127.0.0.1\", token: { env: TOKEN } }", "config.invalid-value@8:16"),
            ("listen: { api: \"127.0.0.1:0\", token: { env: TOKEN } }", "config.invalid-value@8:16"),
            ("listen: { api: \"::1:80\", token: { env: TOKEN } }", "config.invalid-value@8:16"),
            ("listen: { api: \"0.0.0.0:80\", token: { env: TOKEN } }", "config.exposed@8:16"),
            ("listen: { api: \"127.0.0.1:80\", token: { env: SHORT } }", "config.invalid-value@8:39"),
            ("listen: { api: \"127.0.0.1:80\", token: 0123456789abcdef }", "config.inline-secret@8:39"),
        ]
    )
    func heads(head: String, finding: String?) {
        let surroundings = ConfigurationFixture.surroundings(variables: [
            "TOKEN": "0123456789abcdef", "SHORT": "x",
        ])
        var findings = ConfigurationFixture.findings(ConfigurationFixture.complete(head: head), surroundings)
        // `state: .` makes the file's own directory the state directory, with both buckets within it.
        if head == "state: ." {
            #expect(findings == ["config.overlapping-paths@2:18", "config.overlapping-paths@3:18"])
            findings = []
        }
        #expect(findings == (finding.map { [$0] } ?? []))
    }

    @Test(
        "buckets' own mistakes",
        arguments: [
            (", after: archive", "config.invalid-value@2:34"),
            (", after: { mov: \"clean:{key}\" }", "config.unknown-key@2:36"),
            (", after: { move: \"claen:{key}\" }", "config.unknown-reference@2:42"),
            (", watch: { scan: 0s }", "config.invalid-value@2:42"),
            (", watch: { scan: 8d }", "config.invalid-value@2:42"),
            (", watch: { settle: soon }", "config.invalid-value@2:44"),
            (", watch: 5m", "config.invalid-value@2:34"),
            (", watch: { notifications: [webhook] }", "config.invalid-value@2:51"),
            (", path: ./other", "config.duplicate-key@2:27"),
        ]
    )
    func buckets(part: String, finding: String) {
        let findings = ConfigurationFixture.findings(ConfigurationFixture.complete(bucket: part))
        #expect(findings.contains(finding))
        #expect(findings.count == (part.contains("mov:") ? 2 : 1))
    }

    @Test("directories that lie within each other are refused, links included")
    func nestedBuckets() {
        func findings(_ first: String, _ second: String, links: [String: String] = [:]) -> [String] {
            let text = "buckets: { a: { path: \(first) }, b: { path: \(second) } }\nfunctions: {}"
            return ConfigurationFixture.findings(text, ConfigurationFixture.surroundings(links: links))
                .filter { $0.hasPrefix("config.overlapping-paths") }
        }
        #expect(findings("./x", "./x/y").count == 1)
        #expect(findings("./x/y", "./x").count == 1)
        #expect(findings("./x", "x/./").count == 1)
        #expect(findings("/", "./x").count == 1)
        #expect(findings("./x", "./xy").isEmpty)
        #expect(findings("./x", "./y", links: ["/srv/logs/y": "/srv/logs/x/deep"]).count == 1)
        #expect(findings("./x", "./state/y").count == 1)
        #expect(findings("./x", "./y", links: ["/srv/logs/x": "/srv/logs/state"]).count == 1)
    }

    @Test("a removal has no bytes for steps", arguments: ["ObjectRemoved:*", "ObjectRemoved:Delete", "*"])
    func removals(event: String) {
        let text = ConfigurationFixture.complete(trigger: ", events: [\"\(event)\"]")
        #expect(ConfigurationFixture.load(text).hasErrors)
    }

    @Test("what nothing uses is warned of, and the configuration still works")
    func unused() {
        let text =
            ConfigurationFixture.complete() + "\n"
                + """
                state: ./state
                """
        let more = text.replacing(
            "functions:",
            with: "  spare: { path: ./spare }\nfunctions:\n  idle: { steps: [ { parse: raw } ] }"
        )
        let result = ConfigurationFixture.load(more)
        #expect(
            result.diagnostics.map { "\($0.severity) \($0.code)@\($0.location)" } == [
                "warning config.unused@4:3", "warning config.unused@6:3",
            ]
        )
        #expect(result.configuration != nil)
    }

    @Test("an 'after' that never happens is warned of")
    func deadAfter() {
        let text = ConfigurationFixture.complete().replacing("./clean }", with: "./clean, after: delete }")
        #expect(ConfigurationFixture.findings(text) == ["config.unused@3:3"])
    }

    @Test("a thousand seeded mutilations of a configuration never crash the loader")
    func mutilations() {
        let original = Array(ConfigurationFixture.complete(head: "state: ./state\nworkers: 3").utf8)
        let pieces = Array("{}[]:,\"'|>-*&!#%@`~ \n\t0x\u{E9}".utf8)
        var seed: UInt64 = 20_261_001
        func random(_ bound: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((seed >> 33) % UInt64(bound))
        }
        var refused = 0
        for _ in 0..<1000 {
            var text = original
            for _ in 0...random(3) {
                let index = random(text.count)
                switch random(3) {
                case 0: text[index] = pieces[random(pieces.count)]
                case 1: text.remove(at: index)
                default: text.insert(pieces[random(pieces.count)], at: index)
                }
            }
            let result = ConfigurationLoader.load(
                source: text,
                file: "/srv/sluice.yaml",
                ConfigurationFixture.surroundings()
            )
            #expect(result.hasErrors == (result.configuration == nil))
            refused += result.hasErrors ? 1 : 0
        }
        #expect(refused > 300 && refused < 1000)
    }
}
