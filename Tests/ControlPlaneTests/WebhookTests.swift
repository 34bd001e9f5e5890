internal import ControlPlane
internal import EventModel
internal import EventProcessing
internal import Foundation
internal import Logging
internal import ServiceLifecycle
internal import Synchronization
internal import TestSupport
internal import Testing

/// Takes what the webhook gives it.
final class ReceiverDouble: NotificationReceiver {
    private let messages = Mutex<[String]>([])
    private let failure = Mutex<SluiceError?>(nil)
    private let gates = Mutex<[AsyncStream<Void>]>([])

    /// What came.
    var received: [String] { messages.withLock { $0 } }

    /// Fails from now on, or no more.
    func fail(with error: SluiceError?) { failure.withLock { $0 = error } }

    /// The next message is held until `gate` ends.
    func hold(by gate: AsyncStream<Void>) { gates.withLock { $0.append(gate) } }

    func receive(
        _ message: [UInt8],
        headers: [String: String],
        from origin: NotificationOrigin
    ) async throws(SluiceError) -> NotificationOutcome {
        if let error = failure.withLock({ $0 }) { throw error }
        if let gate = gates.withLock({ $0.popLast() }) {
            for await _ in gate {}
            // Whoever was told to end has something to put away first.
            if Task.isCancelled { for _ in 0..<1000 { await Task.yield() } }
        }
        messages.withLock { $0.append(String(decoding: message, as: UTF8.self)) }
        switch NotificationDecoder().read(message, headers: headers) {
        case .objects(let objects):
            var tally = NotifiedTally()
            tally.received = objects.count
            return .accepted(tally)
        case .ignored(let reason): return .ignored(reason: reason)
        case .refused(let refused): return .refused(refused)
        }
    }
}

/// A webhook behind a real socket.
struct WebhookScene {
    let receiver = ReceiverDouble()
    let clock = ManualClock()
    var proof = WebhookSettings.Proof.token(Secret("0123456789abcdef"))
    var topics: Set<String> = []
    var fetch: SNSVerifier.Fetch = { _ throws(SluiceError) in (404, []) }

    static let message =
        #"{"Records":[{"eventName":"ObjectCreated:Put","#
        + #""s3":{"bucket":{"name":"acme"},"object":{"key":"a"}}}]}"#

    func run(_ body: (Int) async throws -> Void) async throws {
        let (bound, continuation) = AsyncStream.makeStream(of: Int?.self)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let server = WebhookServer(
            settings: WebhookSettings(
                host: "127.0.0.1",
                port: 0,
                proof: proof,
                topics: topics,
                names: ["hooks.example"]
            ),
            receiver: receiver,
            fetch: fetch,
            clock: clock,
            logger: logger,
            onBound: { continuation.yield($0) }
        )
        let group = ServiceGroup(configuration: .init(services: [server], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            var ports = bound.makeAsyncIterator()
            let port = await ports.next() ?? nil
            do { try await body(try #require(port)) } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    /// Sends a request; returns the whole answer.
    static func send(
        _ port: Int,
        _ line: String = "POST /webhook",
        host: String = "localhost",
        headers: [String] = ["Authorization: Bearer 0123456789abcdef"],
        type: String = "application/json",
        body: String = message
    ) async throws -> String {
        let lines = ["\(line) HTTP/1.1", "Host: \(host)", "Connection: close"] + headers
        let rest = ["Content-Type: \(type)", "Content-Length: \(body.utf8.count)"]
        return try await RawHTTP.send(
            port: port,
            (lines + rest).joined(separator: "\r\n") + "\r\n\r\n" + body
        )
    }
}

@Suite struct WebhookTests {
    private let scene = WebhookScene()

    @Test(
        "the token is taken with and without Bearer, as MinIO sends it, and nothing else is (trap S14)",
        arguments: [
            (["Authorization: Bearer 0123456789abcdef"], 200), (["Authorization: 0123456789abcdef"], 200),
            (["authorization: bearer 0123456789abcdef"], 200), ([], 401), (["Authorization: Bearer"], 401),
            (["Authorization: Bearer 0123456789abcdeF"], 401),
            (["Authorization: Basic 0123456789abcdef"], 401),
            (["Authorization: "], 401), (["x-amz-sns-message-type: Notification"], 401),
        ] as [([String], Int)]
    )
    func token(headers: [String], status: Int) async throws {
        try await scene.run { (port) async throws in
            let answer = try await WebhookScene.send(port, headers: headers)
            #expect(answer.hasPrefix("HTTP/1.1 \(status)"), "\(answer.prefix(300))")
        }
        #expect(scene.receiver.received.count == (status == 200 ? 1 : 0))
    }

    @Test("a token in the URL is none (trap S07)")
    func tokenInURL() async throws {
        try await scene.run { (port) async throws in
            let line = "POST /webhook?token=0123456789abcdef"
            #expect(try await WebhookScene.send(port, line, headers: []).hasPrefix("HTTP/1.1 401"))
        }
    }

    @Test(
        "HEAD and GET answer 200 to everybody and do nothing",
        arguments: ["HEAD /", "GET /webhook", "HEAD /x"]
    )
    func probe(line: String) async throws {
        try await scene.run { (port) async throws in
            let answer = try await WebhookScene.send(port, line, headers: [], body: "")
            #expect(answer.hasPrefix("HTTP/1.1 200"))
        }
        #expect(scene.receiver.received.isEmpty)
    }

    @Test(
        "what is no JSON, too large, compressed, of another path or under another name is refused",
        arguments: [
            ("POST /webhook", "localhost", "text/plain", [], 1, 415),
            ("POST /webhook", "localhost", "application/xml", [], 1, 415),
            ("POST /webhook", "localhost", "application/json", ["Content-Encoding: gzip"], 1, 415),
            ("POST /webhook", "localhost", "application/json", [], (1 << 20) + 1, 413),
            ("POST /webhook", "evil.example", "application/json", [], 1, 421),
            ("POST /webhook", "localhost", "application/json", ["Origin: https://evil.example"], 1, 403),
            ("POST /other", "localhost", "application/json", [], 1, 404),
            ("PUT /webhook", "localhost", "application/json", [], 1, 405),
            ("POST /webhook", "hooks.example", "application/cloudevents+json; charset=utf-8", [], 1, 422),
        ] as [(String, String, String, [String], Int, Int)]
    )
    func refusals(
        line: String,
        host: String,
        type: String,
        headers: [String],
        size: Int,
        status: Int
    ) async throws {
        try await scene.run { (port) async throws in
            let answer = try await WebhookScene.send(
                port,
                line,
                host: host,
                headers: headers + ["Authorization: Bearer 0123456789abcdef"],
                type: type,
                body: String(repeating: " ", count: size)
            )
            #expect(answer.hasPrefix("HTTP/1.1 \(status)"), "\(answer.prefix(300))")
        }
    }

    @Test("a chunked body beyond the limit is refused too (trap N17)")
    func chunked() async throws {
        try await scene.run { (port) async throws in
            let chunk = "40000\r\n" + String(repeating: " ", count: 0x40000) + "\r\n"
            let text =
                "POST /webhook HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + "Authorization: Bearer 0123456789abcdef\r\nContent-Type: application/json\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n" + String(repeating: chunk, count: 5) + "0\r\n\r\n"
            let answer = try await RawHTTP.send(port: port, text)
            #expect(answer.hasPrefix("HTTP/1.1 413"), "\(answer.prefix(300))")
        }
    }

    @Test("a body that does not come is not waited for (trap N17)")
    func slowBody() async throws {
        try await scene.run { (port) async throws in
            let text =
                "POST /webhook HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer 0123456789abcdef\r\n"
                + "Connection: close\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
            async let answer = RawHTTP.send(port: port, text)
            while scene.clock.sleeperCount == 0 { await Task.yield() }
            scene.clock.advance(by: .seconds(11))
            #expect(try await answer.hasPrefix("HTTP/1.1 408"))
        }
    }

    @Test("when the store or the ledger does not answer, the sender is told to come again")
    func outage() async throws {
        try await scene.run { (port) async throws in
            scene.receiver.fail(with: SluiceError(SluiceError.Code("test.outage", .outage), "no"))
            let answer = try await WebhookScene.send(port)
            #expect(answer.hasPrefix("HTTP/1.1 503"))
            #expect(answer.lowercased().contains("retry-after: "))
            scene.receiver.fail(with: nil)
            #expect(try await WebhookScene.send(port).hasPrefix("HTTP/1.1 200"))
        }
    }

    /// Sends a message that is held, until the time for its answer is over.
    private func sendImpatiently(_ port: Int) async throws -> String {
        let clock = scene.clock
        return try await withThrowingTaskGroup(of: String.self) { group in
            group.addTask { try await WebhookScene.send(port) }
            group.addTask {
                // Whatever sleeps now, the time for the body or that for the answer.
                while !Task.isCancelled {
                    if clock.sleeperCount > 0 { clock.advance(by: .milliseconds(100)) }
                    await Task.yield()
                }
                return ""
            }
            defer { group.cancelAll() }
            return try await group.next() ?? ""
        }
    }

    @Test("when the webhook has ended, nothing of it goes on")
    func ending() async throws {
        let (gate, continuation) = AsyncStream.makeStream(of: Void.self)
        scene.receiver.hold(by: gate)
        try await scene.run { (port) async throws in
            #expect(try await sendImpatiently(port).hasPrefix("HTTP/1.1 503"))
            #expect(scene.receiver.received.isEmpty)
        }
        #expect(scene.receiver.received.count == 1, "the look was cancelled, and its end waited for")
        continuation.finish()
    }

    @Test("a sender has an answer within a second; the look goes on, and counts (trap N06)")
    func patience() async throws {
        let (gate, continuation) = AsyncStream.makeStream(of: Void.self)
        scene.receiver.hold(by: gate)
        try await scene.run { (port) async throws in
            let text = try await sendImpatiently(port)
            #expect(text.hasPrefix("HTTP/1.1 503") && text.contains("webhook.busy"), "\(text)")
            #expect(scene.receiver.received.isEmpty)
            continuation.finish()
            while scene.receiver.received.isEmpty { await Task.yield() }
        }
    }

    @Test("an unknown major version is refused and says why (trap N04)")
    func version() async throws {
        try await scene.run { (port) async throws in
            let body = WebhookScene.message.replacing(
                #"{"eventName""#,
                with: #"{"eventVersion":"3.0","eventName""#
            )
            let answer = try await WebhookScene.send(port, body: body)
            #expect(answer.hasPrefix("HTTP/1.1 422") && answer.contains("notification.unknown-version"))
        }
    }
}
