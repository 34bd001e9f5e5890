internal import ControlPlane
internal import Foundation
internal import Testing
internal import sluice

/// `sluice schedules`, as a user runs it.
@Suite struct SchedulesCommandTests {
    private func sandbox(_ schedules: String) throws -> Sandbox {
        let sandbox = try Sandbox()
        try sandbox.write("sluice.yaml", LocalCommandTests.config + schedules)
        try sandbox.write("in/a.log", "{\"n\":1}\n")
        try sandbox.write("out/.keep", "")
        return sandbox
    }

    private func schedules(_ sandbox: Sandbox) async throws -> [ScheduleView] {
        let outcome = try await sandbox.run("schedules", "--json")
        #expect(outcome.code == 0, "\(outcome.error)")
        return try ViewCoding.decode(SchedulePageView.self, from: outcome.bytes).schedules
    }

    private static let yearly = """
        schedules:
          tidy:
            cron: "0 5 1 1 *"
            timezone: Asia/Tokyo
            job: { trigger: all, output: "out:made/{year}/{key}" }
          off: { cron: "@daily", paused: true, job: { trigger: all, stale: true } }

        """

    @Test("check finds what is wrong with a schedule, at its place, and exits with 78")
    func check() async throws {
        let sandbox = try sandbox(
            """
            schedules:
              a: { cron: "0 0 31 2 *", job: { trigger: all } }
              b: { cron: "@daily", timezone: Europe/Berln, job: { trigger: al } }

            """
        )
        let check = try await sandbox.run("check")
        #expect(check.code == 78)
        for words in [
            "config.never-due", "config.unknown-zone", "'Europe/Berlin'", "config.unknown-reference", "'all'",
        ] {
            #expect(check.output.contains(words) || check.error.contains(words), "\(words): \(check)")
        }
    }

    @Test("schedules are listed beside a stopped service, and one is run by hand")
    func stopped() async throws {
        let sandbox = try sandbox(Self.yearly)
        #expect(try await sandbox.run("serve", "--once").code == 0)
        let table = try await sandbox.run("schedules")
        #expect(table.output.contains("tidy") && table.output.contains("paused"), "\(table)")
        let before = try await schedules(sandbox)
        #expect(before.map(\.name) == ["tidy", "off"])
        // Five o'clock in Tokyo.
        #expect(before[0].next?.hasSuffix("-12-31T20:00:00.000Z") == true)
        #expect(before[1].next == nil && before.allSatisfy { $0.lastJob == nil })

        let unknown = try await sandbox.run("schedules", "run", "tidi")
        #expect(unknown.code == 1)
        #expect(unknown.error.contains("[schedule.unknown]"))
        let made = try await sandbox.run("schedules", "run", "tidy")
        #expect(made.code == 0, "\(made.error)")
        #expect(made.output.contains("begins with the next 'sluice serve'"))
        let once = try await sandbox.run("serve", "--once")
        #expect(once.code == 0, "\(once.error)")
        let after = try await schedules(sandbox)
        #expect(after[0].lastState == "complete" && after[0].lastFailed == 0)
        #expect(after[0].next == before[0].next)
        #expect(try sandbox.names(in: "out/made").count == 1)
    }

    @Test("a running service lists its schedules, begins with new ones at a reload, and runs one by hand")
    func service() async throws {
        let sandbox = try sandbox("")
        let service = try sandbox.start(["serve", "--log-format", "json"], name: "service")
        try await sandbox.until("the service") { try await sandbox.run("status").output.hasPrefix("ok") }
        #expect(try await sandbox.run("schedules").output == "No schedules.\n")
        try sandbox.write("sluice.yaml", LocalCommandTests.config + Self.yearly)
        #expect(try await sandbox.run("reload").code == 0)
        #expect(try await schedules(sandbox).map(\.name) == ["tidy", "off"])
        let made = try await sandbox.run("schedules", "run", "tidy", "--json")
        #expect(try ViewCoding.decode(JobView.self, from: made.bytes).id == 1)
        try await sandbox.until("the job") { try await schedules(sandbox)[0].lastState == "complete" }
        service.terminate()
        await Sandbox.end(of: service)
        #expect(service.terminationStatus == 0)
    }
}
