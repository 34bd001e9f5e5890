internal import ControlPlane
internal import Daemon
internal import EventModel
internal import EventProcessing
internal import HTTPTransport
internal import Settings
internal import Testing

/// `listen: { webhook: … }` and `watch: { notifications: … }`.
@Suite struct ConfigurationNotificationTests {
    private static let variables = ConfigurationFixture.surroundings(
        variables: ["TOKEN": "0123456789abcdef", "SHORT": "0123"]
    )

    private func load(_ head: String) -> ConfigurationLoader.Result {
        ConfigurationFixture.load(ConfigurationFixture.complete(head: head), Self.variables)
    }

    private func codes(_ head: String) -> [String] {
        load(head).diagnostics.map { "\($0.code)@\($0.location)" }
    }

    @Test("a webhook listens alone or beside the API, with a token or a secret for signatures")
    func webhook() throws {
        let alone = load("listen: { webhook: { address: \"[::1]:8485\", token: { env: TOKEN } } }")
        #expect(alone.diagnostics.isEmpty)
        let settings = try #require(alone.configuration?.webhook)
        #expect(settings.host == "::1" && settings.port == 8485 && alone.configuration?.listen == nil)
        #expect(settings.proof == .token(Secret("0123456789abcdef")))
        let text = """
            listen:
              api: "127.0.0.1:8484"
              token: { env: TOKEN }
              webhook:
                address: "0.0.0.0:8485"
                hmac: { env: TOKEN }
                behind_proxy: true
                topics: "arn:aws:sns:eu-west-1:123456789012:uploads"
                hosts: hooks.example
            """
        let both = load(text)
        #expect(both.diagnostics.isEmpty, "\(both.diagnostics)")
        let behind = try #require(both.configuration?.webhook)
        #expect(behind.proof == .hmac(Secret("0123456789abcdef")) && both.configuration?.listen?.port == 8484)
        #expect(
            behind.topics == ["arn:aws:sns:eu-west-1:123456789012:uploads"]
                && behind.names == ["hooks.example"]
        )
        let none = try #require(load("").configuration)
        #expect(none.fixedSettings(changedIn: try #require(both.configuration)) == ["listen"])
    }

    @Test(
        "mistakes of the webhook have their code and place",
        arguments: [
            ("listen: { webhook: { address: \"127.0.0.1:8485\" } }", "config.missing-key@8:20"),
            ("listen: { webhook: { token: { env: TOKEN } } }", "config.missing-key@8:20"),
            (
                "listen: { webhook: { address: \"127.0.0.1:1\", token: x, hmac: { env: TOKEN } } }",
                "config.invalid-value@8:62"
            ),
            (
                "listen: { webhook: { address: \"0.0.0.0:8485\", token: { env: TOKEN } } }",
                "config.exposed@8:31"
            ),
            (
                "listen: { webhook: { address: \"127.0.0.1:1\", token: { env: SHORT } } }",
                "config.invalid-value@8:53"
            ),
            ("listen: { webhook: { address: \"x\", token: { env: TOKEN } } }", "config.invalid-value@8:31"),
            (
                "listen: { webhook: { address: \"127.0.0.1:1\", token: { env: TOKEN }, topics: [uploads] } }",
                "config.invalid-value@8:78"
            ),
            (
                "listen: { token: x, webhook: { address: \"127.0.0.1:1\", token: { env: TOKEN } } }",
                "config.missing-key@8:18"
            ),
        ]
    )
    func mistakes(head: String, finding: String) {
        #expect(codes(head) == [finding])
    }

    private func notifications(
        _ text: String,
        region: String? = nil
    ) throws -> (NotificationsConfiguration, [String]) {
        var diagnostics = Diagnostics()
        let node = try #require(YAML.parse(Array(text.utf8), &diagnostics))
        let read = NotificationsConfiguration.decode(node, region: region, hasWebhook: false, &diagnostics)
        return (read, diagnostics.findings.map(\.code.name))
    }

    @Test("a bucket's notifications come by webhook, by queues, or both")
    func sources() throws {
        #expect(try notifications("[]").0 == NotificationsConfiguration())
        let (both, findings) = try notifications(
            """
            - sqs: { queue: "https://sqs.eu-west-1.amazonaws.com/123456789012/uploads" }
            - sqs: { queue: "http://127.0.0.1:5000/1/q", region: r, endpoint: "http://localhost:5000" }
            - sqs: { queue: "http://127.0.0.1:9324/q" }
            """,
            region: "eu-central-1"
        )
        #expect(findings.isEmpty && !both.takesWebhook)
        #expect(both.queues.map(\.region) == ["eu-west-1", "r", "eu-central-1"])
        #expect(both.queues[1].endpoint == HTTPEndpoint(isTLS: false, host: "localhost", port: 5000))
        let (webhook, missing) = try notifications("[webhook]")
        #expect(webhook.takesWebhook && missing == ["config.missing-key"])
    }

    @Test(
        "mistakes of notifications are found",
        arguments: [
            ("[kafka]", "config.invalid-value"), ("{ webhook: true }", "config.invalid-value"),
            ("[ { sqs: { region: eu-west-1 } } ]", "config.missing-key"),
            ("[ { sqs: { queue: uploads, region: r } } ]", "config.invalid-value"),
            ("[ { sqs: { queue: \"https://sqs.example/\", region: r } } ]", "config.invalid-value"),
            ("[ { sqs: { queue: \"http://127.0.0.1:9324/q\" } } ]", "config.missing-key"),
            ("[ { sqs: { queue: \"http://127.0.0.1/q\", region: \"r/x\" } } ]", "config.invalid-value"),
            ("[ { sqs: { queue: \"http://127.0.0.1/q\", region: \"\" } } ]", "config.invalid-value"),
            (
                "[ { sqs: { queue: \"http://127.0.0.1/q\", region: r, endpoint: x } } ]",
                "config.invalid-value"
            ),
            (
                "[ { sqs: { queue: \"http://127.0.0.1/q\", region: r, visibility: 3 } } ]",
                "config.unknown-key"
            ),
        ]
    )
    func notificationMistakes(text: String, code: String) throws {
        #expect(try notifications(text).1 == [code])
    }

    @Test("the examples of the table are right")
    func examples() throws {
        let example = ConfigurationTable.notifications.example
        let (read, findings) = try notifications(example)
        #expect(read.queues.count == 1 && read.takesWebhook && findings == ["config.missing-key"])
    }
}
