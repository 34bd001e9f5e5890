internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import FunctionRuntime
internal import TestSupport
internal import Testing

/// Batch jobs from their plan to their report.
@Suite struct JobTests {
    @Test("a plan says what would be done and why the rest is passed over, and writes nothing")
    func plan() async throws {
        let scene = try await JobScene()
        try await scene.process("a", count: 20)
        let before = scene.texts("clean")
        let changed = scene.configuration([JobScene.function("b")])
        try await scene.serve(changed) { processor in
            let stale = try await processor.plan(
                JobScene.job { specification in
                    specification.conditions = [.stale]
                    specification.prefixes = ["1/"]
                }
            )
            #expect((stale.objects, stale.bytes > 0, stale.sampled) == (4, true, 4))
            #expect(stale.expectedSeconds != nil)
            let missing = try await processor.plan(JobScene.job { $0.conditions = [.missing] })
            #expect((missing.objects, missing.passed["up-to-date"]) == (0, 20))
            let all = try await processor.plan(JobScene.job { $0.when = "object.size > 2" })
            #expect((all.objects, all.passed["not-selected"]) == (10, 10))
        }
        #expect(scene.texts("clean") == before)
        #expect(try await scene.ledger.jobs(before: nil, limit: 9).isEmpty)
        await scene.ledger.close()
    }

    @Test("a stale job makes again what another logic made, once, and reports it")
    func stale() async throws {
        let scene = try await JobScene()
        try await scene.process("a", count: 30)
        let changed = scene.configuration([JobScene.function("b")])
        try await scene.serve(changed) { processor in
            let row = try await processor.startJob(
                JobScene.job { specification in
                    specification.conditions = [.stale]
                    specification.report = "lake:reports"
                }
            )
            let job = try await scene.end(row.id)
            #expect((job.state, job.tally.succeeded, job.tally.total) == (.complete, 30, 30))
            #expect(scene.texts("clean").values.allSatisfy { $0.hasPrefix("b") })
            let again = try await processor.plan(JobScene.job { $0.conditions = [.stale] })
            #expect(again.objects == 0)
        }
        let report = scene.texts("lake")
        #expect(
            report.keys.sorted()
                == ["manifest.json", "results.csv", "results.ndjson", "summary.txt"]
                .map { "reports/job-1/\($0)" }
        )
        let lines = report["reports/job-1/results.csv"]?.split(separator: "\n") ?? []
        #expect(lines.count == 31)
        #expect(lines.dropFirst().allSatisfy { $0.hasPrefix("inbox,") && $0.contains(",succeeded,") })
        #expect(try await scene.ledger.verify() == [])
        await scene.ledger.close()
    }

    @Test("a job survives stops at any moment, and its counts are exact", arguments: 1...6)
    func killed(seed: Int) async throws {
        let scene = try await JobScene()
        try await scene.process("a", count: 60)
        let function = JobScene.function("b")
        let changed = scene.configuration([function])
        var id: JobID?
        for round in 0..<4 {
            let processor = scene.house.boot(scene.ledger, changed)
            let task = Task { try await processor.run() }
            if id == nil {
                try await eventually("the service runs") { try await processor.status().health == "ok" }
                id = try await processor.startJob(JobScene.job { $0.conditions = [.stale] }).id
            }
            let goal = seed * 3 + round * 11
            try await eventually("some are made") {
                let isOver = try await scene.ledger.job(JobID(1))?.state.isFinished == true
                return function.totalRuns >= goal || isOver
            }
            // As a kill: nothing is drained, and the boot counts as unclean.
            task.cancel()
            _ = try? await task.value
        }
        let job = try await scene.serve(changed) { _ in try await scene.end(JobID(1)) }
        #expect((job.state, job.tally.total, job.tally.succeeded) == (.complete, 60, 60))
        #expect((job.tally.pending, job.tally.open) == (0, 0))
        #expect(scene.texts("clean").values.count { $0.hasPrefix("b") } == 60)
        #expect(try await scene.ledger.verify() == [])
        await scene.ledger.close()
    }

    @Test("a failing function stops its job at the threshold, and the dead letters are kept")
    func threshold() async throws {
        let scene = try await JobScene()
        try await scene.process("a", count: 40)
        let broken = FunctionDouble("f", fingerprint: "f-broken") { _ throws(SluiceError) in
            throw SluiceError(SluiceError.Code("test.broken", .object), "It cannot do that.")
        }
        try await scene.serve(scene.configuration([broken])) { processor in
            let row = try await processor.startJob(
                JobScene.job { specification in
                    specification.conditions = [.stale]
                    specification.maxFailures = JobFailureLimit("3") ?? JobFailureLimit()
                    specification.ratePerSecond = 50
                }
            )
            let job = try await scene.end(row.id)
            #expect(job.state == .failed)
            #expect(job.reason?.contains("at most 3 may") == true)
            #expect(job.tally.failed > 3)
        }
        let tasks = try await scene.tasks(JobID(1))
        let failed = tasks.filter { $0.state == .failed }
        #expect(failed.allSatisfy { $0.failure?.code == "test.broken" })
        let dead = try await scene.ledger.counters().filter { $0.state == .dead }.reduce(0) { $0 + $1.count }
        #expect(dead == failed.count)
        #expect(scene.texts("clean").values.allSatisfy { $0.hasPrefix("a") })
        #expect(try await scene.ledger.verify() == [])
        await scene.ledger.close()
    }

    @Test("overlapping jobs and live events double no output (Q15)")
    func overlapping() async throws {
        let scene = try await JobScene()
        try await scene.process("a", count: 50)
        let function = JobScene.function("b")
        try await scene.serve(scene.configuration([function])) { processor in
            let first = try await processor.startJob(JobScene.job())
            let second = try await processor.startJob(JobScene.job { $0.priority = 5 })
            scene.house.files.write("inbox/0/0", Array("new\n".utf8))
            try await processor.hint("inbox", "0/0")
            for id in [first.id, second.id] {
                let job = try await scene.end(id)
                #expect((job.state, job.tally.succeeded) == (.complete, 50))
            }
            try await eventually("the new version is done") { scene.texts("clean")["0/0"] == "bnew\n" }
        }
        #expect(scene.texts("clean").count == 50)
        #expect(try await scene.ledger.verify() == [])
        await scene.ledger.close()
    }

    @Test("cancelling leaves nothing running, and what was not begun is not begun")
    func cancelled() async throws {
        let scene = try await JobScene()
        try await scene.process("a", count: 30)
        let gate = Gate()
        let slow = FunctionDouble("f", fingerprint: "f-slow") { invocation throws(SluiceError) in
            do { try gate.pass { try invocation.checkCancellation() } } catch {
                throw error as? SluiceError ?? SluiceError(.cancelled, "\(error)")
            }
            return InvocationReport()
        }
        try await scene.serve(scene.configuration([slow])) { processor in
            let row = try await processor.startJob(JobScene.job { $0.conditions = [.stale] })
            try await eventually("all workers are busy") { gate.enteredCount == 4 }
            let job = try await processor.change(row.id, .cancel, reason: "enough")
            #expect((job.state, job.reason) == (.cancelled, "enough"))
            try await eventually("nothing runs") { try await processor.status().activeAttempts == 0 }
            #expect(try await scene.ledger.job(row.id)?.tally.open == 0)
        }
        #expect(scene.texts("clean").values.allSatisfy { $0.hasPrefix("a") })
        #expect(try await scene.ledger.counters().allSatisfy { $0.state != .ready || $0.count == 0 })
        await scene.ledger.close()
    }

    @Test("a job with an output of its own leaves the trigger's outputs alone")
    func lane() async throws {
        let scene = try await JobScene()
        try await scene.process("a", count: 10)
        try await scene.serve(scene.configuration([JobScene.function("b")])) { processor in
            let row = try await processor.startJob(
                JobScene.job { specification in
                    specification.output = "lake:shadow/{key}"
                    specification.globs = ["1/*"]
                }
            )
            #expect(try await scene.end(row.id).tally.succeeded == 2)
        }
        #expect(scene.texts("lake") == ["shadow/1/1": "b1\n", "shadow/1/6": "b6\n"])
        #expect(scene.texts("clean").values.allSatisfy { $0.hasPrefix("a") })
        await scene.ledger.close()
    }

    @Test("a job that cannot write its report, or cannot be read, keeps up no other")
    func neighbours() async throws {
        let scene = try await JobScene()
        try await scene.process("a", count: 10)
        let changed = scene.configuration([JobScene.function("b")])
        // The words of another version, and a report that goes where a directory is in the way.
        _ = try await scene.ledger.createJob("{}", priority: 9, at: Timestamp(nanoseconds: 0))
        scene.house.files.write("lake/reports", Array("a file\n".utf8))
        try await scene.start(JobScene.job { ($0.report, $0.priority) = ("lake:reports", 5) }, changed)
        try await scene.start(JobScene.job(), changed)
        try await scene.serve(changed) { _ in
            #expect(try await scene.end(JobID(3)).tally.succeeded == 10)
            let unreadable = try await scene.end(JobID(1))
            #expect(unreadable.state == .failed)
            #expect(unreadable.reason?.hasPrefix("job.invalid-specification") == true)
            // What it made is made, whatever becomes of its report.
            #expect(try await scene.end(JobID(2)).tally.succeeded == 10)
        }
        #expect(scene.texts("lake").keys.sorted() == ["reports"])
        await scene.ledger.close()
    }

    @Test("one round carries jobs to their end, and says which did not get there")
    func once() async throws {
        let scene = try await JobScene()
        try await scene.process("a", count: 30)
        let changed = scene.configuration([JobScene.function("b")])
        // Asked for while no service runs.
        try await scene.start(
            JobScene.job { ($0.conditions, $0.report) = ([.stale], "lake:reports") },
            changed
        )
        try await scene.start(JobScene.job { $0.ratePerSecond = 200 }, changed)
        let report = try await scene.house.boot(scene.ledger, changed).runUntilIdle()
        #expect((report.jobs, report.failure == nil) == (0, true))
        for id in [JobID(1), JobID(2)] {
            let job = try #require(try await scene.ledger.job(id))
            #expect((job.state, job.tally.succeeded) == (.complete, 30))
        }
        #expect(scene.texts("lake").keys.contains("reports/job-1/manifest.json"))
        #expect(scene.texts("clean").values.allSatisfy { $0.hasPrefix("b") })
        // A delivery that waits for a later try leaves its job open.
        let flaky = FunctionDouble("f", fingerprint: "f-flaky") { _ throws(SluiceError) in
            throw SluiceError(SluiceError.Code("test.flaky", .transient), "Not now.")
        }
        let triggers = [trigger("t", on: "inbox", function: "f", to: "clean:{key}", attempts: 1_000_000)]
        let failing = scene.configuration([flaky], triggers)
        try await scene.start(JobScene.job { $0.prefixes = ["1/1"] }, failing)
        let next = try await scene.house.boot(scene.ledger, failing).runUntilIdle()
        #expect(next.jobs == 1)
        #expect(next.failure?.message.contains("1 job is not complete") == true)
        #expect(try await scene.ledger.verify() == [])
        await scene.ledger.close()
    }

    @Test("a stale output whose input was deleted after use is made from the oldest ancestor that is there")
    func lineage() async throws {
        let scene = try await JobScene()
        scene.fill(3)
        let triggers = [
            trigger("one", on: "inbox", function: "f", to: "clean:{key}"),
            trigger("two", on: "clean", function: "g", to: "lake:{key}"),
        ]
        let first = scene.configuration(
            [JobScene.function("a"), JobScene.function("x", "g")],
            triggers,
            after: .delete
        )
        try await scene.house.boot(scene.ledger, first).runUntilIdle()
        try await scene.house.boot(scene.ledger, first).runUntilIdle()
        #expect(scene.texts("clean").isEmpty)
        #expect(scene.texts("lake")["1/1"] == "xa1\n")
        scene.house.remove("inbox/2/2")
        let second = scene.configuration(
            [JobScene.function("a"), JobScene.function("y", "g")],
            triggers,
            after: .delete
        )
        try await scene.serve(second) { processor in
            let row = try await processor.startJob(JobScene.job("two") { $0.conditions = [.stale] })
            let job = try await scene.end(row.id)
            #expect((job.tally.succeeded, job.tally.skipped) == (2, 1))
            try await eventually("the chain is made again") { scene.texts("lake")["1/1"] == "ya1\n" }
            try await eventually("all of it") { scene.texts("lake")["0/0"] == "ya0\n" }
        }
        #expect(
            try await scene.tasks(JobID(1)).filter { $0.state == .skipped }.map(\.reason) == ["input-gone"]
        )
        await scene.ledger.close()
    }
}
