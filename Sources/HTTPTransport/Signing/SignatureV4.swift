internal import Crypto
public import EventModel

/// Signs requests with AWS Signature Version 4, in a header or in the query of a URL.
///
/// The rules are those of "Create a signed AWS API request" (IAM User Guide) and, for S3, of "Signature
/// Calculations for the Authorization Header" and "Authenticating Requests: Using Query Parameters" (S3 API
/// Reference). Make one and keep it: it remembers signing keys, which last for a day each.
public final class SignatureV4: Sendable {
    /// How the body takes part in a signature.
    public enum PayloadHash: Sendable, Hashable {
        /// The body is not signed; only over TLS, where nobody else can change it (trap S17).
        case unsigned
        /// The SHA-256 of the request's body, computed here.
        case computed
        /// The SHA-256 of a body that the caller knows, in lower case hexadecimal digits.
        case hash(String)
    }

    /// The longest time that a presigned URL can be good for (S3 API Reference, `X-Amz-Expires`).
    public static let longestExpiry = Duration.seconds(604_800)

    private let keys = SigningKeys()

    /// Makes a signer that remembers no key yet.
    public init() {}

    /// Adds the headers that sign a request, in place of those of an earlier signature.
    ///
    /// Signs `host` and all headers but those that proxies change. The path of an S3 request is taken as it
    /// is; that of other services is normalised and encoded once more. O(request), and with `.computed`
    /// O(body).
    public func sign(
        _ request: inout HTTPRequest,
        with credentials: Credentials,
        region: String,
        service: String,
        payload: PayloadHash,
        at time: Timestamp
    ) {
        sign(
            &request,
            with: credentials,
            region: region,
            service: service,
            payload: payload,
            at: time,
            keepingPath: Self.isS3(service)
        )
    }

    /// A URL that does what the request asks, for whoever holds it, until so long after `time`.
    ///
    /// Its holder has to send the request's headers along, because they are signed. The body is not signed
    /// for S3. A presigned URL is a secret: keep it out of logs (trap S13).
    public func presign(
        _ request: HTTPRequest,
        with credentials: Credentials,
        region: String,
        service: String,
        expiresAfter expiry: Duration,
        at time: Timestamp
    ) -> String {
        presign(
            request,
            with: credentials,
            region: region,
            service: service,
            expiresAfter: expiry,
            at: time,
            keepingPath: Self.isS3(service)
        )
    }

    /// As the public form, with the treatment of the path chosen by the caller.
    package func sign(
        _ request: inout HTTPRequest,
        with credentials: Credentials,
        region: String,
        service: String,
        payload: PayloadHash,
        at time: Timestamp,
        keepingPath: Bool
    ) {
        let stamp = SigningTime(time)
        let hash = Self.payloadHash(payload, request.body)
        request.headers.removeAll { Self.ownHeaders.contains($0.name) }
        request.headers.append(HTTPField(name: "x-amz-date", value: stamp.text))
        if Self.isS3(service) {
            request.headers.append(HTTPField(name: "x-amz-content-sha256", value: hash))
        }
        if let token = credentials.sessionToken {
            request.headers.append(HTTPField(name: "x-amz-security-token", value: token.reveal()))
        }
        let canonical = CanonicalRequest(request, payloadHash: hash, keepingPath: keepingPath)
        let scope = Self.scope(stamp, region, service)
        let key = keys.key(secret: credentials.secretKey, day: stamp.day, region: region, service: service)
        let signature = Self.signature(canonical.bytes, stamp, scope, key)
        request.headers.append(
            HTTPField(
                name: "authorization",
                value: "AWS4-HMAC-SHA256 Credential=\(credentials.accessKey)/\(scope), "
                    + "SignedHeaders=\(canonical.signedHeaders), Signature=\(signature)"
            )
        )
    }

    /// As the public form, with the treatment of the path chosen by the caller.
    package func presign(
        _ request: HTTPRequest,
        with credentials: Credentials,
        region: String,
        service: String,
        expiresAfter expiry: Duration,
        at time: Timestamp,
        keepingPath: Bool
    ) -> String {
        let stamp = SigningTime(time)
        let scope = Self.scope(stamp, region, service)
        let seconds = min(max(expiry, .seconds(1)), Self.longestExpiry).components.seconds
        var request = request
        request.headers.removeAll { Self.ownHeaders.contains($0.name) && $0.name != "x-amz-content-sha256" }
        var parameters = [
            HTTPField(name: "X-Amz-Algorithm", value: "AWS4-HMAC-SHA256"),
            HTTPField(name: "X-Amz-Credential", value: "\(credentials.accessKey)/\(scope)"),
            HTTPField(name: "X-Amz-Date", value: stamp.text),
            HTTPField(name: "X-Amz-Expires", value: String(seconds)),
            HTTPField(name: "X-Amz-SignedHeaders", value: CanonicalRequest.signedHeaders(of: request)),
        ]
        if let token = credentials.sessionToken {
            parameters.append(HTTPField(name: "X-Amz-Security-Token", value: token.reveal()))
        }
        request.query += parameters
        let hash = Self.payloadHash(Self.isS3(service) ? .unsigned : .computed, request.body)
        let canonical = CanonicalRequest(request, payloadHash: hash, keepingPath: keepingPath)
        let key = keys.key(secret: credentials.secretKey, day: stamp.day, region: region, service: service)
        let signature = Self.signature(canonical.bytes, stamp, scope, key)
        request.query.append(HTTPField(name: "X-Amz-Signature", value: signature))
        return (request.endpoint.isTLS ? "https://" : "http://") + request.endpoint.authority + request.target
    }

    /// Headers that a signature brings.
    private static let ownHeaders: Set<String> = [
        "authorization", "x-amz-date", "x-amz-content-sha256", "x-amz-security-token",
    ]

    private static func isS3(_ service: String) -> Bool { service == "s3" }

    private static func scope(_ stamp: SigningTime, _ region: String, _ service: String) -> String {
        "\(stamp.day)/\(region)/\(service)/aws4_request"
    }

    private static func payloadHash(_ payload: PayloadHash, _ body: [UInt8]) -> String {
        switch payload {
        case .unsigned: "UNSIGNED-PAYLOAD"
        case .hash(let text): text
        case .computed:
            body.isEmpty
                ? "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
                : hexadecimal(SHA256.hash(data: body))
        }
    }

    private static func signature(
        _ canonical: [UInt8],
        _ stamp: SigningTime,
        _ scope: String,
        _ key: SymmetricKey
    ) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(192)
        text += "AWS4-HMAC-SHA256\n".utf8
        text += stamp.text.utf8
        text.append(UInt8(ascii: "\n"))
        text += scope.utf8
        text.append(UInt8(ascii: "\n"))
        text += hexadecimal(SHA256.hash(data: canonical)).utf8
        return hexadecimal(HMAC<SHA256>.authenticationCode(for: text, using: key))
    }

    /// Lower case hexadecimal digits.
    private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        var digits: [UInt8] = []
        digits.reserveCapacity(64)
        for byte in bytes {
            digits.append(digit(byte >> 4))
            digits.append(digit(byte & 15))
        }
        return String(decoding: digits, as: UTF8.self)
    }

    private static func digit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
    }
}
