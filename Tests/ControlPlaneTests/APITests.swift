internal import ControlPlane
internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import Foundation
internal import Synchronization
internal import TestSupport
internal import Testing

/// Requests and answers, without a transport.
@Suite struct APITests {
    let operations = FakeOperations()
    let clock = ManualClock()

    private func api(reload: CheckView? = nil) -> API {
        API(
            operations: operations,
            host: API.Host(
                boot: "boot-1",
                reload: reload.map { view in { @Sendable () async -> CheckView in view } }
            ),
            clock: clock
        )
    }

    private func send(_ method: String, _ target: String, _ body: String = "") async -> (Int, String) {
        let answer = await api().respond(
            to: APIRequest(method: method, target: target, body: Data(body.utf8))
        )
        return (answer.status, String(decoding: answer.body, as: UTF8.self))
    }

    @Test("pages of deliveries follow one another by a cursor")
    func pages() async throws {
        let request = APIRequest(
            method: "GET",
            target: "/v1/deliveries?limit=3&state=dead,done&trigger=web&bucket=inbox"
        )
        let first = await api().respond(to: request)
        let page = try ViewCoding.decode(DeliveryPageView.self, from: first.body)
        #expect(page.deliveries.map(\.id) == [5, 4, 3])
        #expect(page.next == 3)
        let query = try #require(operations.state.withLock { $0.lastQuery })
        #expect(query.states == [.dead, .done])
        #expect(query.trigger == "web")
        #expect(query.bucket == "inbox")
        let second = await api().respond(
            to: APIRequest(method: "GET", target: "/v1/deliveries?limit=3&before=3")
        )
        let rest = try ViewCoding.decode(DeliveryPageView.self, from: second.body)
        #expect(rest.deliveries.map(\.id) == [2, 1])
        #expect(rest.next == nil)
    }

    @Test(
        "a wrong parameter is named",
        arguments: [
            ("/v1/deliveries?limit=0", "limit"), ("/v1/deliveries?limit=x", "limit"),
            ("/v1/deliveries?before=-1", "before"),
            ("/v1/deliveries?state=lost", "lost"), ("/v1/why?bucket=inbox", "key"),
            ("/v1/why?key=a", "bucket"),
            ("/v1/deliveries/abc", "number"), ("/v1/why?bucket=b&key_base64=%21", "base64"),
            ("/v1/events?wait=3600", "wait"),
        ]
    )
    func parameters(target: String, word: String) async throws {
        let (status, body) = await send("GET", target)
        #expect(status == 400)
        let error = try ViewCoding.decode(ErrorView.self, from: Data(body.utf8))
        #expect(error.code == "api.invalid-parameter")
        #expect(error.message.contains(word))
    }

    @Test("a key travels percent-encoded, escaped, and as bytes")
    func keys() async throws {
        let target = APIRequest.target(
            "/v1/why",
            ["bucket": "inbox", "key": FakeOperations.source.description]
        )
        let view = try ViewCoding.decode(ExplanationView.self, from: Data(await send("GET", target).1.utf8))
        #expect(ObjectKey(escaped: view.key) == FakeOperations.source)
        let encoded = Data(FakeOperations.source.bytes).base64EncodedString()
        let bytes = APIRequest.target("/v1/why", ["bucket": "inbox", "key_base64": encoded])
        #expect(
            try ViewCoding.decode(ExplanationView.self, from: Data(await send("GET", bytes).1.utf8)) == view
        )
        #expect(
            APIRequest(method: "GET", target: "/x?a=1+2%20%26&b&c=").query == [
                "a": "1+2 &", "b": "", "c": "",
            ]
        )
    }

    @Test("an unknown path or delivery is 404, another method 405")
    func unknown() async {
        #expect(await send("GET", "/v1/secrets").0 == 404)
        #expect(await send("GET", "/v1/deliveries/8").0 == 404)
        #expect(await send("GET", "/v1/deliveries/").0 == 404)
        #expect(await send("DELETE", "/v1/deliveries/7").0 == 405)
        #expect(await send("POST", "/v1/triggers/nope/pause").0 == 404)
    }

    @Test("retry and cancel tell which deliveries changed")
    func changes() async throws {
        let (status, body) = await send("POST", "/v1/deliveries:retry", #"{"ids":[1,2,3]}"#)
        #expect(status == 200)
        let view = try ViewCoding.decode(ChangedView.self, from: Data(body.utf8))
        #expect(view.changed == [1, 3])
        #expect(view.unchanged == [2])
        #expect(await send("POST", "/v1/deliveries/7/cancel", #"{"reason":"enough"}"#).0 == 200)
        #expect(await send("POST", "/v1/deliveries:retry", "not json").0 == 400)
        let many = "{\"ids\":[" + (1...10_001).map(String.init).joined(separator: ",") + "]}"
        #expect(await send("POST", "/v1/deliveries:retry", many).0 == 413)
    }

    @Test("a body longer than the route takes is refused")
    func tooLarge() async {
        let (status, body) = await send(
            "POST",
            "/v1/deliveries/7/cancel",
            String(repeating: " ", count: 5000)
        )
        #expect(status == 413)
        #expect(body.contains("api.body-too-large"))
    }

    @Test("a trigger is paused with a reason and resumed")
    func pause() async {
        #expect(await send("POST", "/v1/triggers/web/pause", #"{"reason":"maintenance"}"#).0 == 200)
        #expect(operations.state.withLock { $0.paused["web"] } == "maintenance")
        #expect(await send("POST", "/v1/triggers/web/resume").0 == 200)
        #expect(operations.state.withLock { $0.paused["web"] ?? nil } == nil)
    }

    @Test("a waiting request for events is answered when something happens")
    func longPoll() async throws {
        async let answer = api().respond(to: APIRequest(method: "GET", target: "/v1/events?after=0&wait=30"))
        while clock.sleeperCount == 0 { await Task.yield() }
        operations.add(1, "seen")
        clock.advance(by: .milliseconds(100))
        let feed = try ViewCoding.decode(FeedView.self, from: await answer.body)
        #expect(feed.events.map(\.kind) == ["seen"])
        #expect(feed.next == 1)
        #expect(feed.boot == "boot-1")
    }

    @Test("a waiting request ends empty after its time")
    func longPollEnds() async throws {
        async let answer = api().respond(to: APIRequest(method: "GET", target: "/v1/events?after=9&wait=1"))
        for _ in 0..<10 {
            while clock.sleeperCount == 0 { await Task.yield() }
            clock.advance(by: .milliseconds(100))
        }
        let feed = try ViewCoding.decode(FeedView.self, from: await answer.body)
        #expect(feed.events.isEmpty)
        #expect(feed.next == 9)
    }

    @Test("a reload that finds mistakes is 422 and shows them; without a service it is 409")
    func reload() async throws {
        #expect(await send("POST", "/v1/reload").0 == 409)
        let finding = FindingView(
            severity: "error",
            code: "config.unknown-key",
            message: "m",
            hint: nil,
            line: 3,
            column: 5,
            path: "x"
        )
        let view = CheckView(ok: false, file: "/sluice.yaml", findings: [finding])
        let answer = await api(reload: view).respond(to: APIRequest(method: "POST", target: "/v1/reload"))
        #expect(answer.status == 422)
        #expect(try ViewCoding.decode(CheckView.self, from: answer.body) == view)
    }

    @Test("health is told to anybody, and failing is 503")
    func health() async {
        #expect(await send("GET", "/healthz").0 == 200)
        operations.state.withLock { $0.health = "failing" }
        #expect(await send("GET", "/healthz").0 == 503)
    }

    @Test("metrics are Prometheus text with our prefix and without object keys")
    func metrics() async {
        let (status, text) = await send("GET", "/metrics")
        #expect(status == 200)
        #expect(text.contains("# TYPE sluice_queue_deliveries gauge\n"))
        #expect(text.contains(#"sluice_queue_deliveries{trigger="web",class="live",state="dead"} 1"# + "\n"))
        #expect(text.contains("sluice_healthy 1\n"))
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            #expect(line.hasPrefix("sluice_"))
        }
    }

    @Test("labels and help are escaped as the format asks")
    func prometheusEscapes() {
        let family = MetricFamily(
            "sluice_x_total",
            .counter,
            "a\\b\nc",
            [.init(1.5, labels: [.init("l", "a\"b\\c\nd")]), .init(.infinity, suffix: "_bucket")]
        )
        #expect(
            PrometheusText.write([family])
                == "# HELP sluice_x_total a\\\\b\\nc\n# TYPE sluice_x_total counter\n"
                + "sluice_x_total{l=\"a\\\"b\\\\c\\nd\"} 1.5\nsluice_x_total_bucket +Inf\n"
        )
    }
}
