internal import ControlPlane
internal import EventModel
internal import EventProcessing
internal import Execution
internal import Foundation
internal import TestSupport
internal import Testing

/// The routes of batch jobs.
@Suite struct JobAPITests {
    private let api = API(operations: FakeOperations(), host: API.Host(boot: "b"), clock: ManualClock())

    private func call(_ method: String, _ target: String, _ body: String = "") async -> (Int, String) {
        let answer = await api.respond(to: APIRequest(method: method, target: target, body: Data(body.utf8)))
        return (answer.status, String(decoding: answer.body, as: UTF8.self))
    }

    /// What a job is asked to do.
    static let specification = """
        {"triggers":["web"],"prefixes":[],"buckets":[],"globs":[],"conditions":["stale"],"priority":0,\
        "max_failures":{"percent":2}}
        """

    @Test("a job is planned, started, listed and shown")
    func life() async throws {
        let plan = await call("POST", "/v1/jobs:plan", Self.specification)
        #expect(plan.0 == 200)
        #expect(plan.1.contains(#""objects":1"#))
        #expect(plan.1.contains(#""up-to-date":4"#))
        let started = await call("POST", "/v1/jobs", Self.specification)
        #expect(started.0 == 200)
        #expect(started.1.contains(#""state":"preparing""#))
        let page = await call("GET", "/v1/jobs?limit=1")
        #expect(page.1.contains(#""next":2"#))
        let job = await call("GET", "/v1/jobs/2")
        let view = try ViewCoding.decode(JobView.self, from: Data(job.1.utf8))
        #expect((view.total, view.pending, view.ended, view.isFinished) == (10, 3, 7, false))
        #expect(view.specification?.triggers == ["web"])
        #expect(await call("GET", "/v1/jobs/9").0 == 404)
        #expect(await call("GET", "/v1/jobs/x").0 == 400)
    }

    @Test("its tasks come page by page, with the bytes of keys that are no text")
    func tasks() async throws {
        let all = await call("GET", "/v1/jobs/1/tasks?state=failed,skipped")
        let page = try ViewCoding.decode(JobTaskPageView.self, from: Data(all.1.utf8))
        let task = try #require(page.tasks.first)
        #expect((task.state, task.code, task.delivery) == ("failed", "codec.truncated", 7))
        #expect(task.keyBase64 != nil)
        #expect(page.next == nil)
        #expect(await call("GET", "/v1/jobs/1/tasks?state=odd").0 == 400)
    }

    @Test("it is paused and cancelled; what cannot be is told with its code")
    func changes() async throws {
        #expect(await call("POST", "/v1/jobs/1/pause").1.contains(#""state":"paused""#))
        #expect(await call("POST", "/v1/jobs/1/cancel", #"{"reason":"enough"}"#).1.contains("cancelled"))
        let refused = await call("POST", "/v1/jobs/1/resume")
        #expect(refused.0 >= 400)
        #expect(refused.1.contains("job.wrong-state"))
        #expect(await call("POST", "/v1/jobs/9/pause").1.contains("job.unknown"))
        #expect(await call("POST", "/v1/jobs/1/priority", #"{"priority":3}"#).0 == 200)
        #expect(await call("POST", "/v1/jobs", #"{"triggers":1}"#).0 == 400)
    }

    @Test(
        "a list that is a file of the machine is taken from its owner alone",
        arguments: ["/v1/jobs", "/v1/jobs:plan"]
    )
    func files(path: String) async throws {
        for (manifest, isFromOwner, status) in [
            ("/etc/shadow", false, 403), ("/etc/shadow", true, 200), ("inbox:list.csv", false, 200),
        ] {
            let request = APIRequest(
                method: "POST",
                target: path,
                body: Data(Self.listed(manifest).utf8),
                isFromOwner: isFromOwner
            )
            let answer = await api.respond(to: request)
            #expect(answer.status == status)
            if status == 403 { #expect(String(decoding: answer.body, as: UTF8.self).contains("BUCKET:KEY")) }
        }
    }

    /// A job over the objects of a list.
    static func listed(_ manifest: String) -> String {
        specification.replacing(#""priority""#, with: #""manifest":"\#(manifest)","priority""#)
    }

    @Test("schedules are listed with what came of them, and run by hand")
    func schedules() async throws {
        let answer = await call("GET", "/v1/schedules")
        #expect(answer.1.contains(#""last_run":null"#))
        let page = try ViewCoding.decode(SchedulePageView.self, from: Data(answer.1.utf8))
        let view = try #require(page.schedules.first)
        #expect((view.name, view.cron, view.timezone) == ("nightly", "30 3 * * *", "UTC"))
        #expect((view.catchUp, view.overlap, view.paused) == ("once", "queue", false))
        #expect((view.next, view.lastJob, view.lastState) == ("2026-10-01T00:00:00.000Z", 2, "active"))
        #expect(await call("POST", "/v1/schedules/web/runs").1.contains(#""state":"preparing""#))
        let unknown = await call("POST", "/v1/schedules/nobody/runs")
        #expect(unknown.0 == 404)
        #expect(unknown.1.contains("schedule.unknown"))
    }
}
