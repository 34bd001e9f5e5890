internal import ControlPlane
internal import Foundation
internal import Glibc
internal import Testing
internal import sluice

/// The service and the commands that speak with it, as processes.
@Suite struct ServiceCommandTests {
    /// Runs a service in a sandbox, and stops it gracefully afterwards.
    private func withService(
        _ body: (Sandbox, Process) async throws -> Void
    ) async throws {
        let sandbox = try Sandbox()
        try sandbox.write(
            "sluice.yaml",
            LocalCommandTests.config.replacing("{ path: ./in }", with: "{ path: ./in, watch: { scan: 2s } }")
        )
        for bucket in ["in", "out"] { try sandbox.write("\(bucket)/.keep", "") }
        let service = try sandbox.start(["serve", "--log-format", "json"], name: "service")
        do {
            try await sandbox.until("the service") { try await sandbox.run("status").output.hasPrefix("ok") }
            try await body(sandbox, service)
        } catch {
            service.terminate()
            await Sandbox.end(of: service)
            Issue.record("\((try? sandbox.read("service.stderr")) ?? "")")
            throw error
        }
        service.terminate()
        await Sandbox.end(of: service)
        #expect(service.terminationStatus == 0, "a graceful stop ends with 0")
    }

    @Test("put --wait follows an object to its outputs, or to the reason")
    func put() async throws {
        try await withService { sandbox, _ in
            try sandbox.write("good", try await sandbox.gzip("{\"n\":1}\n{\"n\":2}\n"))
            let good = try await sandbox.run("put", "good", "in:web/a.log.gz", "--wait")
            #expect(good.code == 0, "\(good.error)")
            #expect(good.output.contains("→ out:web/a.log.gz.ndjson"))
            #expect(good.output.contains("2 in, 1 out, 1 dropped"))
            #expect(try sandbox.read("out/web/a.log.gz.ndjson") == "{\"n\":1}\n")

            let whole = try await sandbox.gzip("{\"n\":1}\n{\"n\":2}\n")
            try sandbox.write("bad", whole.prefix(whole.count - 5))
            let bad = try await sandbox.run("put", "bad", "in:bad.log.gz", "--wait", "--json")
            #expect(bad.code == 1)
            let view = try ViewCoding.decode(PutView.self, from: bad.bytes)
            #expect(view.deliveries.map(\.delivery.state) == ["dead"])
            #expect(view.deliveries.first?.delivery.failure?.code == "codec.truncated")

            let nobody = try await sandbox.run("put", "good", "in:readme.txt", "--wait")
            #expect(nobody.code == 1)
            #expect(nobody.output.contains("No trigger takes it"))
        }
    }

    @Test("dead letters are listed with their reason, explained, retried and dropped")
    func dead() async throws {
        try await withService { sandbox, _ in
            let whole = try await sandbox.gzip("{\"n\":1}\n")
            try sandbox.write("in/bad.log.gz", whole.prefix(whole.count - 5))
            try await sandbox.until("the dead letter") {
                try await sandbox.run("dead", "list").output.contains("codec.truncated")
            }
            let why = try await sandbox.run("why", "in:bad.log.gz")
            #expect(why.output.contains("yes  all"))
            #expect(why.output.contains("codec.truncated"))
            let page = try ViewCoding.decode(
                DeliveryPageView.self,
                from: try await sandbox.run("dead", "list", "--json").bytes
            )
            let id = try #require(page.deliveries.first?.id)
            #expect(
                try await sandbox.run("deliveries", "show", String(id)).output.hasPrefix(
                    "Delivery \(id)  dead\n"
                )
            )
            #expect(try await sandbox.run("dead", "retry", "--all").output == "1 ready again\n")
            try await sandbox.until("the second death") {
                let bytes = try await sandbox.run("deliveries", "show", String(id), "--json").bytes
                let history = try ViewCoding.decode(HistoryView.self, from: bytes)
                return history.delivery.state == "dead" && history.attempts.count == 2
            }
            #expect(try await sandbox.run("dead", "drop", String(id)).code == 0)
            #expect(try await sandbox.run("dead", "list").output == "No dead letters.\n")
            #expect(try await sandbox.run("dead", "drop", String(id)).code == 1)
            #expect(try await sandbox.run("events").output.contains("in:bad.log.gz"))
        }
    }

    @Test("a second service on the same state fails at once and names the first (trap D12)")
    func second() async throws {
        try await withService { sandbox, service in
            let began = ContinuousClock.now
            let (second, processorSeconds) = try await sandbox.runTimed("serve")
            #expect(second.code == 1)
            // The wall's time is the machine's load too. Its own time shows that it does not spin; and it
            // waits for nothing as long as it would for a command (10 s), nor for the service, which stays.
            #expect(processorSeconds < 1)
            #expect(ContinuousClock.now - began < .seconds(9))
            #expect(second.error.contains("process \(service.processIdentifier)"))
            #expect(second.error.contains("[service.already-running]"))
        }
    }

    @Test("a reload of a file with a mistake changes nothing, says why, and hides nothing")
    func reload() async throws {
        try await withService { sandbox, service in
            let good = try sandbox.read("sluice.yaml")
            try sandbox.write("sluice.yaml", good.replacing("parse: json", with: "parse: jsn"))
            kill(service.processIdentifier, SIGHUP)
            try await sandbox.until("the refusal in the log") {
                try sandbox.read("service.stderr").contains("jsn")
            }
            let refused = try await sandbox.run("reload")
            #expect(refused.code == 78)
            #expect(refused.output.contains("jsn"))
            #expect(
                try await sandbox.run("status").code == 0,
                "the service is reached though its file has a mistake"
            )
            try sandbox.write("in/a.log", "{\"n\":1}\n")
            try await sandbox.until("the old configuration at work") { sandbox.exists("out/a.log.ndjson") }
            let next = good.replacing("out:{key}.ndjson", with: "out:new/{key}.ndjson")
            try sandbox.write("sluice.yaml", "workers: 1\n" + next)
            #expect(try await sandbox.run("reload").output.contains("in use"))
            let log = try sandbox.read("service.stderr")
            #expect(log.contains("Some settings take effect at the next start.") && log.contains("workers"))
            try sandbox.write("in/b.log", "{\"n\":1}\n")
            try await sandbox.until("the new configuration at work") {
                sandbox.exists("out/new/b.log.ndjson")
            }
        }
    }

    @Test("a paused trigger says why, and goes on when it is resumed")
    func pause() async throws {
        try await withService { sandbox, _ in
            #expect(try await sandbox.run("trigger", "pause", "all", "--reason", "tea").code == 0)
            #expect(try await sandbox.run("status").output.contains("paused: tea"))
            try sandbox.write("in/a.log", "{\"n\":1}\n")
            try await sandbox.until("a waiting delivery") {
                try await sandbox.run("deliveries", "list", "--state", "ready").output.contains("in:a.log")
            }
            #expect(!sandbox.exists("out/a.log.ndjson"))
            #expect(try await sandbox.run("trigger", "resume", "all").code == 0)
            try await sandbox.until("the output") { sandbox.exists("out/a.log.ndjson") }
            let unknown = try await sandbox.run("trigger", "pause", "nope")
            #expect(unknown.code == 1)
            #expect(unknown.error.contains("Triggers are all."))
        }
    }

    @Test("beside a stopped service the ledger is read, verified and copied")
    func stopped() async throws {
        let sandbox = try Sandbox()
        try sandbox.write("sluice.yaml", LocalCommandTests.config)
        try sandbox.write("in/a.log", "{\"n\":1}\n")
        try sandbox.write("out/.keep", "")
        let once = try await sandbox.run("serve", "--once")
        #expect(once.code == 0, "\(once.error)")
        #expect(sandbox.exists("out/a.log.ndjson"))
        #expect(try await sandbox.run("status").output.hasPrefix("stopped"))
        #expect(try await sandbox.run("deliveries").output.contains("in:a.log"))
        #expect(try await sandbox.run("ledger", "verify").code == 0)
        #expect(try await sandbox.run("ledger", "backup", "copy.sqlite").code == 0)
        #expect(sandbox.exists("copy.sqlite"))
        #expect(!sandbox.exists("copy.sqlite.part"))
        #expect(try await sandbox.run("ledger", "backup", "copy.sqlite").error.contains("exists already"))
        #expect(try await sandbox.run("events").error.contains("[service.not-running]"))
        #expect(!sandbox.exists("state/sluice.sock"))
    }
}
