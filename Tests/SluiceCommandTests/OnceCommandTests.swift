internal import ControlPlane
internal import EventModel
internal import Foundation
internal import Glibc
internal import TestSupport
internal import Testing
internal import sluice

/// `sluice serve --once`, for cron and CI: does what can be done, ends in bounded time, says what is left.
@Suite struct OnceCommandTests {
    private static let line = Array("{\"n\":1}\n".utf8)

    private func open(_ sandbox: Sandbox) async throws -> [DeliveryView] {
        let bytes = try await sandbox.run("deliveries", "list", "--json").bytes
        return try ViewCoding.decode(DeliveryPageView.self, from: bytes).deliveries.filter {
            ["ready", "leased", "committing"].contains($0.state)
        }
    }

    @Test("a source that is down costs the others nothing: exit code 1 names it, and the next run goes on")
    func sourceDown() async throws {
        let gone = FaultyS3Server()
        let sandbox = try StoreFixture.sandbox(gone.endpoint)
        gone.stop()
        try sandbox.write("in/x.log", "{\"n\":1}\n")
        let began = ContinuousClock.now
        let down = try await sandbox.run("serve", "--once", "--log-format", "json")
        #expect(ContinuousClock.now - began < .seconds(60))
        #expect(down.code == 1)
        #expect(down.error.contains("[processing.incomplete]"))
        #expect(down.error.contains("bucket 'far' could not be used (storage.unavailable: "))
        #expect(down.error.contains("hint"))
        #expect(sandbox.exists("out/a/x.log"))

        let back = FaultyS3Server()
        back.put("y.log", Self.line)
        try StoreFixture.configure(sandbox, back.endpoint)
        let up = try await sandbox.run("serve", "--once")
        #expect(up.code == 0, "\(up.error)")
        #expect(sandbox.exists("out/b/y.log"))
    }

    @Test("what was decided, and whose store does not take it, waits for the next run and is made once")
    func publicationDown() async throws {
        let server = FaultyS3Server()
        // A probe would meet the failure before anything is decided.
        let sandbox = try StoreFixture.sandbox(
            server.endpoint,
            writesFar: true,
            readsFar: false,
            more: ", probe: off"
        )
        try sandbox.write("in/x.log", "{\"n\":1}\n")
        server.fail(.complete, with: .error(503, "SlowDown"), times: .max)
        let down = try await sandbox.run("serve", "--once")
        #expect(down.code == 1)
        #expect(down.error.contains("1 delivery waits for a later try"), "\(down.error)")
        #expect(down.error.contains("storage.unavailable"))
        let left = try await open(sandbox)
        #expect(left.map(\.state) == ["committing"] && left.map(\.tries) == [0])
        server.heal()
        let up = try await sandbox.run("serve", "--once")
        #expect(up.code == 0, "\(up.error)")
        #expect(server.keys() == ["a/x.log"])
        #expect(server.openUploads().isEmpty)
    }

    @Test(
        "an output bucket that takes nothing consumes no try, and says how many wait",
        arguments: [("AccessDenied", 403, "storage.access-denied"), ("SlowDown", 503, "storage.unavailable")]
    )
    func targetDown(code: String, status: Int, told: String) async throws {
        let server = FaultyS3Server()
        let sandbox = try StoreFixture.sandbox(server.endpoint, writesFar: true)
        for number in 0..<5 { try sandbox.write("in/\(number).log", "{\"n\":1}\n") }
        server.put("y.log", Self.line)
        for kind in [FaultyS3Kind.createUpload, .put, .complete] {
            server.fail(kind, with: .error(status, code), times: .max)
        }
        let down = try await sandbox.run("serve", "--once")
        #expect(down.code == 1)
        #expect(down.error.contains("5 deliveries wait for a later try"), "\(down.error)")
        #expect(down.error.contains("trigger 'a' met an outage (\(told): "), "\(down.error)")
        #expect(sandbox.exists("out/b/y.log"), "the other trigger's work is done")
        #expect(try await open(sandbox).allSatisfy { $0.tries == 0 })
        #expect(server.requestCount < 100)
        server.heal()
        // What met the outage more than once waits a moment.
        try await sandbox.until("all is done") { try await sandbox.run("serve", "--once").code == 0 }
        #expect(server.keys().count == 6)
    }

    @Test("a dead letter is exit code 1 in the run that made it")
    func dead() async throws {
        let sandbox = try Sandbox()
        try sandbox.write("sluice.yaml", LocalCommandTests.config)
        try sandbox.write("out/.keep", "")
        try sandbox.write("in/bad.log.gz", try await sandbox.gzip("{\"n\":1}\n").dropLast(5))
        let first = try await sandbox.run("serve", "--once", "--json")
        #expect(first.code == 1)
        #expect(first.error.contains("1 dead letter was made"))
        #expect(try await sandbox.run("serve", "--once").code == 0)
    }

    @Test("told to stop, it loses nothing and ends with the signal's code", arguments: [SIGINT, SIGTERM])
    func stopped(signal: Int32) async throws {
        let server = FaultyS3Server()
        server.put("slow.log", Self.line)
        server.fail(.get, with: .drip(bytes: 1, milliseconds: 1000), key: "slow.log", times: .max)
        let sandbox = try StoreFixture.sandbox(server.endpoint)
        let process = try sandbox.start(["serve", "--once"], name: "once")
        try await sandbox.until("the object is read") { server.count(.get) > 0 }
        kill(process.processIdentifier, signal)
        await Sandbox.end(of: process)
        #expect(process.terminationReason == .exit)
        // What runs gets its time to end, and here it does: the round was stopped all the same.
        #expect(process.terminationStatus == 128 + signal)
        server.heal()
        #expect(try await sandbox.run("serve", "--once").code == 0)
        #expect(sandbox.exists("out/b/slow.log"))
    }

    @Test("told to stop while it lists a store that does not answer, it ends soon")
    func stoppedScan() async throws {
        let server = FaultyS3Server()
        server.fail(.list, with: .silence, times: .max)
        let sandbox = try StoreFixture.sandbox(server.endpoint)
        let process = try sandbox.start(["serve", "--once"], name: "once")
        try await sandbox.until("the listing") { server.count(.list) > 0 }
        let began = ContinuousClock.now
        kill(process.processIdentifier, SIGINT)
        await Sandbox.end(of: process)
        #expect(ContinuousClock.now - began < .seconds(10))
        #expect(process.terminationStatus == 130)
    }
}
