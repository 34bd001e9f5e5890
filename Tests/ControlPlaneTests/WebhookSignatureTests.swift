internal import ControlPlane
internal import EventModel
internal import EventProcessing
internal import Foundation
internal import Synchronization
internal import TestSupport
internal import Testing

/// Signed messages: Standard Webhooks and SNS.
@Suite struct WebhookSignatureTests {
    private static let secret = Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")

    @Test("the signature is the one of the specification's example")
    func vector() {
        // The example of the reference libraries (github.com/standard-webhooks/standard-webhooks).
        let signature = StandardWebhook(secret: Self.secret).signature(
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
            timestamp: "1614265330",
            body: Array(#"{"test": 2432232314}"#.utf8)
        )
        #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    private func headers(id: String = "m1", at seconds: Int64, body: String) -> [String] {
        let signature = StandardWebhook(secret: Self.secret).signature(
            id: id,
            timestamp: "\(seconds)",
            body: Array(body.utf8)
        )
        return [
            "webhook-id: \(id)", "webhook-timestamp: \(seconds)",
            "webhook-signature: v1,AAAA v2,x \(signature)",
        ]
    }

    @Test("a message with a right signature of now is looked at, once", arguments: [0, 299, -299])
    func hmac(offset: Int64) async throws {
        var scene = WebhookScene()
        scene.proof = .hmac(Self.secret)
        let now = scene.clock.now.milliseconds / 1000
        let lines = headers(at: now + offset, body: WebhookScene.message)
        try await scene.run { (port) async throws in
            #expect(try await WebhookScene.send(port, headers: lines).hasPrefix("HTTP/1.1 200"))
            let again = try await WebhookScene.send(port, headers: lines)
            #expect(again.hasPrefix("HTTP/1.1 200") && again.contains("repeated"))
        }
        #expect(scene.receiver.received.count == 1)
    }

    @Test("an old, future, missing or wrong signature is refused")
    func wrong() async throws {
        var scene = WebhookScene()
        scene.proof = .hmac(Self.secret)
        let now = scene.clock.now.milliseconds / 1000
        let right = headers(at: now, body: WebhookScene.message)
        let all: [[String]] = [
            headers(at: now - 301, body: WebhookScene.message),
            headers(at: now + 301, body: WebhookScene.message),
            headers(at: now, body: WebhookScene.message + " "), [], Array(right.dropLast()),
            ["webhook-id: m2"] + right.dropFirst(), ["Authorization: Bearer \(Self.secret.reveal())"],
            ["webhook-id: m1", "webhook-timestamp: x", "webhook-signature: v1,"],
        ]
        try await scene.run { (port) async throws in
            for lines in all {
                let answer = try await WebhookScene.send(port, headers: lines)
                #expect(answer.hasPrefix("HTTP/1.1 401"), "\(lines)")
            }
        }
        #expect(scene.receiver.received.isEmpty)
    }

    @Test("a message that could not be looked at may come again")
    func again() async throws {
        var scene = WebhookScene()
        scene.proof = .hmac(Self.secret)
        let lines = headers(at: scene.clock.now.milliseconds / 1000, body: WebhookScene.message)
        try await scene.run { (port) async throws in
            scene.receiver.fail(with: SluiceError(SluiceError.Code("test.outage", .outage), "no"))
            #expect(try await WebhookScene.send(port, headers: lines).hasPrefix("HTTP/1.1 503"))
            scene.receiver.fail(with: nil)
            #expect(try await WebhookScene.send(port, headers: lines).hasPrefix("HTTP/1.1 200"))
        }
        #expect(scene.receiver.received.count == 1)
    }

    @Test("the memory of ids is bounded and forgets the oldest")
    func replays() {
        var cache = ReplayCache(limit: 3)
        let now = Timestamp(milliseconds: 1_790_812_800_000)
        for number in 0..<100 {
            cache.insert("m\(number)", now: now)
            cache.insert("m\(number)", now: now)
            #expect(cache.holds("m\(number)", now: now))
            #expect(!cache.holds("m\(number - 3)", now: now))
        }
        #expect(cache.holds("m97", now: now) && !cache.holds("m97", now: now.advanced(by: .seconds(601))))
    }

    /// A scene with SNS's certificate; `asked` collects what is fetched.
    private func sns(_ asked: Asked) -> WebhookScene {
        var scene = WebhookScene()
        scene.topics = [SNSFixture.topic]
        scene.fetch = { url throws(SluiceError) in
            asked.urls.withLock { $0.append(url) }
            if url == SNSFixture.certificateURL { return (200, Array(SNSFixture.certificate.utf8)) }
            return (url == SNSFixture.confirmationURL ? 200 : 404, [])
        }
        return scene
    }

    private final class Asked: Sendable {
        let urls = Mutex<[String]>([])
    }

    private static let header = ["x-amz-sns-message-type: Notification"]

    @Test("SNS's messages need no token, but its signature", arguments: ["1", "2"])
    func notification(version: String) async throws {
        let asked = Asked()
        let scene = sns(asked)
        try await scene.run { (port) async throws in
            for _ in 0..<3 {
                let body = SNSFixture.notification(version: version)
                let answer = try await WebhookScene.send(
                    port,
                    headers: Self.header,
                    type: "text/plain; charset=UTF-8",
                    body: body
                )
                #expect(answer.hasPrefix("HTTP/1.1 200") && answer.contains(#""received":1"#), "\(answer)")
            }
        }
        #expect(asked.urls.withLock { $0 } == [SNSFixture.certificateURL])
    }

    @Test("a subscription is confirmed only of a configured topic, and only at SNS (trap S15)")
    func confirmation() async throws {
        let asked = Asked()
        let scene = sns(asked)
        try await scene.run { (port) async throws in
            func send(_ body: String) async throws -> String {
                try await WebhookScene.send(port, headers: Self.header, type: "text/plain", body: body)
            }
            #expect(try await send(SNSFixture.confirmation()).hasPrefix("HTTP/1.1 200"))
            #expect(asked.urls.withLock { $0 } == [SNSFixture.certificateURL, SNSFixture.confirmationURL])
            #expect(try await send(SNSFixture.confirmation(leadsElsewhere: true)).hasPrefix("HTTP/1.1 401"))
            let other = SNSFixture.topic + "2"
            let foreign = SNSFixture.confirmation(change: ["TopicArn": other])
            #expect(try await send(foreign).hasPrefix("HTTP/1.1 403"))
        }
        #expect(asked.urls.withLock { $0.count } == 2)
        #expect(scene.receiver.received.isEmpty)
    }

    @Test("a changed message, or a certificate that does not lie at SNS, is refused")
    func forged() async throws {
        let asked = Asked()
        let scene = sns(asked)
        let changes: [[String: String]] = [
            ["Message": WebhookScene.message], ["MessageId": "m-9"], ["Signature": "AAAA"],
            ["SignatureVersion": "1"],
            ["SignatureVersion": "3"],
            ["SigningCertURL": "https://evil.example/SimpleNotificationService-1.pem"],
            ["SigningCertURL": "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-1.pem"],
            [
                "SigningCertURL":
                    "https://sns.eu-west-1.amazonaws.com.evil.example/SimpleNotificationService-1.pem"
            ],
            ["SigningCertURL": "http://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem"],
            ["SigningCertURL": "https://sns.eu-west-1.amazonaws.com/x/SimpleNotificationService-1.pem"],
            ["SigningCertURL": "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-2.pem"],
            ["SigningCertURL": "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-?x=.pem"],
        ]
        try await scene.run { (port) async throws in
            for change in changes {
                let body = SNSFixture.notification(version: "2", change: change)
                let answer = try await WebhookScene.send(port, headers: Self.header, body: body)
                #expect(answer.hasPrefix("HTTP/1.1 401"), "\(change): \(answer.prefix(200))")
            }
        }
        #expect(scene.receiver.received.isEmpty)
        let hosts = asked.urls.withLock { Set($0.map { $0.prefix(36) }) }
        #expect(hosts == ["https://sns.eu-west-1.amazonaws.com/"])
        #expect(asked.urls.withLock { !$0.contains { $0.contains("?") } })
    }

    @Test("whoever names other certificates neither pushes out the one in use nor asks SNS at will")
    func flood() async throws {
        let asked = Asked()
        let scene = sns(asked)
        try await scene.run { (port) async throws in
            func send(_ change: [String: String] = [:]) async throws -> String {
                let body = SNSFixture.notification(version: "2", change: change)
                return try await WebhookScene.send(port, headers: Self.header, body: body)
            }
            #expect(try await send().hasPrefix("HTTP/1.1 200"))
            var refusals: [String: Int] = [:]
            for number in 0..<200 {
                let name = "SimpleNotificationService-\(number).pem"
                let url = "https://sns.eu-west-1.amazonaws.com/\(name)"
                refusals[String(try await send(["SigningCertURL": url]).prefix(12)), default: 0] += 1
            }
            #expect(refusals == ["HTTP/1.1 401": 9, "HTTP/1.1 503": 191])
            #expect(try await send().hasPrefix("HTTP/1.1 200"))
        }
        #expect(asked.urls.withLock { $0.count } == 10)
        #expect(asked.urls.withLock { $0.filter { $0 == SNSFixture.certificateURL } }.count == 1)
    }

    @Test("the book of keys is bounded, and what has proved a message stays in it")
    func book() {
        var book = SNSKeyBook<Int>(limit: 3, fetchesPerMinute: 2)
        func word(_ url: String, _ seconds: Int64) -> String {
            "\(book.look(for: url, at: .seconds(seconds)))"
        }
        #expect(word("a", 0) == "fetch" && word("a", 0) == "underway" && book.isUnderway("a"))
        book.end("a", found: 1)
        book.prove("a")
        #expect(word("b", 1) == "fetch" && word("c", 2) == "tooMany" && word("a", 2) == "key(1)")
        book.end("b")
        #expect(!book.isUnderway("b") && word("b", 59) == "tooMany" && word("b", 60) == "fetch")
        book.end("b", found: nil)
        #expect(word("b", 60) == "absent")
        for number in 0..<20 {
            #expect(word("u\(number)", Int64(200 + number * 60)) == "fetch")
            book.end("u\(number)", found: nil)
            #expect(word("a", 0) == "key(1)")
        }
        #expect(word("b", 2000) == "fetch", "what proved nothing was pushed out")
    }
}
