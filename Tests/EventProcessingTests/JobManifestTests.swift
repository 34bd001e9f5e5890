internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import TestSupport
internal import Testing

/// Lists of objects that people hand to jobs.
@Suite struct JobManifestTests {
    private func run(_ manifest: String, count: Int = 10) async throws -> (JobRow, [JobTask]) {
        let scene = try await JobScene()
        try await scene.process("a", count: count)
        scene.house.files.write("list.csv", Array(manifest.utf8))
        let path = scene.house.files.path("list.csv")
        let job = try await scene.serve(scene.configuration([JobScene.function("b")])) { processor in
            let row = try await processor.startJob(JobScene.job { $0.manifest = path })
            return try await scene.end(row.id)
        }
        let tasks = try await scene.tasks(job.id)
        await scene.ledger.close()
        return (job, tasks)
    }

    @Test("keys are URL-encoded, quotes and versions are read, and what is listed twice is done once")
    func reads() async throws {
        let (job, tasks) = try await run("inbox,1/1\r\n\"inbox\",\"1%2F6\",v1\ninbox,1/1\n\ninbox,gone+by")
        #expect((job.state, job.tally.succeeded, job.tally.skipped) == (.complete, 2, 1))
        #expect(job.tally.duplicates == 1)
        #expect(tasks.map(\.target.key) == ["1/1", "1/6", "gone by"])
        #expect(tasks.last?.reason == "not-found")
    }

    @Test(
        "a bad line fails the job before anything is done, with its number",
        arguments: [
            ("inbox,1/1\ninbox\n", "Line 2"), ("inbox,1/1\ninbox,%zz\n", "Line 2"),
            ("inbox,\"1/1\n", "Line 1"), ("inbox,1/1\nother,1/1\n", "Line 2"),
            ("a,b,c,d\n", "Line 1"), ("inbox," + String(repeating: "x", count: 100_000), "Line 1"),
        ]
    )
    func refuses(manifest: String, line: String) async throws {
        let (job, tasks) = try await run(manifest)
        #expect(job.state == .failed)
        #expect(job.reason?.contains("job.bad-manifest") == true)
        #expect(job.reason?.contains(line) == true)
        #expect(tasks.allSatisfy { $0.state == .pending })
    }

    @Test("an empty list is an empty job")
    func empty() async throws {
        let (job, _) = try await run("")
        #expect((job.state, job.tally.total) == (.complete, 0))
    }

    @Test(
        "what is wrong with a file is said without a word of it",
        arguments: ["secret:x:0\n", "secret,secret\n", "inbox,%se,cret\n", "inbox,secret,a,b\n"]
    )
    func tellsNothing(manifest: String) async throws {
        let (job, tasks) = try await run(manifest)
        #expect((job.state, tasks.count) == (.failed, 0))
        #expect(job.reason?.contains("Line 1") == true)
        #expect(job.reason?.contains("secret") == false)
    }

    @Test(
        "only regular files and configured buckets hold lists",
        arguments: ["list.csv", "odd:list", "/dev/zero"]
    )
    func places(place: String) async throws {
        let scene = try await JobScene()
        let configuration = scene.configuration([JobScene.function("b")])
        if place == "/dev/zero" {
            let job = try await scene.serve(configuration) { processor in
                try await scene.end(try await processor.startJob(JobScene.job { $0.manifest = place }).id)
            }
            #expect((job.state, job.reason?.contains("no regular file")) == (.failed, true))
        } else {
            await #expect(throws: SluiceError.self) {
                try await scene.start(JobScene.job { $0.manifest = place }, configuration)
            }
        }
        await scene.ledger.close()
    }
}
