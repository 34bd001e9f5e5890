internal import Daemon
internal import EventModel
internal import EventProcessing
internal import HTTPTransport
internal import Settings
internal import Testing
internal import TriggerRules

/// Buckets at S3-compatible stores.
@Suite struct ConfigurationStoreTests {
    private static let secrets = ConfigurationFixture.surroundings(
        variables: ["KEY": "AKIDEXAMPLE", "SECRET": "wJalrXUtnFEMI"],
        files: ["/srv/logs/ca.pem": "-----BEGIN CERTIFICATE-----"]
    )
    private static let ours =
        "bucket: acme-lake, endpoint: \"https://minio.example:9000\", "
        + "credentials: { access_key: { env: KEY }, secret_key: { env: SECRET } }"

    private func place(
        _ settings: String,
        _ surroundings: ConfigurationSurroundings = secrets
    ) throws -> S3Place {
        let result = ConfigurationFixture.load(ConfigurationFixture.withStore(settings), surroundings)
        let configuration = try #require(result.configuration, "\(result.diagnostics)")
        guard case .s3(let place) = try #require(configuration.bucket("lake")).place else {
            throw SluiceError(.cancelled, "No store.")
        }
        return place
    }

    @Test("takes what is written, and has defaults for the rest")
    func values() throws {
        let short = try place("bucket: acme-lake, region: eu-west-1")
        #expect(short.bucket == "acme-lake" && short.region == "eu-west-1")
        #expect(short.connection.endpoint == nil && short.credentials == .chain)
        #expect(short.probes && short.pathStyle == nil && short.storageClass == nil)
        #expect(short.partSizeBytes == 8 << 20 && short.parallelParts == 4)
        #expect(short.text == "aws/acme-lake")

        let long = try place(
            Self.ours + ", path_style: true, ca_file: ./ca.pem, proxy: \"\", probe: off, "
                + "storage_class: STANDARD_IA, part_size: 16MiB, parallel: 8"
        )
        #expect(long.connection.endpoint == HTTPEndpoint(isTLS: true, host: "minio.example", port: 9000))
        #expect(
            long.credentials
                == .keys(accessKey: "AKIDEXAMPLE", secretKey: Secret("wJalrXUtnFEMI"), sessionToken: nil)
        )
        #expect(long.connection.caFile == "/srv/logs/ca.pem" && long.connection.proxy?.reveal() == "")
        #expect(long.pathStyle == true && !long.probes && long.storageClass == "STANDARD_IA")
        #expect(long.partSizeBytes == 16 << 20 && long.parallelParts == 8)
    }

    @Test("region and endpoint come from the environment or the profile where the file does not say")
    func environment() throws {
        let environment = ConfigurationFixture.surroundings(
            variables: ["AWS_DEFAULT_REGION": "eu-north-1", "AWS_ENDPOINT_URL": "http://127.0.0.1:9000"]
        )
        let place = try place("bucket: b", environment)
        #expect(place.region == "eu-north-1")
        #expect(place.connection.endpoint == HTTPEndpoint(isTLS: false, host: "127.0.0.1", port: 9000))
        let profiles = ConfigurationFixture.surroundings(
            variables: ["HOME": "/home/me"],
            files: ["/home/me/.aws/config": "[profile backup]\nregion = eu-south-2\n"]
        )
        #expect(
            try self.place("bucket: b, credentials: { profile: backup }", profiles).region == "eu-south-2"
        )
    }

    @Test(
        "every mistake has its code and place",
        arguments: [
            ("region: r", ["config.missing-key@3:15"]),
            ("bucket: b", ["config.missing-key@3:15"]),
            ("bucket: a/b, region: r", ["config.invalid-value@3:25"]),
            ("bucket: b, region: \"a b\"", ["config.invalid-value@3:36"]),
            ("bucket: b, endpoint: \"minio:9000\"", ["config.invalid-value@3:38"]),
            ("bucket: b, endpoint: \"https://minio/b\"", ["config.invalid-value@3:38"]),
            ("bucket: b, region: r, credentials: guest", ["config.invalid-value@3:52"]),
            ("bucket: b, region: r, credentials: { access_key: a }", ["config.missing-key@3:52"]),
            (
                "bucket: b, region: r, credentials: { profile: p, access_key: a }",
                ["config.invalid-value@3:78"]
            ),
            ("bucket: b, region: r, proxy: { env: KEY }", ["config.invalid-value@3:46"]),
            ("bucket: b, region: r, ca_file: ./none.pem", ["config.missing-value@3:48"]),
            ("bucket: b, region: r, part_size: 1MiB", ["config.invalid-value@3:50"]),
            ("bucket: b, region: r, probe: no", ["config.invalid-value@3:46"]),
            ("bucket: b, region: r, storage_class: cold", ["config.invalid-value@3:54"]),
            ("bucket: b, region: r, insecure_skip_verify: true", ["config.exposed@3:61"]),
        ]
    )
    func mistakes(settings: String, findings: [String]) {
        let text = ConfigurationFixture.withStore(settings).replacing(
            "output: \"clean:{key}\"",
            with: "output: \"lake:{key}\""
        ).replacing("  clean: { path: ./clean }\n", with: "")
        let found = ConfigurationFixture.findings(text, Self.secrets)
        #expect(found.filter { !$0.hasPrefix("config.unused") } == findings)
    }

    @Test("a bucket is either a directory or at a store, and at one place only")
    func places() {
        func codes(_ text: String) -> [String] {
            ConfigurationFixture.load(text, Self.secrets).diagnostics.filter { $0.severity == .error }
                .map(\.code.name)
        }
        let both = ConfigurationFixture.complete(bucket: ", s3: { bucket: b, region: r }")
        #expect(codes(both) == ["config.invalid-value"])
        let neither = ConfigurationFixture.complete().replacing("{ path: ./clean }", with: "{ after: keep }")
        #expect(codes(neither) == ["config.missing-key"])
        for (one, two) in [
            (
                "bucket: b, region: r",
                "bucket: b, region: q, endpoint: \"https://s3.eu-west-1.amazonaws.com\""
            ),
            (Self.ours, Self.ours + ", path_style: true"),
        ] {
            let twice = ConfigurationFixture.withStore(one).replacing(
                "{ path: ./clean }",
                with: "{ s3: { \(two) } }"
            )
            #expect(codes(twice) == ["config.overlapping-paths"])
        }
        let apart = ConfigurationFixture.withStore("bucket: b, region: r").replacing(
            "{ path: ./clean }",
            with: "{ s3: { bucket: b, endpoint: \"http://127.0.0.1:9000\" } }"
        )
        #expect(codes(apart) == [])
    }

    @Test("only objects at a store are tagged, with at most ten tags")
    func tags() throws {
        let text = ConfigurationFixture.withStore(
            "bucket: b, region: r",
            bucket: ", after: { tag: { processed: \"true\", by: sluice } }"
        )
        let lake = try #require(ConfigurationFixture.load(text).configuration?.bucket("lake"))
        #expect(lake.after == .tag(["processed": "true", "by": "sluice"]))
        for (after, place) in [
            ("{ tag: { a: b } }", "config.invalid-value@2:41"),
            ("{ tag: { a: b }, move: \"clean:{key}\" }", "config.invalid-value@2:41"),
            ("{}", "config.missing-key@2:34"),
        ] {
            let local = ConfigurationFixture.complete(bucket: ", after: \(after)")
            #expect(ConfigurationFixture.findings(local) == [place])
        }
        let many = (0...10).map { "t\($0): x" }.joined(separator: ", ")
        let eleven = ConfigurationFixture.withStore(
            "bucket: b, region: r",
            bucket: ", after: { tag: { \(many) } }"
        )
        #expect(ConfigurationFixture.load(eleven).hasErrors)
    }

    @Test("recent prefixes hold a part of the time, and make the complete scan rare")
    func recent() throws {
        let text = ConfigurationFixture.complete(
            bucket: ", watch: { recent: { prefix: \"logs/{yyyy}/{mm}/\", every: 10s, days: 3 } }"
        )
        let inbox = try #require(ConfigurationFixture.load(text).configuration?.bucket("inbox"))
        let expected = RecentScan(template: "logs/{yyyy}/{mm}/", interval: .seconds(10), days: 3)
        #expect(inbox.recent == expected && inbox.scanInterval == .seconds(3600))
        for prefix in ["logs/", "logs/{month}/", "logs/{yyyy"] {
            let wrong = ConfigurationFixture.complete(
                bucket: ", watch: { recent: { prefix: \"\(prefix)\" } }"
            )
            #expect(ConfigurationFixture.findings(wrong) == ["config.invalid-pattern@2:54"])
        }
    }

    @Test("content type and storage class of a trigger's results")
    func storing() throws {
        let text = ConfigurationFixture.complete(
            trigger: ", content_type: application/x-ndjson, storage_class: GLACIER_IR, timeout: 2m"
        ).replacing("web: { steps", with: "web: { timeout: 1m, steps")
        let trigger = try #require(ConfigurationFixture.load(text).configuration?.trigger("all"))
        #expect(trigger.storing.contentType == "application/x-ndjson")
        #expect(trigger.storing.storageClass == "GLACIER_IR" && trigger.timeout == .seconds(60))
        for wrong in ["content_type: ndjson", "content_type: \"a/b/c\"", "storage_class: glacier"] {
            #expect(ConfigurationFixture.load(ConfigurationFixture.complete(trigger: ", \(wrong)")).hasErrors)
        }
    }

    @Test("keys and a proxy's password appear nowhere but where they are asked for (trap S11)")
    func secretsNeverPrint() throws {
        let canary = "canary-7be02c"
        let surroundings = ConfigurationFixture.surroundings(
            variables: ["KEY": "AKID", "SECRET": canary, "PROXY": "http://me:\(canary)@proxy:3128"]
        )
        let text = ConfigurationFixture.withStore(Self.ours + ", proxy: { env: PROXY }")
        let configuration = try #require(ConfigurationFixture.load(text, surroundings).configuration)
        var dumped = ""
        dump(configuration, to: &dumped)
        #expect(!dumped.contains(canary) && !"\(configuration)".contains(canary))
    }

    @Test(
        "plain text to another machine is warned of, and only that",
        arguments: [
            ("http://minio:9000", ["config.exposed@3:38"]), ("http://10.0.0.7:9000", ["config.exposed@3:38"]),
            ("http://127.0.0.1:9000", []), ("http://localhost:9000", []), ("http://s3.localhost:9000", []),
            ("https://minio:9000", []),
        ]
    )
    func plainText(endpoint: String, expected: [String]) {
        let text = ConfigurationFixture.withStore("bucket: b, endpoint: \"\(endpoint)\"")
        #expect(ConfigurationFixture.findings(text).filter { $0.hasPrefix("config.exposed") } == expected)
    }

    @Test("what only stores keep of outputs is warned of where these go to a directory")
    func ignored() throws {
        let storing = ", content_type: text/plain, storage_class: STANDARD_IA"
        let text = ConfigurationFixture.complete(trigger: storing)
        let findings = ConfigurationFixture.findings(text).filter { $0.hasPrefix("config.ignored") }
        #expect(findings.count == 2)
        let store = ConfigurationFixture.withStore("bucket: b, region: eu-west-1").replacing(
            "output: \"clean:{key}\"",
            with: "output: \"lake:{key}\"" + storing
        )
        #expect(!ConfigurationFixture.findings(store).contains { $0.hasPrefix("config.ignored") })
    }
}
