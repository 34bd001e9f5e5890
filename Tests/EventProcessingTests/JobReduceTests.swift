internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import Foundation
internal import FunctionRuntime
internal import RecordEngine
internal import TestSupport
internal import Testing

/// Jobs that make one result of many objects, with the real engine and ledger.
@Suite struct JobReduceTests {
    private static let byService = """
        [ { parse: json }, { aggregate: { by: service, values: { requests: count, bytes: { sum: bytes } } } },
          { encode: ndjson } ]
        """

    private static func function(_ steps: String = byService) throws -> any Function {
        try Tar.function("f", steps).makeFunction(executor: InlineExecutor(), spools: MemorySpoolProvider())
    }

    /// Objects of one record for each service, and what their totals are.
    private static func fill(_ scene: JobScene, _ objects: Int, services: Int = 3) -> String {
        var totals: [String: (requests: Int, bytes: Int)] = [:]
        for object in 0..<objects {
            var text = ""
            for service in 0..<services {
                let name = "service-\(service)"
                let bytes = object * 10 + service
                text += "{\"service\":\"\(name)\",\"bytes\":\(bytes)}\n"
                totals[name, default: (0, 0)].requests += 1
                totals[name, default: (0, 0)].bytes += bytes
            }
            scene.house.files.write("inbox/\(object % 5)/\(object)", Array(text.utf8))
        }
        let lines = totals.sorted { $0.key < $1.key }.map { name, total in
            "{\"service\":\"\(name)\",\"requests\":\(total.requests),\"bytes\":\(total.bytes)}\n"
        }
        return lines.joined()
    }

    private static func job(_ change: (inout JobSpecification) -> Void = { _ in }) -> JobSpecification {
        JobScene.job("t") { specification in
            specification.reduce = "lake:totals/{stem}.ndjson"
            change(&specification)
        }
    }

    private struct Coverage: Decodable {
        struct Line: Decodable, Equatable {
            let key: String
            let status: String
            let code: String?
        }
        let objects: Int
        let covered: Int
        let failed: Int
        let records: Int
        let groups: Int
        let results: [String]
        let not_covered: [Line]
    }

    private static func coverage(_ scene: JobScene, _ job: Int64 = 1) throws -> Coverage {
        let text = try #require(scene.texts("lake")["totals/job-\(job).ndjson.covers.json"])
        return try JSONDecoder().decode(Coverage.self, from: Data(text.utf8))
    }

    private static func partials(_ scene: JobScene, _ job: JobID) async throws -> [JobPartial] {
        try await scene.ledger.partials(of: job, after: nil, bytes: 99)
    }

    @Test("one result of all objects is exact, and says which objects it does not cover")
    func result() async throws {
        let scene = try await JobScene()
        let totals = Self.fill(scene, 40)
        scene.house.files.write("inbox/bad.gz", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3])
        let configuration = scene.configuration([try Self.function()])
        try await scene.serve(configuration) { processor in
            let row = try await processor.startJob(Self.job { $0.report = "lake:reports" })
            let job = try await scene.end(row.id)
            #expect((job.state, job.tally.succeeded, job.tally.failed) == (.complete, 40, 1))
            try await eventually("nothing is kept") { try await Self.partials(scene, row.id).isEmpty }
        }
        let texts = scene.texts("lake")
        #expect(texts["totals/job-1.ndjson"] == totals)
        let coverage = try Self.coverage(scene)
        #expect((coverage.objects, coverage.covered, coverage.failed) == (41, 40, 1))
        #expect((coverage.records, coverage.groups) == (120, 3))
        #expect(coverage.results == ["lake:totals/job-1.ndjson"])
        #expect(coverage.not_covered.map(\.key) == ["bad.gz"])
        #expect(coverage.not_covered.first?.code != nil)
        #expect(texts["reports/job-1/summary.txt"]?.contains("covers 40 of 41 objects") == true)
        // The live trigger's own outputs are of each object.
        #expect(texts.keys.allSatisfy { !$0.hasPrefix("0/") })
        #expect(try await scene.ledger.verify() == [])
        await scene.ledger.close()
    }

    @Test("a result is exact however often the service is killed on the way", arguments: 1...5)
    func killed(seed: Int) async throws {
        let scene = try await JobScene()
        let totals = Self.fill(scene, 60)
        let configuration = scene.configuration([try Self.function()])
        for round in 0..<4 {
            let processor = scene.house.boot(scene.ledger, configuration)
            let task = Task { try await processor.run() }
            if round == 0 {
                try await eventually("the service runs") { try await processor.status().health == "ok" }
                _ = try await processor.startJob(Self.job())
            }
            let goal = Int64(seed * 3 + round * 11)
            try await eventually("some are folded") {
                let job = try await scene.ledger.job(JobID(1))
                return job?.state.isFinished == true || job?.tally.succeeded ?? 0 >= goal
            }
            task.cancel()
            _ = try? await task.value
        }
        let job = try await scene.serve(configuration) { _ in try await scene.end(JobID(1)) }
        #expect((job.state, job.tally.succeeded) == (.complete, 60))
        #expect(scene.texts("lake")["totals/job-1.ndjson"] == totals)
        #expect(try Self.coverage(scene).records == 180)
        #expect(try await scene.ledger.verify() == [])
        await scene.ledger.close()
    }

    @Test("what is much is merged on the way, and the result is the same")
    func merged() async throws {
        let scene = try await JobScene()
        let totals = Self.fill(scene, 80, services: 1500)
        let configuration = scene.configuration([try Self.function()])
        try await scene.serve(configuration) { processor in
            let row = try await processor.startJob(Self.job())
            let job = try await scene.end(row.id)
            #expect(job.tally.succeeded == 80)
        }
        #expect(scene.texts("lake")["totals/job-1.ndjson"] == totals)
        #expect(try Self.coverage(scene).groups == 1500)
        await scene.ledger.close()
    }

    @Test("records that are rejected on the way go where the job says, and the rest counts")
    func rejects() async throws {
        let scene = try await JobScene()
        scene.house.files.write("inbox/a", Array("{\"service\":\"s\",\"bytes\":1}\nnonsense\n".utf8))
        try await scene.serve(scene.configuration([try Self.function()])) { processor in
            let row = try await processor.startJob(Self.job { $0.rejects = "lake:rejects/{key}" })
            #expect(try await scene.end(row.id).tally.succeeded == 1)
        }
        let texts = scene.texts("lake")
        #expect(texts["totals/job-1.ndjson"] == "{\"service\":\"s\",\"requests\":1,\"bytes\":1}\n")
        #expect(texts["rejects/a"]?.contains("\"line\":2") == true)
        await scene.ledger.close()
    }

    @Test("an empty selection has an empty result that covers nothing")
    func empty() async throws {
        let scene = try await JobScene()
        try await scene.serve(scene.configuration([try Self.function()])) { processor in
            let row = try await processor.startJob(Self.job())
            #expect(try await scene.end(row.id).state == .complete)
        }
        #expect(scene.texts("lake")["totals/job-1.ndjson"] == "")
        #expect(try Self.coverage(scene).objects == 0)
        await scene.ledger.close()
    }

    @Test("results of two functions are not merged: the job fails and leaves nothing")
    func changed() async throws {
        let scene = try await JobScene()
        _ = Self.fill(scene, 30)
        let configuration = scene.configuration([try Self.function()])
        try await scene.serve(configuration) { processor in
            let row = try await processor.startJob(Self.job { $0.ratePerSecond = 20 })
            try await eventually("some are folded") {
                try await scene.ledger.job(row.id)?.tally.succeeded ?? 0 > 0
            }
        }
        let other = Self.byService.replacing("requests: count", with: "calls: count")
        try await scene.serve(scene.configuration([try Self.function(other)])) { _ in
            let job = try await scene.end(JobID(1))
            #expect(job.state == .failed)
            #expect(job.reason?.hasPrefix("job.function-changed") == true)
            try await eventually("nothing is kept") { try await Self.partials(scene, job.id).isEmpty }
        }
        #expect(scene.texts("lake").isEmpty)
        await scene.ledger.close()
    }

    @Test("the outputs of deliveries are not overwritten by a result")
    func collision() async throws {
        let scene = try await JobScene()
        _ = Self.fill(scene, 1)
        let triggers = [trigger("t", on: "inbox", function: "f", to: "lake:{key}")]
        let configuration = scene.configuration([try Self.function()], triggers)
        try await scene.house.boot(scene.ledger, configuration).runUntilIdle()
        let before = scene.texts("lake")
        try await scene.serve(configuration) { processor in
            let row = try await processor.startJob(Self.job { $0.reduce = "lake:0/0" })
            let job = try await scene.end(row.id)
            #expect(job.state == .failed)
            #expect(job.reason?.hasPrefix("output.collision") == true)
        }
        #expect(scene.texts("lake") == before)
        await scene.ledger.close()
    }

    @Test(
        "a job that cannot have one result is refused before it is made",
        arguments: [
            ("lake:{key}", nil, "[ { parse: json }, { encode: ndjson } ]", "folds no records"),
            ("lake:x", "lake:{key}", byService, "or one result of all"),
            ("nowhere:x", nil, byService, "No bucket is called 'nowhere'"),
            ("lake:{day}", nil, byService, "{day}"),
        ] as [(String, String?, String, String)]
    )
    func refused(reduce: String, output: String?, steps: String, words: String) async throws {
        let scene = try await JobScene()
        try await scene.serve(scene.configuration([try Self.function(steps)])) { processor in
            let error = await #expect(throws: SluiceError.self) {
                try await processor.startJob(
                    Self.job { ($0.reduce, $0.output) = (reduce, output) }
                )
            }
            #expect(error?.code == .jobSpecification)
            #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        }
        #expect(try await scene.ledger.jobs(before: nil, limit: 9).isEmpty)
        await scene.ledger.close()
    }
}
