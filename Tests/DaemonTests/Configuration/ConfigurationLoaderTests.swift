internal import Daemon
internal import EventModel
internal import FunctionRuntime
internal import Settings
internal import Testing
internal import TriggerRules

@Suite struct ConfigurationLoaderTests {
    @Test("fills in what is left out, and takes paths relative to the file")
    func defaults() throws {
        let result = ConfigurationFixture.load(ConfigurationFixture.complete())
        #expect(result.diagnostics.isEmpty)
        let configuration = try #require(result.configuration)
        #expect(configuration.file == "/srv/logs/sluice.yaml")
        #expect(configuration.state == "/srv/logs/state")
        #expect(configuration.workers == 8)
        #expect(configuration.maxPending == 1_000_000)
        #expect(configuration.listen == nil)
        #expect(configuration.buckets.map(\.path) == ["/srv/logs/inbox", "/srv/logs/clean"])
        #expect(configuration.buckets.map(\.after) == [.keep, .keep])
        #expect(configuration.bucket("inbox")?.scanInterval == .seconds(300))
        #expect(configuration.bucket("inbox")?.settle == .seconds(2))
        #expect(configuration.isWatched("inbox") && !configuration.isWatched("clean"))
        #expect(configuration.triggers.map(\.name) == ["all"])
        #expect(configuration.function("web")?.fingerprint.hex.count == 64)
    }

    @Test(
        "what a running service cannot change is named",
        arguments: [
            ("", []), ("max_pending: 7", []), ("workers: 3", ["workers"]),
            ("state: ./other\nworkers: 8", ["state"]),
        ]
    )
    func fixedSettings(head: String, changed: [String]) throws {
        let started = try #require(ConfigurationFixture.load(ConfigurationFixture.complete()).configuration)
        let text = ConfigurationFixture.complete(head: head)
        let next = try #require(ConfigurationFixture.load(text).configuration)
        #expect(started.fixedSettings(changedIn: next) == changed)
    }

    @Test("takes what is written")
    func values() throws {
        let text = ConfigurationFixture.complete(
            head: "state: /var/lib/sluice/../state\nworkers: 3\nmax_pending: 5000\n"
                + "listen: { api: \"[::1]:8484\", token: { env: TOKEN }, hosts: [logs.example] }",
            bucket: ", after: { move: \"clean:old/{key}\" }, watch: { scan: 1m, settle: 500ms }",
            function: ", timeout: 10m"
        )
        let result = ConfigurationFixture.load(
            text,
            ConfigurationFixture.surroundings(variables: ["TOKEN": "0123456789abcdef"])
        )
        #expect(result.diagnostics.filter { $0.severity == .error }.isEmpty)
        let configuration = try #require(result.configuration)
        #expect(configuration.state == "/var/lib/state")
        #expect(configuration.workers == 3)
        #expect(configuration.maxPending == 5000)
        let listen = try #require(configuration.listen)
        #expect(listen.host == "::1" && listen.port == 8484 && listen.isLoopback)
        #expect(listen.token.reveal() == "0123456789abcdef")
        #expect(listen.allowedHosts == ["logs.example"])
        let inbox = try #require(configuration.bucket("inbox"))
        #expect(inbox.after == .move(OutputTemplateFixture.make("clean", "old/{key}")))
        #expect(inbox.scanInterval == .seconds(60) && inbox.settle == .milliseconds(500))
        #expect(configuration.trigger("all")?.timeout == .seconds(600))
    }

    @Test("a file that cannot be read is one finding with a hint")
    func unreadable() {
        let result = ConfigurationLoader.load(path: "missing.yaml", ConfigurationFixture.surroundings())
        #expect(result.configuration == nil)
        #expect(result.file == "/etc/sluice/missing.yaml")
        #expect(result.diagnostics.map(\.code.name) == ["config.unreadable"])
        #expect(result.diagnostics.first?.hint?.contains("sluice init") == true)
    }

    @Test("reads a file by a relative path, and its secrets beside it")
    func relativeFile() throws {
        let text = ConfigurationFixture.complete(
            head: "listen: { api: \"127.0.0.1:1\", token: { file: secrets/token } }"
        )
        let result = ConfigurationLoader.load(
            path: "conf/sluice.yaml",
            ConfigurationFixture.surroundings(files: [
                "/etc/sluice/conf/sluice.yaml": text, "/etc/sluice/conf/secrets/token": "0123456789abcdef\n",
            ])
        )
        #expect(result.diagnostics.isEmpty)
        #expect(result.configuration?.listen?.token.reveal() == "0123456789abcdef")
        #expect(result.source == Array(text.utf8))
    }

    @Test("a secret appears nowhere but where it is asked for (trap S11)")
    func secretsNeverPrint() throws {
        let canary = "canary-51f0c2d8e7"
        let text = ConfigurationFixture.complete(
            head: "listen: { api: \"0.0.0.0:8484\", token: { env: TOKEN } }\nworkers: { env: TOKEN }"
        )
        let surroundings = ConfigurationFixture.surroundings(variables: ["TOKEN": canary])
        let broken = ConfigurationFixture.load(text, surroundings)
        #expect(broken.hasErrors)
        let whole = ConfigurationFixture.load(
            ConfigurationFixture.complete(head: "listen: { api: \"0.0.0.0:8484\", token: { env: TOKEN } }"),
            surroundings
        )
        let configuration = try #require(whole.configuration)
        #expect(configuration.listen?.token.reveal() == canary)
        var dumped = ""
        dump(configuration, to: &dumped)
        dump(whole.diagnostics, to: &dumped)
        dump(broken.diagnostics, to: &dumped)
        #expect(!dumped.contains(canary))
        #expect(!"\(configuration)".contains(canary))
    }

    @Test("the state directory may lie in a bucket and is then left out of it")
    func stateInBucket() throws {
        let text = ConfigurationFixture.complete(head: "state: ./inbox/state")
        let configuration = try #require(ConfigurationFixture.load(text).configuration)
        #expect(excludedPaths(of: "inbox", configuration) == ["/srv/logs/inbox/state"])
        #expect(excludedPaths(of: "clean", configuration) == [])
    }

    private func excludedPaths(of bucket: BucketName, _ configuration: SluiceConfiguration) -> [String]? {
        guard case .local(let place) = configuration.bucket(bucket)?.place else { return nil }
        return place.excludedPaths
    }
}

/// Templates as the decoder makes them.
enum OutputTemplateFixture {
    static func make(_ bucket: String, _ text: String) -> OutputTemplate {
        OutputTemplate(bucket: BucketName(bucket), text: text)
    }
}
