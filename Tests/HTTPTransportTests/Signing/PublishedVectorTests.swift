internal import EventModel
internal import Foundation
internal import Testing

internal import HTTPTransport

/// Signatures that AWS published.
@Suite struct PublishedVectorTests {
    /// The examples of "Signature Calculations for the Authorization Header: Transferring Payload in a Single
    /// Chunk" and "Authenticating Requests: Using Query Parameters", S3 API Reference.
    private static let credentials = Credentials(
        accessKey: "AKIAIOSFODNN7EXAMPLE",
        secretKey: Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    )
    private static let endpoint = HTTPEndpoint(
        isTLS: true,
        host: "examplebucket.s3.amazonaws.com",
        port: 443
    )
    /// 2013-05-24T00:00:00Z.
    private static let time = Timestamp(milliseconds: 1_369_353_600_000)

    private func authorization(_ request: HTTPRequest) -> String? {
        var request = request
        SignatureV4().sign(
            &request,
            with: Self.credentials,
            region: "us-east-1",
            service: "s3",
            payload: .computed,
            at: Self.time
        )
        return request.headers.first { $0.name == "authorization" }?.value
    }

    @Test("the S3 documentation's GET of a range is signed as printed there")
    func getObject() {
        let request = HTTPRequest(
            endpoint: Self.endpoint,
            path: "/test.txt",
            headers: [HTTPField(name: "range", value: "bytes=0-9")]
        )
        #expect(
            authorization(request)
                == "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
                + "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
                + "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        )
    }

    @Test("the S3 documentation's PUT with a `$` in its key is signed as printed there")
    func putObject() {
        let request = HTTPRequest(
            method: "PUT",
            endpoint: Self.endpoint,
            path: "/test%24file.text",
            headers: [
                HTTPField(name: "x-amz-storage-class", value: "REDUCED_REDUNDANCY"),
                HTTPField(name: "date", value: "Fri, 24 May 2013 00:00:00 GMT"),
            ],
            body: Array("Welcome to Amazon S3.".utf8)
        )
        #expect(
            authorization(request)?.hasSuffix(
                "SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class, "
                    + "Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"
            ) == true
        )
    }

    @Test(
        "the S3 documentation's requests for a bucket are signed as printed there",
        arguments: [
            (
                [HTTPField(name: "lifecycle", value: "")],
                "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"
            ),
            (
                [HTTPField(name: "prefix", value: "J"), HTTPField(name: "max-keys", value: "2")],
                "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
            ),
        ]
    )
    func bucket(query: [HTTPField], signature: String) {
        let request = HTTPRequest(endpoint: Self.endpoint, query: query)
        #expect(authorization(request)?.hasSuffix("Signature=" + signature) == true)
    }

    @Test("the S3 documentation's presigned URL comes out as printed there")
    func presigned() {
        let url = SignatureV4().presign(
            HTTPRequest(endpoint: Self.endpoint, path: "/test.txt"),
            with: Self.credentials,
            region: "us-east-1",
            service: "s3",
            expiresAfter: .seconds(86_400),
            at: Self.time
        )
        #expect(
            url
                == "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
                + "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
                + "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
                + "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
        )
    }

    @Test("every request of AWS's signing test suite is signed as there, in a header and in a query")
    func suite() throws {
        let suite = try SigningSuite.load()
        #expect(suite.cases.count == 38)
        let signer = SignatureV4()
        for item in suite.cases {
            var request = try item.parsed()
            let token = item.omitToken ? nil : item.token.map { Secret($0) }
            let credentials = Credentials(
                accessKey: suite.accessKey,
                secretKey: Secret(suite.secretKey),
                sessionToken: token
            )
            let time = Timestamp(milliseconds: suite.time * 1000)
            let url = signer.presign(
                request,
                with: credentials,
                region: suite.region,
                service: suite.service,
                expiresAfter: .seconds(suite.expires),
                at: time,
                keepingPath: !item.normalize
            )
            #expect(url.hasSuffix("&X-Amz-Signature=" + item.querySignature), "\(item.name)")
            // In these the body's hash is a header, which only S3 wants.
            guard !item.signBody else { continue }
            signer.sign(
                &request,
                with: credentials,
                region: suite.region,
                service: suite.service,
                payload: .computed,
                at: time,
                keepingPath: !item.normalize
            )
            let header = request.headers.last?.value
            #expect(header?.hasSuffix("Signature=" + item.headerSignature) == true, "\(item.name)")
        }
    }
}
