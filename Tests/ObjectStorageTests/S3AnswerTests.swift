internal import EventModel
internal import HTTPTransport
internal import ObjectStorage
internal import Testing

/// What is read from a store's answers, without a store.
@Suite struct S3AnswerTests {
    private static func listing(_ inside: String) -> HTTPResponse {
        let head =
            "<?xml version=\"1.0\"?><ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        return HTTPResponse(status: 200, body: Array("\(head)\(inside)</ListBucketResult>".utf8))
    }

    private static func contents(_ key: String, size: Int = 1) -> String {
        "<Contents><Key>\(key)</Key><LastModified>2026-10-01T00:00:00.123Z</LastModified>"
            + "<ETag>&quot;abc&quot;</ETag><Size>\(size)</Size></Contents>"
    }

    private static func page(_ response: HTTPResponse) throws -> S3Page {
        guard case .value(let page) = S3Page.read(response) else { throw NoPage() }
        return page
    }

    private struct NoPage: Error {}

    @Test("keys of a listing are decoded once, and only where the store says that it encoded them (L08, L10)")
    func decodesKeys() throws {
        let keys = ["a+b", "a%2Bb", "a%2520b", "c%01d", "x%0D%0Ay", "%C3%BC", "a%zz", "p%"]
        let inside = keys.map { Self.contents($0) }.joined() + "<IsTruncated>false</IsTruncated>"
        let encoded = try Self.page(Self.listing(inside + "<EncodingType>url</EncodingType>"))
        let wanted = ["a b", "a+b", "a%20b", "c\u{1}d", "x\r\ny", "\u{fc}", "a%zz", "p%"].map {
            ObjectKey($0)
        }
        #expect(encoded.entries.map(\.key) == wanted)
        let plain = try Self.page(Self.listing(inside))
        #expect(plain.entries.map(\.key) == keys.map { ObjectKey($0) })
        guard case .object(let info) = encoded.entries[0] else { throw NoPage() }
        #expect(info.version.identity == "e:abc-1")
        #expect(info.modified == Timestamp(milliseconds: 1_790_812_800_000))
    }

    @Test("markers are ineligible, and what is ours is left out (L13)")
    func leavesOut() throws {
        let inside =
            Self.contents("dir/", size: 0) + Self.contents("dir/") + Self.contents(".sluice/x")
            + "<IsTruncated>false</IsTruncated>"
        let page = try Self.page(Self.listing(inside))
        #expect(page.entries.count == 2)
        #expect(page.entries.first == .ineligible("dir/", reason: "marker"))
    }

    @Test(
        "a page that is not complete is never taken for one (L06, L07)",
        arguments: [
            "", "<html><body>down for maintenance</body></html>", "<ListBucketResult><IsTruncated>false</Is",
            "<ListBucketResult></ListBucketResult>", "<Error><Code>SlowDown</Code></Error>",
            "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
            "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a</Key></Contents>"
                + "</ListBucketResult>",
            "<ListAllMyBucketsResult><IsTruncated>false</IsTruncated></ListAllMyBucketsResult>",
        ]
    )
    func refusesBrokenPages(_ body: String) {
        if case .value = S3Page.read(HTTPResponse(status: 200, body: Array(body.utf8))) {
            Issue.record("\(body) was taken for a page")
        }
    }

    @Test("an error in an answer of status 200 is an error (R04)")
    func readsErrorsInside() {
        let body =
            "   <?xml version=\"1.0\"?>\n<Error><Code>InternalError</Code><Message>again</Message></Error>"
        let response = HTTPResponse(status: 200, body: Array(body.utf8))
        guard case .refused(let refusal) = S3Answers.completed(response) else {
            Issue.record("An error passed for success.")
            return
        }
        #expect(refusal.kind == .busy)
    }

    @Test("a range's head says the size of the whole, and ETags lose quotes and marks")
    func readsHeads() throws {
        let fields = [
            HTTPField(name: "etag", value: "W/\"9b\""), HTTPField(name: "content-length", value: "10"),
            HTTPField(name: "content-range", value: "bytes 0-9/100"),
            HTTPField(name: "last-modified", value: "Thu, 01 Oct 2026 00:00:00 GMT"),
            HTTPField(name: "x-amz-meta-note", value: "=?UTF-8?B?w7w=?="),
        ]
        let head = try #require(S3Head(fields, "k"))
        #expect(head.info.version.identity == "e:9b-100" && head.info.sizeBytes == 100)
        #expect(head.info.modified == Timestamp(milliseconds: 1_790_812_800_000))
        #expect(head.attributes.metadata == ["note": "\u{fc}"])
        #expect(S3Head([HTTPField(name: "etag", value: "x")], "k") == nil)
    }

    @Test("dates that are none are nil, whatever they look like")
    func readsDates() {
        #expect(S3Date.http("Sun, 06 Nov 1994 08:49:37 GMT")?.milliseconds == 784_111_777_000)
        for zone in ["Z", ".000Z", "+00:00", ".5+00:00", "+0000"] {
            let date = S3Date.iso("2024-02-29T23:59:59\(zone)")
            #expect(date?.description == "2024-02-29T23:59:59.000Z", "\(zone)")
        }
        #expect(S3Date.iso("2024-02-29T23:59:59+02:00") == nil)
        for text in ["", "now", "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 1994 99:49:37 GMT"] {
            #expect(S3Date.http(text) == nil && S3Date.iso(text) == nil)
        }
        #expect(S3Date.iso("99999999999999-01-01T00:00:00Z") == nil)
    }

    @Test(
        "metadata of any text passes through a header",
        arguments: ["", "plain", " edge ", "\u{fc}/\u{1F600}", "=?x"]
    )
    func carriesMetadata(_ text: String) {
        let encoded = S3Attributes.encoded(text)
        #expect(encoded.utf8.allSatisfy { (0x20...0x7E).contains($0) })
        #expect(S3Attributes.decoded(encoded) == text)
    }

    @Test("the ETag of parts is that of AWS's example form of MD5")
    func computesComposites() {
        // Two parts of one byte each: md5(md5("a") + md5("b")) as Python says.
        let parts = ["0cc175b9c0f1b6a831c399e269772661", "92eb5ffee6ae2fec3ad71c777531578f"]
        #expect(MD5Tag.composite(parts) == "96e024ba2074fe77e8e965ba43a704be-2")
        #expect(MD5Tag.composite(["nonsense"]) == nil)
    }
}
