internal import EventModel
internal import Foundation
internal import TestSupport
internal import Testing

internal import HTTPTransport

/// What the published vectors do not show, and the agreement with another signer.
@Suite struct SignatureV4Tests {
    private let lent = Credentials(
        accessKey: "AKID",
        secretKey: Secret("canary-secret"),
        sessionToken: Secret("canary-token")
    )
    private let request = HTTPRequest(
        method: "PUT",
        endpoint: HTTPEndpoint(isTLS: true, host: "s3.example", port: 9000),
        path: "/bucket/a%20b//../%2B",
        headers: [HTTPField(name: "user-agent", value: "x"), HTTPField(name: "if-none-match", value: "*")],
        body: [1, 2, 3]
    )
    private let time = Timestamp(milliseconds: 1_790_812_800_000)

    @Test("signing again replaces the earlier signature")
    func signingAgain() {
        let signer = SignatureV4()
        var once = request
        signer.sign(&once, with: lent, region: "r", service: "s3", payload: .computed, at: time)
        var twice = request
        signer.sign(
            &twice,
            with: Credentials(accessKey: "B", secretKey: Secret("b")),
            region: "q",
            service: "s3",
            payload: .unsigned,
            at: time.advanced(by: .seconds(-400))
        )
        #expect(twice.headers.contains(HTTPField(name: "x-amz-content-sha256", value: "UNSIGNED-PAYLOAD")))
        signer.sign(&twice, with: lent, region: "r", service: "s3", payload: .computed, at: time)
        #expect(once.headers == twice.headers)
        #expect(once.headers.filter { $0.name == "x-amz-security-token" }.count == 1)
    }

    @Test("a known hash signs as the computed one does, and user agents are not signed")
    func payloads() throws {
        var computed = request
        SignatureV4().sign(&computed, with: lent, region: "r", service: "s3", payload: .computed, at: time)
        let hash = "039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81"
        var given = request
        SignatureV4().sign(&given, with: lent, region: "r", service: "s3", payload: .hash(hash), at: time)
        #expect(computed.headers == given.headers)
        let header = try #require(computed.headers.last?.value)
        #expect(!header.contains("user-agent") && header.contains("host;if-none-match;x-amz-content-sha256"))
        #expect(!header.contains("canary-secret"))
    }

    @Test(
        "moments are written in UTC",
        arguments: [
            (0, "19700101T000000Z"), (1_709_251_199, "20240229T235959Z"), (-1, "19691231T235959Z"),
            (4_102_444_800, "21000101T000000Z"),
        ]
    )
    func moments(seconds: Int64, text: String) {
        let stamp = SigningTime(Timestamp(nanoseconds: seconds * 1_000_000_000))
        #expect(stamp.text == text)
        #expect(stamp.day == text.prefix(8))
    }

    @Test("keys of many days and regions do not mix, whatever is remembered")
    func manyKeys() {
        let keeping = SignatureV4()
        for round in 0..<3 {
            for region in 0..<25 {
                let moment = time.advanced(by: .seconds(86_400 * (region % 5)))
                var known = request
                keeping.sign(
                    &known,
                    with: lent,
                    region: "r\(region)",
                    service: "s3",
                    payload: .unsigned,
                    at: moment
                )
                var fresh = request
                SignatureV4().sign(
                    &fresh,
                    with: lent,
                    region: "r\(region)",
                    service: "s3",
                    payload: .unsigned,
                    at: moment
                )
                #expect(known.headers == fresh.headers, "round \(round), region \(region)")
            }
        }
    }

    @Test("a presigned URL lasts a week at most")
    func longestExpiry() {
        let url = SignatureV4().presign(
            request,
            with: lent,
            region: "r",
            service: "s3",
            expiresAfter: .seconds(10_000_000),
            at: time
        )
        #expect(url.hasPrefix("https://s3.example:9000/bucket/a%20b//../%2B?"))
        #expect(url.contains("&X-Amz-Expires=604800&X-Amz-SignedHeaders=host%3Bif-none-match&"))
        #expect(url.contains("&X-Amz-Security-Token=canary-token&X-Amz-Signature="))
    }

    @Test("1,000 seeded requests with odd keys are signed as botocore signs them")
    func differential() throws {
        var random = TestRandom(seed: 7)
        let samples = (0..<1000).map { SigningSample(number: $0, random: &random) }
        let signer = SignatureV4()
        let expected = try SigningOracle.signatures(samples)
        for (sample, signature) in zip(samples, expected) {
            #expect(sample.signature(by: signer) == signature, "\(sample.url) \(sample)")
        }
    }
}
