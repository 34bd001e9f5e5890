internal import EventModel
internal import Foundation
internal import Glibc
internal import HTTPTransport
internal import TestSupport
internal import Testing
internal import sluice

/// Commands on a bucket at a store: what they do, and what they say where that is wrong or down.
@Suite struct StoreCommandTests {
    @Test("put, ls, get and rm go there and back, without a service")
    func roundTrip() async throws {
        let server = FaultyS3Server()
        let sandbox = try StoreFixture.sandbox(server.endpoint, more: ", part_size: 5MiB")
        let big = Data((0..<(11 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 7 / 3) })
        try sandbox.write("big", big)
        let put = try await sandbox.run("put", "big", "far:d/big")
        #expect(put.code == 0, "\(put.error)")
        #expect(server.object("d/big")?.bytes.count == big.count)
        let listing = try await sandbox.run("ls", "far:")
        #expect(listing.code == 0 && listing.output.contains("d/big"))
        #expect(try await sandbox.run("get", "far:d/big", "-o", "back").code == 0)
        #expect(try Data(contentsOf: sandbox.root.appendingPathComponent("back")) == big)
        #expect(try await sandbox.run("rm", "far:d/big").code == 0)
        #expect(server.keys().isEmpty)
        #expect(server.openUploads().isEmpty)
        #expect(!(try sandbox.names(in: ".")).contains { $0.hasPrefix(".back") })
    }

    @Test(
        "keys that no directory would take go there and back",
        arguments: ["a b+c%20&=?#.log", "../up", "x//y", "/abs", "\u{fc}\u{1F30D}", "a\\x0ab"]
    )
    func oddKeys(key: String) async throws {
        let server = FaultyS3Server()
        let sandbox = try StoreFixture.sandbox(server.endpoint)
        try sandbox.write("file", "text")
        let put = try await sandbox.run("put", "file", "far:\(key)")
        #expect(put.code == 0, "\(put.error)")
        #expect(server.keys() == [ObjectKey(escaped: key)])
        let get = try await sandbox.run("get", "far:\(key)")
        #expect(get.code == 0 && get.output == "text", "\(get.error)")
        #expect(try await sandbox.run("ls", "far:").code == 0)
        #expect(try await sandbox.run("rm", "far:\(key)").code == 0)
        #expect(server.keys().isEmpty)
    }

    @Test("a key that no store takes is refused before anything is sent")
    func refusedKey() async throws {
        let server = FaultyS3Server()
        let sandbox = try StoreFixture.sandbox(server.endpoint)
        try sandbox.write("file", "text")
        let put = try await sandbox.run("put", "file", "far:\\xff")
        #expect(put.code == 1 && put.error.contains("hint"), "\(put.error)")
        #expect(server.keys().isEmpty && server.count(.put) == 0)
    }

    private static let commands = [
        ["put", "file", "far:x"], ["get", "far:x"], ["ls", "far:"], ["rm", "far:x"],
    ]

    @Test("a bucket that is missing is named by every command, with code, hint and exit code 1")
    func missingBucket() async throws {
        let server = FaultyS3Server()
        let sandbox = try StoreFixture.sandbox(server.endpoint, bucket: "nosuch")
        try sandbox.write("file", "text")
        // HEAD is answered without words: whether the bucket or the object is missing is asked of the bucket.
        for arguments in Self.commands + [["doctor"]] {
            let outcome = try await sandbox.run(arguments)
            let said = outcome.output + outcome.error
            #expect(outcome.code == 1, "\(arguments): \(said)")
            #expect(said.contains("storage."), "\(arguments): \(said)")
            if arguments[0] != "get", arguments[0] != "rm" {
                #expect(said.contains("storage.bucket-missing"), "\(arguments): \(said)")
            }
        }
    }

    @Test("a store that is down is said to be, by every command, before anybody loses patience")
    func down() async throws {
        let server = FaultyS3Server()
        let sandbox = try StoreFixture.sandbox(server.endpoint)
        server.stop()
        try sandbox.write("file", "text")
        for arguments in Self.commands + [["doctor"]] {
            let began = ContinuousClock.now
            let outcome = try await sandbox.run(arguments)
            let said = outcome.output + outcome.error
            #expect(outcome.code == 1)
            #expect(said.contains("storage.unavailable"), "\(arguments): \(said)")
            #expect(ContinuousClock.now - began < .seconds(60))
        }
    }

    @Test(
        "a wrong secret is told apart, and is never shown",
        .enabled(if: S3Server.missing(.rclone) == nil, "rclone is missing: run `make setup-test`.")
    )
    func wrongSecret() async throws {
        let server = try await S3Server(.rclone)
        try await server.makeBucket("bucket")
        let endpoint = "http://127.0.0.1:\(server.endpoint.port)"
        let sandbox = try StoreFixture.sandbox(endpoint, more: ", path_style: true")
        try sandbox.write("file", "text")
        try StoreFixture.configure(sandbox, endpoint, secret: "not-the-secret", more: ", path_style: true")
        for arguments in Self.commands + [["doctor"]] {
            let outcome = try await sandbox.run(arguments)
            let said = outcome.output + outcome.error
            #expect(outcome.code == 1, "\(arguments): \(said)")
            #expect(said.contains("storage.access-denied"), "\(arguments): \(said)")
            #expect(!said.contains("not-the-secret"))
        }
        let once = try await sandbox.run("serve", "--once")
        #expect(once.code == 1)
        #expect(once.error.contains("bucket 'far' could not be used (storage.access-denied"))
        try StoreFixture.configure(
            sandbox,
            endpoint,
            secret: S3Server.secretKey,
            more: ", path_style: true"
        )
        for arguments in Self.commands { #expect(try await sandbox.run(arguments).code == 0) }
        #expect(try await sandbox.run("serve", "--once").code == 0)
        server.stop()
    }

    @Test("doctor says whether an output bucket keeps tags, and what check warns of")
    func doctor() async throws {
        for isBroken in [false, true] {
            let server = FaultyS3Server()
            server.setManner { $0.takesTagsForBytes = isBroken }
            let sandbox = try StoreFixture.sandbox(server.endpoint, writesFar: true)
            let text = try sandbox.read("sluice.yaml").replacing(
                "output: \"out:b/{key}\"",
                with: "output: \"out:b/{key}\", content_type: text/plain"
            )
            try sandbox.write("sluice.yaml", text)
            let outcome = try await sandbox.run("doctor")
            #expect(outcome.output.contains(isBroken ? ", no tags," : ", tags,"), "\(outcome.output)")
            #expect(outcome.output.contains("config.ignored: "))
            #expect(try await sandbox.run("check").error.contains("[config.ignored]"))
            #expect(server.keys().isEmpty && server.openUploads().isEmpty)
        }
    }

    @Test("what ran when the service was killed runs again in a child process, and its output appears")
    func suspect() async throws {
        let server = FaultyS3Server()
        server.put("x.log", Array("{\"n\":1}\n".utf8))
        server.fail(.get, with: .drip(bytes: 1, milliseconds: 1000), key: "x.log", times: .max)
        let sandbox = try StoreFixture.sandbox(server.endpoint)
        let first = try sandbox.start(["serve"], name: "first")
        try await sandbox.until("an attempt that reads") { server.count(.get) > 0 }
        kill(first.processIdentifier, SIGKILL)
        await Sandbox.end(of: first)
        let second = try sandbox.start(["serve"], name: "second")
        try await sandbox.until("the child") { Self.workers(of: second).count == 1 }
        let child = try #require(Self.workers(of: second).first)
        server.heal()
        try await sandbox.until("the output") { sandbox.exists("out/b/x.log") }
        #expect(try sandbox.read("out/b/x.log") == "{\"n\":1}\n")
        try await sandbox.until("the child's end") { !Self.workers(of: second).contains(child) }
        second.terminate()
        await Sandbox.end(of: second)
        #expect(second.terminationStatus == 0)
    }

    /// The children of a process that are `sluice worker` (proc(5): the parent is the fourth word of `stat`).
    private static func workers(of process: Process) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.filter { name in
            guard Int32(name) != nil,
                let stat = try? String(contentsOfFile: "/proc/\(name)/stat", encoding: .utf8),
                let words = stat.split(separator: ")").last?.split(separator: " "), words.count > 1,
                words[1] == "\(process.processIdentifier)",
                let line = try? String(contentsOfFile: "/proc/\(name)/cmdline", encoding: .utf8)
            else { return false }
            return line.split(separator: "\0").contains("worker")
        }
    }
}
