internal import EventModel
internal import HTTPTransport
internal import ObjectStorage
internal import Testing

/// What follows a failed request, and what a reader is told.
@Suite struct S3RetryTests {
    private static let now = Timestamp(milliseconds: 1_790_812_800_000)
    private static let subject = S3Subject(verb: "read", key: "k", bucket: "lake")

    private static func refusal(
        _ status: Int,
        _ code: String = "",
        _ headers: [HTTPField] = [],
        region: String? = nil
    ) -> S3Refusal {
        let place = region.map { "<Region>\($0)</Region>" } ?? ""
        let body = code.isEmpty ? "" : "<Error><Code>\(code)</Code>\(place)</Error>"
        return S3Refusal(status: status, headers: headers, body: Array(body.utf8))
    }

    @Test("throttling and broken connections are tried again a few times, and then are an outage (R09)")
    func triesAgain() {
        for refusal in [Self.refusal(503, "SlowDown"), Self.refusal(500), Self.refusal(429)] {
            var plan = S3RetryPlan()
            for tries in 1..<S3RetryPlan.mostTries {
                let step = plan.step(after: .refused(refusal), at: .zero, signedAt: Self.now, fraction: 1)
                #expect(step == .again(after: .milliseconds(100 << (tries - 1))))
            }
            let step = plan.step(after: .refused(refusal), at: .zero, signedAt: Self.now, fraction: 1)
            #expect(step == .giveUp)
            #expect(refusal.error(Self.subject).code == .storageUnavailable)
        }
        var plan = S3RetryPlan()
        let broken = SluiceError(.transportFailed, "reset")
        let step = plan.step(after: .failed(broken), at: .zero, signedAt: Self.now, fraction: 0.5)
        #expect(step == .again(after: .milliseconds(50)))
        let error = S3RetryPlan.Problem.failed(broken).error(Self.subject)
        #expect(error.code == .storageUnavailable && error.code.blame == .outage)
    }

    @Test("what the store asks to wait is kept, and one that asks for too much is an outage")
    func heedsRetryAfter() {
        var plan = S3RetryPlan()
        let patient = Self.refusal(503, "SlowDown", [HTTPField(name: "retry-after", value: "3")])
        #expect(
            plan.step(after: .refused(patient), at: .zero, signedAt: Self.now, fraction: 0)
                == .again(after: .seconds(3))
        )
        let dated = Self.refusal(
            503,
            "SlowDown",
            [
                HTTPField(name: "date", value: "Thu, 01 Oct 2026 00:00:00 GMT"),
                HTTPField(name: "retry-after", value: "Thu, 01 Oct 2026 00:00:04 GMT"),
            ]
        )
        #expect(dated.retryAfter == .seconds(4))
        let absurd = Self.refusal(503, "SlowDown", [HTTPField(name: "retry-after", value: "86400")])
        let step = plan.step(after: .refused(absurd), at: .zero, signedAt: Self.now, fraction: 0)
        #expect(step == .giveUp)
    }

    @Test("whoever asks is not held for longer than the patience: after it the failure is an outage")
    func losesPatience() {
        var plan = S3RetryPlan()
        let busy = Self.refusal(503, "SlowDown", [HTTPField(name: "retry-after", value: "4")])
        let start = Duration.seconds(1000)
        var waited = Duration.zero
        while case .again(let wait) = plan.step(
            after: .refused(busy),
            at: start + waited,
            signedAt: Self.now,
            fraction: 1
        ) {
            waited += wait
        }
        #expect(waited > .seconds(4) && waited <= S3RetryPlan.patience)
        // A long request that breaks is tried again all the same: the time counts from its failure.
        var second = S3RetryPlan()
        let broken = SluiceError(.transportFailed, "reset")
        for (moment, wanted) in [
            (Duration.seconds(60), S3RetryPlan.Step.again(after: .milliseconds(100))),
            (.seconds(120), .giveUp),
        ] {
            let step = second.step(after: .failed(broken), at: moment, signedAt: Self.now, fraction: 1)
            #expect(step == wanted)
        }
    }

    @Test("a clock that is off is corrected once by the store's, also when HEAD gives no reason (L16)")
    func correctsClocks() {
        let date = HTTPField(name: "date", value: "Thu, 01 Oct 2026 00:20:00 GMT")
        for refusal in [Self.refusal(403, "RequestTimeTooSkewed", [date]), Self.refusal(403, "", [date])] {
            var plan = S3RetryPlan()
            let step = plan.step(after: .refused(refusal), at: .zero, signedAt: Self.now, fraction: 0)
            #expect(step == .correct(Self.now.advanced(by: .seconds(1200))))
            let second = plan.step(after: .refused(refusal), at: .zero, signedAt: Self.now, fraction: 0)
            #expect(second == .giveUp)
        }
    }

    @Test("an expired token is renewed once")
    func renewsCredentials() {
        for refusal in [Self.refusal(400, "ExpiredToken"), Self.refusal(400), Self.refusal(403)] {
            var plan = S3RetryPlan()
            #expect(
                plan.step(after: .refused(refusal), at: .zero, signedAt: Self.now, fraction: 0) == .refresh
            )
            #expect(
                plan.step(after: .refused(refusal), at: .zero, signedAt: Self.now, fraction: 0) == .giveUp
            )
        }
    }

    @Test(
        "refusals have stable codes",
        arguments: [
            (404, "NoSuchKey", "storage.not-found"), (404, "", "storage.not-found"),
            (404, "NoSuchBucket", "storage.bucket-missing"), (404, "NoSuchUpload", "storage.staged-gone"),
            (403, "AccessDenied", "storage.access-denied"),
            (403, "SignatureDoesNotMatch", "storage.access-denied"),
            (403, "InvalidAccessKeyId", "storage.access-denied"),
            (400, "ExpiredToken", "storage.access-denied"),
            (301, "PermanentRedirect", "storage.wrong-region"), (412, "", "storage.version-changed"),
            (400, "AuthorizationHeaderMalformed", "storage.wrong-region"), (501, "", "storage.unsupported"),
            (403, "InvalidObjectState", "storage.archived"), (507, "", "storage.full"),
            (400, "X", "storage.refused"), (400, "MetadataTooLarge", "storage.unacceptable"),
            (400, "EntityTooLarge", "storage.unacceptable"),
            (400, "InvalidStorageClass", "storage.unacceptable"),
            (403, "RequestTimeTooSkewed", "storage.clock-skewed"),
        ]
    )
    func namesRefusals(_ status: Int, _ code: String, _ wanted: String) {
        #expect(Self.refusal(status, code).error(Self.subject).code.name == wanted)
    }

    @Test("the right region stands in the hint")
    func namesRegions() {
        let words = Self.refusal(400, "AuthorizationHeaderMalformed", region: "eu-west-1")
        #expect(words.error(Self.subject).hint?.contains("eu-west-1") == true)
        let header = HTTPField(name: "x-amz-bucket-region", value: "eu-north-1")
        #expect(Self.refusal(400, "", [header]).error(Self.subject).code == .storageWrongRegion)
        // Another reason is the reason, wherever the bucket lies.
        #expect(Self.refusal(400, "BadDigest", [header]).error(Self.subject).code == .storageRefused)
        #expect(Self.refusal(301, "", [header]).error(Self.subject).hint?.contains("eu-north-1") == true)
    }
}
