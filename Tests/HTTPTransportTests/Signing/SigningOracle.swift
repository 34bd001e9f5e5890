internal import EventModel
internal import Foundation
internal import TestSupport
internal import Testing

internal import HTTPTransport

/// A seeded request, for our signer and for botocore.
struct SigningSample: Encodable {
    let method: String
    let url: String
    let headers: [String: String]
    let body: String
    let service: String
    let region: String
    let accessKey: String
    let secretKey: String
    let token: String?
    let time: Int64
    let unsigned: Bool
    let expires: Int?

    private let path: String
    private let query: [HTTPField]

    private enum CodingKeys: CodingKey {
        case method, url, headers, body, service, region, accessKey, secretKey, token, time, unsigned, expires
    }

    /// What keys and values are made of (traps K01 to K06).
    private static let odd = [
        "a", " ", "+", "%", "%20", "%2B", "/", "..", ".", "//", "~", "ü", "u\u{308}", "😀", "\u{1}", "\u{7F}",
        "\n", "\t", "&", "=", "?", "#", "*", "'", "(", "!", "\"", "<", "\u{FEFF}", "\u{202E}", "-", "_", ":",
        "@", "$", ",", ";", "Z", "0", "\\", "|", "^", "`", "{",
    ]

    private static let words = ["gzip", "a  b", " x ", "1;2", "text/plain; charset=utf-8", "\"etag\""]

    private static func text(_ random: inout TestRandom) -> String {
        (0...random.below(8)).map { _ in random.pick(odd) }.joined()
    }

    /// Draws a request.
    init(number: Int, random: inout TestRandom) {
        service = random.pick(["s3", "s3", "s3", "sqs", "sts"])
        method = random.pick(["GET", "PUT", "HEAD", "DELETE", "POST"])
        path = "/" + HTTPRequest.encode(Self.text(&random).utf8, keepingSlash: true)
        query = (0..<random.below(5)).map {
            HTTPField(name: "\(Self.text(&random))\($0)", value: Self.text(&random))
        }
        var headers: [String: String] = [:]
        for name in ["content-type", "if-match", "x-amz-meta-a", "x-amz-meta-z", "range", "cache-control"]
        where random.below(3) == 0 {
            headers[name] = random.pick(Self.words)
        }
        self.headers = headers
        let host = random.pick([
            "https://b.s3.amazonaws.com", "http://127.0.0.1:9000", "https://minio.example:443", "http://h:80",
            "https://[::1]:9000",
        ])
        let request = HTTPRequest(
            endpoint: HTTPEndpoint(isTLS: true, host: "h", port: 1),
            path: path,
            query: query
        )
        url = host + request.target
        expires = method != "POST" && random.below(4) == 0 ? 1 + random.below(604_800) : nil
        body = expires == nil && ["PUT", "POST"].contains(method) ? Self.text(&random) : ""
        region = random.pick(["us-east-1", "eu-west-1", "auto"])
        accessKey = "AKID\(number % 7)"
        secretKey = "secret/\(number % 5)+="
        token = random.below(3) == 0 ? "token/+=\(number)" : nil
        time = Int64(random.below(2_000_000_000))
        unsigned = service == "s3" && random.below(2) == 0
    }

    /// Our signature.
    func signature(by signer: SignatureV4) -> String {
        let parts = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        guard let endpoint = HTTPEndpoint(url: parts[0] + "//" + parts[2]) else { return "no endpoint" }
        var request = HTTPRequest(
            method: method,
            endpoint: endpoint,
            path: path,
            query: query,
            headers: headers.map { HTTPField(name: $0.key, value: $0.value) },
            body: Array(body.utf8)
        )
        let credentials = Credentials(
            accessKey: accessKey,
            secretKey: Secret(secretKey),
            sessionToken: token.map { Secret($0) }
        )
        let moment = Timestamp(milliseconds: time * 1000)
        if let expires {
            let url = signer.presign(
                request,
                with: credentials,
                region: region,
                service: service,
                expiresAfter: .seconds(expires),
                at: moment
            )
            return String(url.suffix(64))
        }
        signer.sign(
            &request,
            with: credentials,
            region: region,
            service: service,
            payload: unsigned ? .unsigned : .computed,
            at: moment
        )
        return String(request.headers.last?.value.suffix(64) ?? "")
    }
}

/// botocore as a signer that nobody here wrote.
enum SigningOracle {
    /// The python3 that has botocore: that of the tests' own environment where there is one.
    private static var python: String {
        let own = SigningSuite.root.appendingPathComponent(".build/test-venv/bin/python3").path
        return FileManager.default.isExecutableFile(atPath: own) ? own : "python3"
    }

    /// The signatures of all samples, in order.
    static func signatures(_ samples: [SigningSample]) throws -> [String] {
        let directory = TemporaryDirectory()
        let input = URL(fileURLWithPath: directory.path).appendingPathComponent("requests.json")
        try JSONEncoder().encode(samples).write(to: input)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            python, SigningSuite.root.appendingPathComponent("Tests/Oracles/signatures").path,
        ]
        process.standardInput = try FileHandle(forReadingFrom: input)
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "botocore must be installed: make setup-test")
        return try JSONDecoder().decode([String].self, from: bytes)
    }
}
