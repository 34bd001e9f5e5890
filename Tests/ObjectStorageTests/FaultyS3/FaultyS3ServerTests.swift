internal import EventModel
internal import TestSupport
internal import Testing

/// The server is what the store's tests stand on, so what it does when all goes well is tested too.
@Suite struct FaultyS3ServerTests {
    private let server = FaultyS3Server()
    private var client: PlainClient { PlainClient(port: server.port) }

    @Test("what is put is read back, whole and in ranges, with its fields")
    func putAndGet() async {
        let put = await client.send(
            "PUT",
            "/bucket/a%20b+c",
            ["Content-Type": "text/x", "x-amz-meta-who": "me"],
            body: Array("0123456789".utf8)
        )
        #expect(put.status == 200)
        let whole = await client.send("GET", "/bucket/a%20b+c")
        #expect(whole.text == "0123456789" && whole.headers["etag"] == put.headers["etag"])
        #expect(whole.headers["etag"] == "\"781e5e245d69b566979b86e28d23f2c7\"")
        #expect(whole.headers["content-type"] == "text/x" && whole.headers["x-amz-meta-who"] == "me")
        let part = await client.send("GET", "/bucket/a%20b+c", ["Range": "bytes=3-5"])
        #expect(part.status == 206 && part.text == "345" && part.headers["content-range"] == "bytes 3-5/10")
        #expect(await client.send("GET", "/bucket/a%20b+c", ["Range": "bytes=-2"]).text == "89")
        #expect(await client.send("GET", "/bucket/a%20b+c", ["Range": "bytes=10-"]).status == 416)
        let head = await client.send("HEAD", "/bucket/a%20b+c")
        #expect(head.headers["content-length"] == "10" && head.body.isEmpty)
        #expect(server.keys() == ["a b+c"])
        #expect(server.count(.get) == 4 && server.count(.head) == 1 && server.requestCount == 6)
        #expect(await client.send("DELETE", "/bucket/a%20b+c").status == 204)
        #expect(await client.send("GET", "/bucket/a%20b+c").text.contains("<Code>NoSuchKey</Code>"))
        #expect(await client.send("GET", "/nowhere/k").text.contains("<Code>NoSuchBucket</Code>"))
    }

    @Test("several requests come over one connection")
    func keepAlive() async {
        let two = "HEAD /bucket/a HTTP/1.1\r\nHost: x\r\n\r\n"
        // The rest of the request that the client writes is the second one.
        let answer = await client.send("GET", "/bucket/a HTTP/1.1\r\nHost: x\r\n\r\n\(two)GET /bucket/b")
        #expect(answer.text.split(separator: "HTTP/1.1 404").count == 3)
        #expect(server.requestCount == 3 && server.connectionCount == 1)
    }

    @Test(
        "conditions are honoured, ignored, refused or answered wrongly",
        arguments: [
            (FaultyS3Manner.Conditions.honoured, 412, "old"), (.ignored, 200, "new"),
            (.notImplemented, 501, "old"), (.notModified, 304, "old"), (.conflict, 409, "old"),
        ]
    )
    func conditions(manner: FaultyS3Manner.Conditions, status: Int, content: String) async {
        let etag = server.put("k", Array("old".utf8))
        server.setManner { $0.conditions = manner }
        let answer = await client.send("PUT", "/bucket/k", ["If-None-Match": "*"], body: Array("new".utf8))
        #expect(answer.status == status)
        #expect(server.object("k")?.bytes == Array(content.utf8))
        let read = await client.send("GET", "/bucket/k", ["If-Match": "\"\(etag)\""])
        #expect(read.status == (content == "old" || manner == .ignored ? 200 : 412))
    }

    @Test("a multipart upload is seen when it is completed, and only then")
    func multipart() async {
        server.setManner { $0.smallestPart = 3 }
        let begun = await client.send("POST", "/bucket/k?uploads", ["x-amz-meta-a": "b"])
        #expect(begun.text.contains("<UploadId>upload-1</UploadId>"))
        let one = await client.send(
            "PUT",
            "/bucket/k?partNumber=1&uploadId=upload-1",
            body: Array("abc".utf8)
        )
        let two = await client.send("PUT", "/bucket/k?partNumber=2&uploadId=upload-1", body: Array("d".utf8))
        #expect(await client.send("HEAD", "/bucket/k").status == 404)
        let parts = await client.send("GET", "/bucket/k?uploadId=upload-1")
        #expect(parts.text.contains("<PartNumber>2</PartNumber>") && parts.text.contains("<Size>1</Size>"))
        #expect(await client.send("GET", "/bucket?uploads&prefix=k").text.contains("<UploadId>upload-1<"))
        let list = [one, two].enumerated().map { index, part in
            "<Part><PartNumber>\(index + 1)</PartNumber><ETag>\(part.headers["etag"] ?? "")</ETag></Part>"
        }
        let body = Array("<CompleteMultipartUpload>\(list.joined())</CompleteMultipartUpload>".utf8)
        let completed = await client.send("POST", "/bucket/k?uploadId=upload-1", body: body)
        #expect(completed.status == 200 && server.object("k")?.bytes == Array("abcd".utf8))
        #expect(server.object("k")?.etag.hasSuffix("-2") == true)
        #expect(server.object("k")?.fields["x-amz-meta-a"] == "b" && server.openUploads().isEmpty)
        let again = await client.send("POST", "/bucket/k?uploadId=upload-1", body: body)
        #expect(again.text.contains("NoSuchUpload"))
    }

    @Test("copies keep bytes, fields and tags")
    func copies() async {
        server.put("a b", Array("x".utf8), fields: ["content-type": "text/x"])
        let tagging = Array(
            "<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>".utf8
        )
        #expect(await client.send("PUT", "/bucket/a%20b?tagging", body: tagging).status == 200)
        let copied = await client.send("PUT", "/bucket/c", ["x-amz-copy-source": "/bucket/a%20b"])
        #expect(copied.text.contains("CopyObjectResult"))
        #expect(
            server.object("c")?.fields["content-type"] == "text/x" && server.object("c")?.tags == ["k": "v"]
        )
        #expect(await client.send("GET", "/bucket/c?tagging").text.contains("<Key>k</Key><Value>v</Value>"))
    }
}
