internal import ControlPlane
internal import Foundation
internal import Testing
internal import sluice

/// Commands that need no service, run as a user runs them.
@Suite struct LocalCommandTests {
    static let config = """
        state: ./state
        buckets:
          in: { path: ./in }
          out: { path: ./out }
        functions:
          clean:
            steps: [ { decompress: auto }, { parse: json }, { drop_if: "n == 2" }, { encode: ndjson } ]
        triggers:
          all: { bucket: in, match: "**/*.log*", function: clean, output: "out:{key}.ndjson" }

        """

    private func sandbox(_ config: String = config) throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.write("sluice.yaml", config)
        for bucket in ["in", "out"] {
            try FileManager.default.createDirectory(
                at: sandbox.root.appendingPathComponent(bucket),
                withIntermediateDirectories: true
            )
        }
        return sandbox
    }

    @Test("init writes the very file that the demo runs, and never over another")
    func initialize() async throws {
        #expect(Examples.logETL == (try Sandbox.repositoryFile("fixtures/log-etl/sluice.yaml")))
        let sandbox = try Sandbox()
        let first = try await sandbox.run("init", "demo")
        #expect(first.code == 0)
        #expect(try sandbox.read("demo/sluice.yaml") == Examples.logETL)
        #expect(try await sandbox.run("check", "--config", "demo/sluice.yaml").code == 0)
        let second = try await sandbox.run("init", "demo")
        #expect(second.code == 1)
        #expect(second.error.contains("exists already"))
    }

    @Test("check reports ten mistakes at once, each with its place, and exits with 78")
    func tenMistakes() async throws {
        let sandbox = try sandbox(
            """
            stat: ./state
            buckets:
              in: { path: ./in, aftr: keep }
              out: { path: ./out, watch: { scan: 5 } }
            functions:
              clean: { steps: [ { decompres: auto }, { parse: jsn }, { drop_if: "status >=" } ] }
            triggers:
              one: { bucket: inn, match: "**/*", function: claen, output: "out:{ky}" }
              two: { bucket: in, match: "**/*", function: clean, output: "out:{key}", retry: { attempts: 0 } }

            """
        )
        let text = try await sandbox.run("check")
        #expect(text.code == 78)
        let pattern = /sluice\.yaml:(\d+):(\d+): error \[[a-z.-]+\]/
        let lines = text.error.split(separator: "\n").compactMap { $0.firstMatch(of: pattern)?.output.1 }
        for (line, count) in [("1", 1), ("3", 1), ("4", 1), ("6", 3), ("8", 3), ("9", 1)] {
            #expect(lines.filter { $0 == line }.count == count, "line \(line): \(text.error)")
        }
        let json = try await sandbox.run("check", "--json")
        #expect(json.code == 78)
        let view = try ViewCoding.decode(CheckView.self, from: json.bytes)
        #expect(!view.ok)
        #expect(view.findings.filter { $0.severity == "error" }.count == 10)
    }

    @Test("check --key tells who takes a key, and why not")
    func checkKey() async throws {
        let sandbox = try sandbox()
        let taken = try await sandbox.run("check", "--key", "in:a/b.log.gz")
        #expect(taken.code == 0)
        #expect(taken.output.contains("yes  all  by clean to out:a/b.log.gz.ndjson"))
        let refused = try await sandbox.run("check", "--key", "in:a.txt", "--json")
        let view = try ViewCoding.decode(KeyCheckView.self, from: refused.bytes)
        #expect(view.verdicts.map(\.takes) == [false])
        #expect(try await sandbox.run("check", "--key", "nope:a").error.contains("Buckets are in, out."))
    }

    @Test("run cleans a file, keeps rejects, and says what became of the records")
    func run() async throws {
        let sandbox = try sandbox()
        try sandbox.write("a.log.gz", try await sandbox.gzip("{\"n\":1}\n{\"n\":2}\nbroken\n{\"n\":3}"))
        let done = try await sandbox.run(
            "run",
            "clean",
            "a.log.gz",
            "-o",
            "a.out",
            "--rejects",
            "bad",
            "--json"
        )
        #expect(done.code == 0, "\(done.error)")
        #expect(try sandbox.read("a.out") == "{\"n\":1}\n{\"n\":3}\n")
        #expect(try sandbox.read("bad").contains("\"line\":3"))
        let summary = try ViewCoding.decode(RunSummary.self, from: done.bytes)
        let records = try #require(summary.inputs.first?.records)
        #expect((records.in, records.out, records.dropped, records.rejected) == (4, 2, 1, 1))
        let stages = try #require(summary.inputs.first?.stages)
        let texts = ["parse: json: 4 in, 1 rejected", "drop_if: 3 in, 1 dropped", "encode: ndjson: 2 in"]
        #expect(stages.map { "\($0.name): \($0.text)" } == texts)
        let piped = try await sandbox.run("run", "clean", "-", input: Data("{\"n\":7}\n".utf8))
        #expect(piped.output == "{\"n\":7}\n")
        #expect(piped.error.contains("records  1 in, 1 out"))
        let steps = "  steps    parse: json     1 in\n           drop_if         1 in\n"
        #expect(piped.error.contains(steps))
    }

    @Test("nothing is visible of a damaged input, neither a file nor standard output", arguments: ["-o", ""])
    func damaged(option: String) async throws {
        let sandbox = try sandbox()
        let lines = (0..<50_000).map { "{\"n\":\($0),\"t\":\"\($0 &* 2_654_435_761)\"}\n" }.joined()
        let good = try await sandbox.gzip(lines)
        try sandbox.write("cut.gz", good.prefix(good.count - 9))
        try sandbox.write("sub/keep", "")
        let done =
            option.isEmpty
            ? try await sandbox.run("run", "clean", "cut.gz")
            : try await sandbox.run("run", "clean", "cut.gz", "-o", "sub/out")
        #expect(done.code == 1)
        #expect(done.error.contains("[codec.truncated]"))
        #expect(done.bytes.isEmpty)
        #expect(try sandbox.names(in: "sub") == ["keep"])
    }

    @Test("several inputs go to a directory, and one output never replaces another or its input")
    func severalInputs() async throws {
        let sandbox = try sandbox()
        try sandbox.write("a.log", "{\"n\":1}\n")
        try sandbox.write("b.log", "{\"n\":3}\n")
        try sandbox.write("other/a.log", "{\"n\":4}\n")
        try sandbox.write("results/keep", "")
        #expect(try await sandbox.run("run", "clean", "a.log", "b.log", "-o", "results").code == 0)
        #expect(try sandbox.names(in: "results") == ["a.log", "b.log", "keep"])
        #expect(try await sandbox.run("run", "clean", "a.log", "other/a.log", "-o", "results").code == 1)
        let same = try await sandbox.run("run", "clean", "a.log", "-o", "a.log")
        #expect(same.code == 1)
        #expect(same.error.contains("run.invalid-output"))
        #expect(try sandbox.read("a.log") == "{\"n\":1}\n")
    }

    @Test("mistakes on the command line are 64, unknown names 1 with a hint, each with its code")
    func mistakes() async throws {
        let sandbox = try sandbox()
        #expect(try await sandbox.run("sreve").code == 64)
        #expect(try await sandbox.run("run", "clean").code == 64)
        #expect(try await sandbox.run("why", "no-colon").code == 64)
        let unknown = try await sandbox.run("run", "claen", "x")
        #expect(unknown.code == 1)
        #expect(unknown.error.contains("Functions are clean."))
        let missing = try await sandbox.run("check", "--config", "nowhere.yaml")
        #expect(missing.code == 78)
        let json = try await sandbox.run("events", "--json")
        #expect(json.code == 1)
        let line = try #require(json.error.split(separator: "\n").first)
        #expect(try ViewCoding.decode(ErrorView.self, from: Data(line.utf8)).code == "service.not-running")
    }

    @Test(
        "put, ls, get and rm work on a bucket's directory, keys with control characters included (trap S10)"
    )
    func objects() async throws {
        let sandbox = try sandbox()
        try sandbox.write("file", "content\n")
        let key = #"in:odd\x1b[31m.log"#
        #expect(try await sandbox.run("put", "file", key).code == 0)
        #expect(try await sandbox.run("put", "file", "in:folder/").code == 0)
        #expect(try !sandbox.exists("in/.sluice") || sandbox.names(in: "in/.sluice") == [])
        let listing = try await sandbox.run("ls", "in")
        #expect(listing.output.contains(#"odd\x1b[31m.log"#))
        #expect(!listing.output.contains("\u{1B}"))
        #expect(listing.output.contains("folder/file"))
        #expect(try await sandbox.run("get", key).output == "content\n")
        #expect(try await sandbox.run("rm", key).code == 0)
        #expect(try await sandbox.run("rm", key).code == 1)
        #expect(try await sandbox.run("put", "file", "in:../outside").code == 1)
        #expect(try await sandbox.run("get", "in:none").error.contains("storage.not-found"))
        #expect(!sandbox.exists("outside"))
    }

    @Test("doctor finds what is missing and names the command that mends it")
    func doctor() async throws {
        let sandbox = try sandbox()
        try FileManager.default.removeItem(at: sandbox.root.appendingPathComponent("in"))
        let done = try await sandbox.run("doctor", "--json")
        #expect(done.code == 1)
        let view = try ViewCoding.decode(DoctorView.self, from: done.bytes)
        let check = try #require(view.checks.first { $0.name == "bucket in" })
        #expect(check.status == .bad)
        #expect(check.command?.hasPrefix("mkdir -p ") == true)
        try FileManager.default.createDirectory(
            at: sandbox.root.appendingPathComponent("in"),
            withIntermediateDirectories: false
        )
        #expect(try await sandbox.run("doctor").code == 0)
    }

    @Test("the schema is JSON, and the ledger is missed by name before the first start")
    func others() async throws {
        let sandbox = try sandbox()
        let schema = try await sandbox.run("schema")
        #expect(try JSONSerialization.jsonObject(with: schema.bytes) is [String: Any])
        #expect(schema.output.hasSuffix("}\n") && !schema.output.hasSuffix("\n\n"))
        let status = try await sandbox.run("status")
        #expect(status.code == 1)
        #expect(status.error.contains("[service.no-ledger]"))
        #expect(!sandbox.exists("state"))
    }
}
