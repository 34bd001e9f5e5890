internal import EventModel
internal import TestSupport
internal import Testing

/// Each fault is what its name says.
@Suite struct FaultyS3FaultTests {
    private let server = FaultyS3Server()
    private let content = Array("0123456789".utf8)
    private var client: PlainClient { PlainClient(port: server.port) }

    @Test("a fault comes after those to skip, as often as it was asked for, for its kind and key only")
    func rules() async {
        server.put("a", content)
        server.put("b", content)
        server.fail(.get, with: .error(503, "SlowDown", retryAfter: 2), key: "a", skip: 1, times: 2)
        var seen: [Int] = []
        for _ in 0..<4 { seen.append(await client.send("GET", "/bucket/a").status) }
        #expect(seen == [200, 503, 503, 200])
        server.fail(.get, with: .error(503, "SlowDown", retryAfter: 2))
        let answer = await client.send("GET", "/bucket/b")
        #expect(answer.headers["retry-after"] == "2" && answer.text.contains("<Code>SlowDown</Code>"))
        #expect(await client.send("HEAD", "/bucket/b").status == 200)
    }

    @Test("bodies are cut, shortened, reset, dripped")
    func bodies() async {
        server.put("k", content)
        server.fail(.get, with: .truncate(4))
        let cut = await client.send("GET", "/bucket/k")
        #expect(cut.text == "0123" && !cut.isWhole && !cut.wasReset)
        server.fail(.get, with: .shorten(3))
        let short = await client.send("GET", "/bucket/k")
        #expect(short.text == "0123456" && short.isWhole)
        server.fail(.get, with: .reset(2))
        let reset = await client.send("GET", "/bucket/k")
        #expect(reset.text == "01" && reset.wasReset)
        server.fail(.get, with: .reset(-1))
        #expect(await client.send("GET", "/bucket/k").status == 0)
        server.fail(.get, with: .drip(bytes: 3, milliseconds: 1))
        #expect(await client.send("GET", "/bucket/k").text == "0123456789")
    }

    @Test("an answer is lost after all was done, or what fails does nothing")
    func effects() async {
        server.fail(.put, with: .loseAnswer)
        #expect(await client.send("PUT", "/bucket/k", body: content).status == 0)
        #expect(server.object("k")?.bytes == content)
        server.fail(.put, with: .errorInside("InternalError"))
        let answer = await client.send("PUT", "/bucket/k", body: [1])
        #expect(answer.status == 200 && answer.text.contains("<Code>InternalError</Code>"))
        #expect(server.object("k")?.bytes == content)
        server.fail(.get, with: .overwrite([7]))
        #expect(await client.send("GET", "/bucket/k").body == [7])
        server.fail(.get, with: .remove)
        #expect(await client.send("GET", "/bucket/k").status == 404)
    }

    @Test("reads see for a while what was there before")
    func staleReads() async {
        server.put("k", [1])
        server.setManner { $0.staleReads = 2 }
        server.put("k", [2])
        #expect(await client.send("GET", "/bucket/k").body == [1])
        #expect(await client.send("HEAD", "/bucket/k").status == 200)
        #expect(await client.send("GET", "/bucket/k").body == [2])
    }

    @Test("what a signature names is looked at: key, token, region, time, payload")
    func access() async {
        let headers = [
            "Authorization":
                "AWS4-HMAC-SHA256 Credential=KEY/20261001/eu-west-1/s3/aws4_request, Signature=0",
            "x-amz-date": "20261001T000000Z", "x-amz-security-token": "old",
        ]
        func code() async -> String {
            let text = await client.send("GET", "/bucket/k", headers).text
            return text.split(separator: "<Code>").last?.split(separator: "<").first.map(String.init) ?? ""
        }
        server.setManner { $0.accessKeys = ["OTHER"] }
        #expect(await code() == "InvalidAccessKeyId")
        #expect(await client.send("GET", "/bucket/k").text.contains("AccessDenied"))
        server.setManner { $0.accessKeys = ["KEY"] }
        server.setManner { $0.sessionToken = "new" }
        #expect(await code() == "ExpiredToken")
        server.setManner { $0.sessionToken = "old" }
        server.setManner { $0.skewLimit = 900 }
        #expect(await code() == "RequestTimeTooSkewed")
        server.setManner { $0.skewLimit = nil }
        server.setManner { $0.region = "us-east-1" }
        #expect(await code() == "AuthorizationHeaderMalformed")
        server.setManner { $0.redirectsRegion = true }
        #expect(await client.send("GET", "/bucket/k", headers).headers["x-amz-bucket-region"] == "us-east-1")
        server.setManner { $0.region = nil }
        server.setManner { $0.deniedBuckets = ["bucket"] }
        #expect(await code() == "AccessDenied")
        server.setManner { $0.deniedBuckets = [] }
        #expect(await code() == "NoSuchKey")
        var hashed = headers
        hashed["x-amz-content-sha256"] = String(repeating: "0", count: 64)
        let refused = await client.send("PUT", "/bucket/k", hashed, body: content)
        #expect(refused.text.contains("XAmzContentSHA256Mismatch"))
    }

    @Test("by chance, but the same for the same seed")
    func chaos() async {
        var runs: [[Int]] = []
        for _ in 0..<2 {
            let server = FaultyS3Server()
            server.put("k", content)
            server.chaos(
                seed: 7,
                percent: 40,
                faults: [.error(500, "InternalError"), .error(503, "SlowDown")]
            )
            var run: [Int] = []
            for _ in 0..<30 {
                run.append(await PlainClient(port: server.port).send("GET", "/bucket/k").status)
            }
            runs.append(run)
        }
        #expect(runs[0] == runs[1] && Set(runs[0]) == [200, 500, 503])
    }
}
