internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import ObjectStorage
internal import Synchronization
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

    /// How a service that has three runs to catch up was killed: at a call of the ledger, or at one of the
    /// two moments of each `createJob`, before and after it takes effect.
    private enum Kill {
        case call(Int)
        case making(Int)

        func arm(_ crash: CrashPoint) {
            switch self {
            case .call(let call): crash.arm(at: call)
            case .making(let moment):
                let seen = Atomic(0)
                crash.onPass { name in
                    guard name.hasPrefix("createJob"), seen.add(1, ordering: .relaxed).newValue == moment
                    else { return }
                    crash.arm(at: 1)
                }
            }
        }
    }

    /// Kills a service, and looks at what the next ones make; says whether it died before its work was done.
    private func survives(_ kill: Kill, _ overlap: Schedule.Overlap) async throws -> Bool {
        let schedules = [try ScheduleScene.schedule(overlap: overlap)]
        let crash = CrashPoint()
        let scene = ScheduleScene(crash: crash)
        try await scene.serve(schedules) { _ in try await scene.known() }
        scene.house.clock.advance(by: .seconds(3 * 3600))
        let count = overlap == .allow ? 3 : 1
        kill.arm(crash)
        let processor = scene.house.boot(scene.configuration(schedules))
        let task = Task { try await processor.run() }
        if case .call = kill { crash.onDeath { task.cancel() } }
        try await eventually("the service dies or has done its work") {
            if crash.isDead { return true }
            if case .making = kill { return false }
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
                try await end(of: made, scene, processor)
            }
            try await scene.made(3)
            scene.house.clock.advance(by: .seconds(3600))
            if overlap == .queue { try await end(of: 3, scene, processor) }
            try await scene.made(4)
        }
        let dues = await scene.dues()
        #expect(
            dues == ["01-01:00", "01-02:00", "01-03:00", "01-04:00"],
            "killed at \(kill): \(crash.passed.last)"
        )
        return isDead && dues.count == 4
    }

    /// Ends the open jobs, so that the next is made.
    private func end(of made: Int, _ scene: ScheduleScene, _ processor: EventProcessor) async throws {
        for job in await scene.ledger.openJobs() {
            _ = try? await processor.change(job.id, .cancel, reason: "its end")
        }
        try await scene.clock(until: "the next is made") {
            await scene.ledger.jobs(before: nil, limit: 9).count > made
        }
    }

    @Test(
        "a kill at any call of the ledger neither repeats nor forgets a run",
        arguments: [Schedule.Overlap.allow, .queue, .replace]
    )
    func kill(overlap: Schedule.Overlap) async throws {
        var call = 1
        while try await survives(.call(call), overlap) { call += 1 }
        // How many calls others make before the work is done is up to the threads.
        #expect(call > 5, "the service was killed at \(call) calls")
    }

    @Test(
        "a kill right before or right after a job is made neither repeats nor forgets a run",
        arguments: [Schedule.Overlap.allow, .queue, .replace]
    )
    func killWhileMaking(overlap: Schedule.Overlap) async throws {
        for moment in 1...(overlap == .allow ? 6 : 2) {
            #expect(try await survives(.making(moment), overlap), "moment \(moment)")
        }
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

    @Test("a job whose lane could not be registered when it was made gets it when the ledger takes it")
    func outage() async throws {
        let crash = CrashPoint()
        let scene = ScheduleScene(crash: crash)
        scene.house.put("inbox", "a/1", "1\n")
        let schedule = try ScheduleScene.schedule { specification in
            specification.prefixes = ["a/"]
            specification.output = "lake:{key}"
        }
        crash.onPass { name in if name == "createJob after" { crash.arm(at: 2) } }
        try await scene.serve([schedule]) { _ in
            try await scene.known()
            scene.house.clock.advance(by: .seconds(3600))
            try await eventually("the ledger fails") { crash.isDead }
            crash.arm(at: nil)
            try await scene.clock(until: "the job is complete") {
                await scene.ledger.job(JobID(1))?.state == .complete
            }
        }
        #expect(scene.house["lake"].keys == ["a/1"])
        #expect(await scene.ledger.job(JobID(2)) == nil)
    }

    @Test("a run is skipped while the former job goes on, and that is kept; replace cancels it")
    func overlap() async throws {
        scene.house.put("inbox", "a/1", "1\n")
        let skipping = try ScheduleScene.schedule(name: "skip", overlap: .skip) { $0.prefixes = ["a/"] }
        let replacing = try ScheduleScene.schedule(name: "replace", overlap: .replace) {
            $0.prefixes = ["a/"]
        }
        // Nothing of the trigger is leased, so that its jobs do not end.
        _ = await scene.ledger.registerTriggers(
            [TriggerRegistration(name: "t", bucket: "inbox")],
            at: scene.house.clock.now
        )
        await scene.ledger.setPaused("t", reason: "not now", at: scene.house.clock.now)
        try await scene.serve([skipping, replacing]) { processor in
            try await scene.known("skip")
            try await scene.known("replace")
            scene.house.clock.advance(by: .seconds(3600))
            try await scene.made(2)
            scene.house.clock.advance(by: .seconds(3600))
            try await eventually("the other was replaced") { await scene.ledger.job(JobID(3)) != nil }
            try await eventually("one was skipped") { try await processor.schedules()[0].skipped == 1 }
            let status = try await processor.schedules()
            #expect(status[0].lastSkipped?.short == "2026-10-01T02:00Z" && status[0].job?.id == JobID(1))
            #expect(status[1].job?.id == JobID(3))
        }
        #expect(await scene.ledger.job(JobID(1))?.state.isFinished == false)
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
