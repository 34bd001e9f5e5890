internal import Foundation
internal import Glibc
internal import Testing
internal import sluice

/// What commands do where their output cannot go, or must not.
@Suite struct OutputCommandTests {
    private func sandbox() throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.write("sluice.yaml", LocalCommandTests.config)
        for bucket in ["in", "out"] { try sandbox.write("\(bucket)/.keep", "") }
        return sandbox
    }

    @Test(
        "an answer that standard output does not take fails, and never looks whole",
        arguments: [["get", "in:a.log"], ["ls", "in"], ["schema"], ["check", "--json"]]
    )
    func fullOutput(arguments: [String]) async throws {
        let sandbox = try sandbox()
        try sandbox.write("in/a.log", "{\"n\":1}\n")
        let process = Process()
        process.executableURL = try Sandbox.binary()
        process.arguments = arguments
        process.currentDirectoryURL = sandbox.root
        // full(4): each write fails with ENOSPC.
        process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: "/dev/full"))
        try sandbox.write("error", "")
        process.standardError = try FileHandle(forWritingTo: sandbox.root.appendingPathComponent("error"))
        try process.run()
        await Sandbox.end(of: process)
        #expect(process.terminationStatus == 1)
        #expect(try sandbox.read("error").contains("file.failed"))
        #expect(try sandbox.read("error").contains("No space left on device"))
    }

    @Test("a pipe that does not block gets everything")
    func nonBlockingPipe() async throws {
        let sandbox = try sandbox()
        let text = String(repeating: "0123456789abcdef", count: 64 << 10)
        try sandbox.write("in/big.log", text)
        let pipe = Pipe()
        let writing = pipe.fileHandleForWriting.fileDescriptor
        try #require(fcntl(writing, F_SETFL, O_NONBLOCK) == 0)
        let process = Process()
        process.executableURL = try Sandbox.binary()
        process.arguments = ["get", "in:big.log"]
        process.currentDirectoryURL = sandbox.root
        process.standardOutput = pipe
        try process.run()
        let read = try pipe.fileHandleForReading.readToEnd()
        await Sandbox.end(of: process)
        #expect(process.terminationStatus == 0)
        #expect(read?.count == text.utf8.count)
    }

    @Test("put leaves nothing but the object, also where an earlier put was killed")
    func putLeavesNothing() async throws {
        let sandbox = try sandbox()
        try sandbox.write("file", "{\"n\":1}\n")
        try sandbox.write("in/.sluice/put-dead/0/1-0", "half")
        #expect(try await sandbox.run("put", "file", "in:a.log").code == 0)
        #expect(try await sandbox.run("put", "missing", "in:b.log").code == 1)
        #expect(try sandbox.names(in: "in") == [".keep", ".sluice", "a.log"])
        #expect(try sandbox.names(in: "in/.sluice").isEmpty)
    }

    @Test("rejects never replace an input or the result of the same run")
    func rejectsApart() async throws {
        let sandbox = try sandbox()
        try sandbox.write("a.log", "{\"n\":1}\nbad\n")
        let overInput = try await sandbox.run("run", "clean", "a.log", "-o", "new", "--rejects", "./a.log")
        #expect(overInput.code == 1)
        #expect(overInput.error.contains("[run.invalid-output]"))
        let overResult = try await sandbox.run("run", "clean", "a.log", "-o", "same", "--rejects", "same")
        #expect(overResult.code == 1)
        #expect(overResult.error.contains("[run.invalid-output]"))
        #expect(try sandbox.read("a.log") == "{\"n\":1}\nbad\n")
        #expect(!sandbox.exists("same") && !sandbox.exists("new"))
    }

    @Test("dead drop and dead retry change nothing that is not dead")
    func onlyTheDead() async throws {
        let sandbox = try sandbox()
        #expect(try await sandbox.run("serve", "--once").code == 0)
        #expect(try await sandbox.run("trigger", "pause", "all").code == 0)
        try sandbox.write("in/a.log", "{\"n\":1}\n")
        let paused = try await sandbox.run("serve", "--once")
        #expect(paused.code == 1 && paused.error.contains("1 for a paused trigger"))
        for verb in ["drop", "retry"] {
            let changed = try await sandbox.run("dead", verb, "1")
            #expect(changed.code == 1)
            #expect(changed.error.contains("Delivery 1 is not dead but ready."))
        }
        #expect(try await sandbox.run("deliveries", "show", "1").output.hasPrefix("Delivery 1  ready\n"))
    }

    @Test("commands that open no TCP door need no token; serve and check do")
    func withoutToken() async throws {
        let sandbox = try sandbox()
        for source in ["env: EDGE_TEST_TOKEN", "file: ./no-such-file"] {
            let listen = "listen: { api: \"127.0.0.1:18999\", token: { \(source) } }\n"
            try sandbox.write("sluice.yaml", LocalCommandTests.config + listen)
            try sandbox.write("in/a.log", "{\"n\":1}\n")
            #expect(try await sandbox.run("ls", "in").output.contains("a.log"))
            #expect(try await sandbox.run("run", "clean", "in/a.log").code == 0)
            #expect(try await sandbox.run("status").error.contains("[service.no-ledger]"))
            for command in ["check", "serve"] {
                let refused = try await sandbox.run(command)
                #expect(refused.code == 78)
                #expect(refused.error.contains("[config.missing-value]"))
            }
            try sandbox.write("sluice.yaml", LocalCommandTests.config + listen + "foo: 1\n")
            #expect(try await sandbox.run("ls", "in").code == 78, "Other mistakes are not passed over.")
        }
    }

    @Test("rm of a missing object fails and does not say ok")
    func removeMissing() async throws {
        let sandbox = try sandbox()
        let missing = try await sandbox.run("rm", "in:none", "--json")
        #expect(missing.code == 1)
        #expect(missing.output.isEmpty)
        #expect(missing.error.contains("in:none"))
    }

    @Test(
        "run never replaces what it reads, nor a device",
        arguments: [
            ["plain", "a.log", "-o", "."],
            ["pass", "a.log", "-o", "."],
            ["pass", "a.log", "-o", "new", "--rejects", "a.log"],
            ["pass", "a.log", "-o", "new", "--rejects", "new/a.log"],
            ["plain", "a.log", "-o", "pipe"],
            ["plain", "a.log", "-o", "b.log", "--rejects", "pipe"],
        ]
    )
    func inputStays(arguments: [String]) async throws {
        let sandbox = try Sandbox()
        try sandbox.write(
            "sluice.yaml",
            """
            buckets: { in: { path: ./in } }
            functions:
              plain: { steps: [ { parse: json } ] }
              pass: { steps: [ { unarchive: auto } ] }

            """
        )
        try sandbox.write("in/.keep", "")
        try sandbox.write("new/.keep", "")
        let text = "{\"n\":1}\nbad\n"
        try sandbox.write("a.log", text)
        let pipe = sandbox.root.appendingPathComponent("pipe").path
        try #require(unsafe mkfifo(pipe, 0o600) == 0)
        let outcome = try await sandbox.run(["run"] + arguments)
        #expect(outcome.code == 1 && outcome.error.contains("[run.invalid-output]"), "\(outcome.error)")
        #expect(try sandbox.read("a.log") == text)
        #expect(!sandbox.exists("b.log") && !sandbox.exists("new/a.log"))
        let attributes = try FileManager.default.attributesOfItem(atPath: pipe)
        #expect(attributes[.type] as? FileAttributeType != .typeRegular)
    }
}
