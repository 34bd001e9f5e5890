internal import Crypto
internal import EventModel
internal import Glibc

extension FaultyS3State {
    /// Why a request may not do anything, or nil.
    ///
    /// The signature itself is not computed: real servers in the tests do that. What a signature names (key,
    /// region, time) is looked at, in the header or in the query of a presigned request.
    func refusal(of request: FaultyS3Request, now: Int) -> FaultyS3Response? {
        let scope = Self.scope(of: request)
        if let known = manner.accessKeys {
            guard let scope else { return .error(403, "AccessDenied") }
            guard known.contains(scope.key) else { return .error(403, "InvalidAccessKeyId") }
        }
        if let token = manner.sessionToken {
            let shown = request.headers["x-amz-security-token"] ?? request.text("X-Amz-Security-Token")
            guard shown == token else { return .error(403, "ExpiredToken") }
        }
        if let limit = manner.skewLimit, let scope, abs(scope.seconds - now) > limit {
            return .error(403, "RequestTimeTooSkewed", "<ServerTime>\(FaultyS3Clock.iso(now))</ServerTime>")
        }
        if let region = manner.region, let scope, scope.region != region {
            guard manner.redirectsRegion else {
                return .error(400, "AuthorizationHeaderMalformed", "<Region>\(region)</Region>")
            }
            var answer = FaultyS3Response.error(301, "PermanentRedirect", "<Endpoint>elsewhere</Endpoint>")
            answer.headers.append(("x-amz-bucket-region", region))
            return answer
        }
        if manner.deniedBuckets.contains(request.bucket) { return .error(403, "AccessDenied") }
        return mismatch(of: request)
    }

    private func mismatch(of request: FaultyS3Request) -> FaultyS3Response? {
        let hash = request.headers["x-amz-content-sha256"] ?? "UNSIGNED-PAYLOAD"
        if hash.count == 64 {
            let ours = FaultyS3Object.hexadecimal(Array(SHA256.hash(data: request.body)))
            return hash == ours ? nil : .error(400, "XAmzContentSHA256Mismatch")
        }
        let writes = request.method == "PUT" || request.method == "POST"
        return manner.requiresPayloadHash && writes ? .error(400, "InvalidRequest") : nil
    }

    /// What a signature names.
    private static func scope(of request: FaultyS3Request) -> (key: String, region: String, seconds: Int)? {
        // Authorization: AWS4-HMAC-SHA256 Credential=KEY/20261001/region/s3/aws4_request, SignedHeaders=…
        var credential = request.text("X-Amz-Credential")
        if let header = request.headers["authorization"], let start = header.firstRange(of: "Credential=") {
            credential = header[start.upperBound...].split(separator: ",").first.map(String.init)
        }
        let parts = (credential ?? "").split(separator: "/")
        guard parts.count >= 5 else { return nil }
        let date = request.headers["x-amz-date"] ?? request.text("X-Amz-Date") ?? ""
        // An access key may hold slashes; the last four parts are fixed.
        return (
            parts.dropLast(4).joined(separator: "/"), String(parts[parts.count - 3]),
            FaultyS3Clock.seconds(basic: date)
        )
    }
}

/// Times as S3 writes them.
enum FaultyS3Clock {
    /// `Thu, 01 Oct 2026 00:00:00 GMT` (RFC 9110, 5.6.7).
    static func http(_ seconds: Int) -> String { format(seconds, "%a, %d %b %Y %H:%M:%S GMT") }

    /// `2026-10-01T00:00:00.000Z`.
    static func iso(_ seconds: Int) -> String { format(seconds, "%Y-%m-%dT%H:%M:%S.000Z") }

    /// Seconds since 1970 of `20261001T000000Z`; 0 when it is something else.
    static func seconds(basic text: String) -> Int {
        let digits = text.compactMap(\.wholeNumberValue)
        guard text.count == 16, digits.count == 14 else { return 0 }
        let number = { (range: Range<Int>) in digits[range].reduce(0) { $0 * 10 + $1 } }
        var fields = unsafe tm()
        unsafe fields.tm_year = Int32(number(0..<4) - 1900)
        unsafe fields.tm_mon = Int32(number(4..<6) - 1)
        unsafe fields.tm_mday = Int32(number(6..<8))
        unsafe fields.tm_hour = Int32(number(8..<10))
        unsafe fields.tm_min = Int32(number(10..<12))
        unsafe fields.tm_sec = Int32(number(12..<14))
        return unsafe timegm(&fields)
    }

    private static func format(_ seconds: Int, _ pattern: String) -> String {
        var fields = unsafe tm()
        var time = time_t(seconds)
        _ = unsafe gmtime_r(&time, &fields)
        let text = unsafe [CChar](unsafeUninitializedCapacity: 64) { buffer, count in
            count = unsafe strftime(buffer.baseAddress, 64, pattern, &fields)
        }
        return String(decoding: text.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
