internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import ObjectStorage
internal import TestSupport
internal import Testing

/// Schedules in the service; its clock begins at 2026-10-01T00:00Z.
@Suite struct ScheduleTests {
    private let scene = ScheduleScene()

    @Test("a restart neither repeats nor forgets a run")
    func restart() async throws {
        let schedules = [try ScheduleScene.schedule()]
        try await scene.serve(schedules) { _ in
            try await scene.known()
            scene.house.clock.advance(by: .seconds(3600))
            try await scene.made(1)
        }
        // Nothing was due, and two runs were.
        try await scene.serve(schedules) { _ in scene.house.clock.advance(by: .seconds(1800)) }
        scene.house.clock.advance(by: .seconds(5400))
        try await scene.serve(schedules) { _ in try await scene.made(3) }
        try await scene.serve(schedules) { _ in
            scene.house.clock.advance(by: .seconds(3600))
            try await scene.made(4)
        }
        #expect(await scene.dues() == ["01-01:00", "01-02:00", "01-03:00", "01-04:00"])
    }

    @Test(
        "a kill at any call of the ledger neither repeats nor forgets a run",
        arguments: [
            Schedule.Overlap.allow, .queue, .replace,
        ]
    )
    func kill(overlap: Schedule.Overlap) async throws {
        let schedules = [try ScheduleScene.schedule(overlap: overlap)]
        var call = 1
        while true {
            let crash = CrashPoint()
            let scene = ScheduleScene(crash: crash)
            try await scene.serve(schedules) { _ in try await scene.known() }
            scene.house.clock.advance(by: .seconds(3 * 3600))
            let count = overlap == .allow ? 3 : 1
            crash.arm(at: call)
            let processor = scene.house.boot(scene.configuration(schedules))
            let task = Task { try await processor.run() }
            crash.onDeath { task.cancel() }
            try await eventually("the service dies or has done its work") {
                if crash.isDead { return true }
                return await scene.ledger.jobs(before: nil, limit: 9).count == count
            }
            let isDead = crash.isDead
            task.cancel()
            _ = await task.result
            crash.arm(at: nil)
            scene.house.clock.advance(by: .milliseconds(1))
            try await scene.serve(schedules) { processor in
                for made in count..<3 {
                    try await scene.made(made)
                    for job in await scene.ledger.openJobs() {
                        _ = try? await processor.change(job.id, .cancel, reason: "its end")
                    }
                    try await scene.clock(until: "the next is made") {
                        await scene.ledger.jobs(before: nil, limit: 9).count > made
                    }
                }
                try await scene.made(3)
                scene.house.clock.advance(by: .seconds(3600))
                if overlap == .queue {
                    for job in await scene.ledger.openJobs() {
                        _ = try? await processor.change(job.id, .cancel, reason: "its end")
                    }
                    try await scene.clock(until: "the last is made") {
                        await scene.ledger.jobs(before: nil, limit: 9).count > 3
                    }
                }
                try await scene.made(4)
            }
            let dues = await scene.dues()
            #expect(
                dues == ["01-01:00", "01-02:00", "01-03:00", "01-04:00"],
                "killed at \(call): \(crash.passed.last)"
            )
            if !isDead || dues.count != 4 { break }
            call += 1
        }
        #expect(call > 8, "the service was killed at \(call) calls")
    }

    @Test("a kill while a schedule is first seen forgets nothing that is due afterwards")
    func killAtFirstSight() async throws {
        let schedules = [try ScheduleScene.schedule()]
        for call in 1...30 {
            let crash = CrashPoint()
            let scene = ScheduleScene(crash: crash)
            crash.arm(at: call)
            let processor = scene.house.boot(scene.configuration(schedules))
            let task = Task { try await processor.run() }
            crash.onDeath { task.cancel() }
            try await eventually("the service dies or knows the schedule") {
                if crash.isDead { return true }
                return await scene.ledger.recall("schedule s") != nil
            }
            task.cancel()
            _ = await task.result
            crash.arm(at: nil)
            scene.house.clock.advance(by: .milliseconds(1))
            try await scene.serve(schedules) { _ in
                try await scene.known()
                scene.house.clock.advance(by: .seconds(3600))
                try await scene.made(1)
            }
            #expect(await scene.dues() == ["01-01:00"])
        }
    }

    @Test("the job of a run processes what it is about, names its schedule, and is shown")
    func job() async throws {
        scene.house.put("inbox", "a/1", "1\n")
        scene.house.put("inbox", "b/1", "1\n")
        let schedule = try ScheduleScene.schedule(overlap: .skip) { specification in
            specification.prefixes = ["a/"]
            specification.output = "lake:{year}/{month}/{day}/{key}"
        }
        try await scene.serve([schedule]) { processor in
            try await scene.known()
            let before = try await processor.schedules()
            #expect(before.map { $0.next?.short } == ["2026-10-01T01:00Z"])
            #expect(before.allSatisfy { $0.job == nil && $0.last == nil })
            scene.house.clock.advance(by: .seconds(3600))
            try await scene.made(1)
            try await scene.clock(until: "the job is complete") {
                await scene.ledger.job(JobID(1))?.state == .complete
            }
            let status = try #require(try await processor.schedules().first)
            #expect(status.job?.state == .complete && status.job?.tally.succeeded == 1)
            #expect(status.last?.due.short == "2026-10-01T01:00Z")
            #expect(status.next?.short == "2026-10-01T02:00Z")
        }
        #expect(scene.house["lake"].keys == ["2026/10/01/a/1"])
        let made = try #require(await scene.ledger.job(JobID(1)))
        #expect(try JobSpecification.decode(made.specification).origin == "schedule s")
    }

    @Test("a run is skipped while the former job goes on, and that is kept; replace cancels it")
    func overlap() async throws {
        let skipping = try ScheduleScene.schedule(name: "skip", overlap: .skip)
        let replacing = try ScheduleScene.schedule(name: "replace", overlap: .replace)
        try await scene.serve([skipping, replacing]) { processor in
            try await scene.known("skip")
            try await scene.known("replace")
            scene.house.clock.advance(by: .seconds(3600))
            try await scene.made(2)
            // They are paused by an operator, so they do not end.
            for id in [JobID(1), JobID(2)] { _ = try? await processor.change(id, .pause, reason: "not now") }
            let isOpen = await scene.ledger.openJobs().count
            scene.house.clock.advance(by: .seconds(3600))
            try await eventually("the other was replaced") { await scene.ledger.job(JobID(3)) != nil }
            try await eventually("one was skipped") { try await processor.schedules()[0].skipped == 1 }
            #expect(isOpen == 2)
            let status = try await processor.schedules()
            #expect(status[0].lastSkipped?.short == "2026-10-01T02:00Z" && status[0].job?.id == JobID(1))
            #expect(status[1].job?.id == JobID(3))
        }
        #expect(await scene.ledger.job(JobID(1))?.state == .paused)
        let cancelled = await scene.ledger.job(JobID(2))
        #expect((cancelled?.state, cancelled?.reason) == (.cancelled, "schedule replace begins anew"))
    }

    @Test("a reload is heeded at once: a new schedule begins, another expression goes on from there")
    func reload() async throws {
        try await scene.serve([]) { processor in
            let hourly = scene.configuration([try ScheduleScene.schedule()])
            try await eventually("the service runs") { try await processor.status().health == "ok" }
            try await processor.reload(hourly)
            try await scene.known()
            scene.house.clock.advance(by: .seconds(3600))
            try await scene.made(1)
            scene.house.clock.advance(by: .seconds(1800))
            let quarters = scene.configuration([try ScheduleScene.schedule("*/15 * * * *")])
            try await processor.reload(quarters)
            try await eventually("the new expression is kept") {
                await scene.ledger.recall("schedule s")?.text.contains("*/15") == true
            }
            scene.house.clock.advance(by: .seconds(900))
            try await eventually("a quarter is made") { await scene.dues().contains("01-01:45") }
        }
    }

    @Test("a job that cannot be made is told, and later runs go on")
    func failure() async throws {
        let broken = try ScheduleScene.schedule(name: "broken") { $0.triggers = ["nobody"] }
        try await scene.serve([broken, try ScheduleScene.schedule()]) { processor in
            try await scene.known("broken")
            try await scene.known()
            scene.house.clock.advance(by: .seconds(3600))
            try await eventually("the failure is kept") { try await processor.schedules()[0].failure != nil }
            try await scene.made(1)
            #expect(
                try await processor.schedules()[0].failure?.contains("processing.unknown-trigger") == true
            )
        }
        #expect(await scene.dues() == ["01-01:00"])
    }

    @Test("a run by hand is made now and changes nothing of the plan")
    func byHand() async throws {
        let schedule = try ScheduleScene.schedule(overlap: .skip)
        let operations = LedgerOperations(
            ledger: scene.ledger,
            configuration: scene.configuration([schedule]),
            clock: scene.house.clock
        )
        await #expect(throws: SluiceError.self) { try await operations.runSchedule("nobody") }
        scene.house.clock.advance(by: .seconds(60))
        let job = try await operations.runSchedule("s")
        #expect(await scene.dues() == ["01-00:01"])
        let status = try #require(try await operations.schedules().first)
        #expect(status.job?.id == job.id && status.last?.made.short == "2026-10-01T00:01Z")
        #expect(status.next?.short == "2026-10-01T01:00Z")
        #expect(await scene.ledger.recall("schedule s") == nil)
    }

    @Test("one round runs no schedule")
    func once() async throws {
        let schedules = [try ScheduleScene.schedule()]
        try await scene.serve(schedules) { _ in try await scene.known() }
        scene.house.clock.advance(by: .seconds(7200))
        try await scene.house.process(scene.configuration(schedules))
        #expect(await scene.dues().isEmpty)
        try await scene.serve(schedules) { _ in try await scene.made(2) }
    }
}
