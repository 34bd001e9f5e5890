internal import Crypto
internal import EventModel

/// One stored object.
public struct FaultyS3Object: Sendable {
    /// Its content.
    public let bytes: [UInt8]
    /// ETag without quotes: MD5 of the content, or of the parts' MD5 with `-<count>`.
    public let etag: String
    /// Seconds since 1970, by the server's clock.
    public let modified: Int
    /// Fields that go out with it: content-type, x-amz-meta-*, x-amz-storage-class and the like, lower case.
    public let fields: [String: String]
    /// Its tags.
    public internal(set) var tags: [String: String]

    init(
        bytes: [UInt8],
        etag: String? = nil,
        modified: Int,
        fields: [String: String],
        tags: [String: String] = [:]
    ) {
        self.bytes = bytes
        self.etag = etag ?? Self.md5(bytes)
        self.modified = modified
        self.fields = fields
        self.tags = tags
    }

    /// MD5 as hexadecimal digits.
    static func md5(_ bytes: [UInt8]) -> String { hexadecimal(Array(Insecure.MD5.hash(data: bytes))) }

    /// Bytes as lower-case hexadecimal digits.
    static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
            as: UTF8.self
        )
    }

    /// Bytes of hexadecimal digits.
    static func bytes(hexadecimal text: String) -> [UInt8] {
        let digits = text.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
    }

    /// What a request says about the object that it writes.
    static func fields(of request: FaultyS3Request) -> [String: String] {
        let names: Set<String> = [
            "content-type", "content-encoding", "content-disposition", "content-language", "cache-control",
            "expires", "x-amz-storage-class",
        ]
        return request.headers.filter { names.contains($0.key) || $0.key.hasPrefix("x-amz-meta-") }
    }
}

/// A multipart upload under way.
struct FaultyS3Upload: Sendable {
    let bucket: String
    let key: ObjectKey
    let fields: [String: String]
    let tags: [String: String]
    let begun: Int
    var parts: [Int: [UInt8]] = [:]
}
