internal import Foundation
internal import Testing
internal import sluice

/// Archives, several outputs, tests of the configuration and suggestions, run as a user runs them.
@Suite struct ArchiveCommandTests {
    private static let config = """
        state: ./state
        buckets:
          in: { path: ./in }
          out: { path: ./out }
        functions:
          unpack: { steps: [ { unarchive: auto } ] }
          sort:
            steps:
              - parse: json
              - route: { errors: level == "ERROR", else: rest }
              - partition: "s={s}"
            tests:
              - name: routes
                input: |
                  {"s":"a","level":"ERROR"}
                  bad
                outputs: { errors/s=a: '{"s": "a", "level": "ERROR"}' }
                rejects: [bad]
          plain:
            steps: [ { parse: json } ]
            tests:
              - { name: reads, file: ./in.ndjson, rejects: 0 }
        triggers:
          all: { bucket: in, function: unpack, output: "out:{key}/{member}" }

        """

    private static let lines = (0..<50).map { number in
        let level = number % 5 == 0 ? "ERROR" : "INFO"
        return #"{"s":"\#(number % 3)","level":"\#(level)"}"#
    }.joined(separator: "\n") + "\n"
    private static let access = (0..<50).map {
        #"203.0.113.\#($0) - - [01/Oct/2026:00:00:00 +0000] "GET / HTTP/1.1" 200 17 "-" "curl/8.5.0""#
    }.joined(separator: "\n") + "\n"

    private func sandbox(_ config: String = config) throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.write("sluice.yaml", config)
        for bucket in ["in", "out"] { try sandbox.write("\(bucket)/.keep", "") }
        try sandbox.write("in.ndjson", Self.lines)
        return sandbox
    }

    /// An archive made by the system's tar.
    private func pack(_ sandbox: Sandbox, _ archive: String, _ files: [String: String]) async throws {
        for (name, text) in files { try sandbox.write("src/\(name)", text) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["tar", "-czf", archive, "-C", "src"] + files.keys.sorted()
        process.currentDirectoryURL = sandbox.root
        try process.run()
        await Sandbox.end(of: process)
        try #require(process.terminationStatus == 0)
    }

    @Test("run unpacks members below a directory, and each of several archives below one of its own")
    func unpack() async throws {
        let sandbox = try sandbox()
        try await pack(sandbox, "a.tgz", ["web/a.log": "1\n", "app/b.log": "2\n"])
        try await pack(sandbox, "b.tgz", ["web/a.log": "3\n"])
        let one = try await sandbox.run("run", "unpack", "a.tgz", "-o", "new", "--json")
        #expect(one.code == 0, "\(one.error)")
        #expect(try sandbox.read("new/web/a.log") == "1\n")
        #expect(try sandbox.read("new/app/b.log") == "2\n")
        #expect(one.output.contains(#""written" : 2"#) && one.output.contains(#""outputs" : 2"#))
        let two = try await sandbox.run("run", "unpack", "a.tgz", "b.tgz", "-o", "both")
        #expect(two.code == 0, "\(two.error)")
        #expect(try sandbox.read("both/a.tgz/web/a.log") == "1\n")
        #expect(try sandbox.read("both/b.tgz/web/a.log") == "3\n")
        let order = try #require(two.error.range(of: "a.tgz")).lowerBound
        #expect(try #require(two.error.range(of: "b.tgz")).lowerBound > order)
        #expect(two.error.contains("members  2 seen, 2 written"))
        #expect(try sandbox.names(in: "both") == ["a.tgz", "b.tgz"])
    }

    @Test("run sorts records into directories; standard output and a file hold only one output")
    func sort() async throws {
        let sandbox = try sandbox()
        #expect(try await sandbox.run("run", "sort", "in.ndjson", "-o", "new").code == 0)
        #expect(try sandbox.names(in: "new") == ["errors", "rest"])
        let part = try sandbox.read("new/errors/s=0/in.ndjson")
        #expect(part.split(separator: "\n").allSatisfy { $0.contains("ERROR") && $0.contains(#""s":"0""#) })
        let refused = try await sandbox.run("run", "sort", "in.ndjson")
        #expect(refused.code == 1 && refused.error.contains("[run.invalid-output]"))
        let overInput = try await sandbox.run("run", "sort", "in.ndjson", "-o", "in.ndjson")
        #expect(overInput.code == 1 && overInput.error.contains("[run.invalid-output]"))
        #expect(try sandbox.read("in.ndjson") == Self.lines)
    }

    @Test("test passes, fails with a difference and exit code 1, and refuses functions without tests")
    func tests() async throws {
        let sandbox = try sandbox()
        let passed = try await sandbox.run("test")
        #expect(passed.code == 0, "\(passed.output)")
        #expect(passed.output.hasSuffix("2 tests, all passed\n"))
        let wrong = Self.config.replacing(#"{"s": "a", "level": "ERROR"}"#, with: #"{"s":"b"}"#)
        try sandbox.write("sluice.yaml", wrong)
        let failed = try await sandbox.run("test", "sort")
        #expect(failed.code == 1)
        #expect(failed.output.contains(#"-{"s":"b"}"#))
        #expect(failed.output.contains(#"+{"s":"a","level":"ERROR"}"#))
        let json = try await sandbox.run("test", "--json")
        #expect(json.code == 1 && json.output.contains(#""failed" : 1"#))
        #expect(try await sandbox.run("test", "unpack").error.contains("has no tests"))
        #expect(try await sandbox.run("test", "none").error.contains("There is no function"))
        try FileManager.default.removeItem(at: sandbox.root.appendingPathComponent("in.ndjson"))
        #expect(try await sandbox.run("test", "plain").output.contains("file.failed"))
    }

    @Test("what suggest writes passes check and reads the file")
    func suggest() async throws {
        let sandbox = try sandbox()
        try sandbox.write("a.log", Self.access)
        try sandbox.write("a.log.gz", try await sandbox.gzip(Self.access))
        try await pack(sandbox, "one.tgz", ["x/a.log": Self.access, "x/b.log": Self.access])
        try await pack(sandbox, "mix.tgz", ["x/a.log": Self.access, "y/b.ndjson": Self.lines])
        let buckets = "buckets: { in: { path: ./in }, out: { path: ./out } }\n"
        for (file, function) in [("a.log", "clean-combined"), ("a.log.gz", "clean-combined"),
            ("one.tgz", "clean-combined"), ("mix.tgz", "unpack"), ("in.ndjson", "clean-json")]
        {
            let suggested = try await sandbox.run("suggest", file)
            #expect(suggested.code == 0, "\(suggested.error)")
            #expect(suggested.error.contains("100.0 % of 50 records can be read"))
            try sandbox.write("sluice.yaml", buckets + suggested.output)
            let check = try await sandbox.run("check")
            #expect(check.code == 0, "\(check.error)")
            let ran = try await sandbox.run("run", function, file, "-o", "out-\(file)")
            #expect(ran.code == 0, "\(ran.error)")
            #expect(file == "mix.tgz" || ran.error.contains("rejected") == false)
        }
        let mixed = try await sandbox.run("suggest", "mix.tgz")
        #expect(mixed.output.contains("clean-combined:") && mixed.output.contains("clean-json:"))
        #expect(mixed.output.contains(#"match: "**/*.ndjson""#))
        let json = try await sandbox.run("suggest", "mix.tgz", "--json")
        #expect(json.output.contains(#""archive" : "tar""#))
    }

    @Test("suggest believes a byte order mark, whatever the bytes behind it", arguments: [true, false])
    func wideText(isBigEndian: Bool) async throws {
        let sandbox = try sandbox()
        let units = "\u{FEFF}слово\n文字 ☃\n".utf16.map { isBigEndian ? $0.bigEndian : $0.littleEndian }
        let bytes = units.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        try sandbox.write("wide.log", Data(bytes))
        let suggested = try await sandbox.run("suggest", "wide.log")
        #expect(suggested.code == 0 && suggested.error.contains("文字 ☃"), "\(suggested.error)")
        #expect(suggested.output.contains(isBigEndian ? "charset: utf-16be" : "charset: utf-16le"))
    }

    @Test("the triggers that suggest hints at pass check as well")
    func suggestedTriggers() async throws {
        let sandbox = try sandbox()
        try await pack(sandbox, "mix.tgz", ["x/a.log": Self.access, "y/b.ndjson": Self.lines])
        let suggested = try await sandbox.run("suggest", "mix.tgz").output
        var text = suggested.split(separator: "\n").map { line in
            String(line.hasPrefix("# ") ? line.dropFirst(2) : line)
        }
        for bucket in ["inbox", "unpacked", "clean"] { try sandbox.write("\(bucket)/.keep", "") }
        text.append("buckets:")
        text += ["inbox", "unpacked", "clean"].map { "  \($0): { path: \($0) }" }
        try sandbox.write("sluice.yaml", text.joined(separator: "\n") + "\n")
        let check = try await sandbox.run("check")
        #expect(check.code == 0, "\(check.error)")
        try FileManager.default.copyItem(
            at: sandbox.root.appendingPathComponent("mix.tgz"),
            to: sandbox.root.appendingPathComponent("inbox/mix.tgz")
        )
        #expect(try await sandbox.run("serve", "--once").code == 0)
        #expect(sandbox.exists("clean/mix.tgz/x/a.log.ndjson.zst"))
        #expect(sandbox.exists("clean/mix.tgz/y/b.ndjson.ndjson.zst"))
        let shown = try await sandbox.run("deliveries", "show", "1")
        #expect(shown.output.contains("members    2 seen, 2 written"), "\(shown.output)")
    }

    @Test(
        "suggest says what it cannot read",
        arguments: [("empty", "suggest.empty"), ("binary", "suggest.not-text"), ("missing", "file.failed"),
            ("in", "run.invalid-input")]
    )
    func unreadable(file: String, code: String) async throws {
        let sandbox = try sandbox()
        try sandbox.write("empty", "")
        try sandbox.write("binary", Data((0..<4096).map { UInt8(truncatingIfNeeded: $0 * 7) }))
        let outcome = try await sandbox.run("suggest", file)
        #expect(outcome.code == 1 && outcome.error.contains("[\(code)]"), "\(outcome.error)")
        #expect(outcome.output.isEmpty)
    }
}
