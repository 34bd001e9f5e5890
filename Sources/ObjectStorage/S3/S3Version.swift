internal import Crypto
package import EventModel

/// The form that a version has at an S3 store: `e:<etag>-<size>`.
///
/// Never the version's id: a listing has none, and listing and HEAD must name a version alike.
package struct S3Version: Sendable, Hashable {
    /// The ETag without its quotes.
    package let tag: String
    /// Length of the object.
    package let sizeBytes: UInt64

    /// Pairs an ETag, as a header or a listing has it, with a length.
    package init(tag: some StringProtocol, sizeBytes: UInt64) {
        self.tag = Self.bare(tag)
        self.sizeBytes = sizeBytes
    }

    /// Takes an identity apart; nil when another kind of store made it.
    package init?(_ version: ObjectVersion) {
        let text = version.identity
        guard text.hasPrefix("e:"), let dash = text.lastIndex(of: "-") else { return nil }
        guard let sizeBytes = UInt64(text[text.index(after: dash)...]) else { return nil }
        tag = String(text[..<dash].dropFirst(2))
        self.sizeBytes = sizeBytes
    }

    /// The identity that the rest of the program compares.
    package var version: ObjectVersion { ObjectVersion(identity: "e:\(tag)-\(sizeBytes)") }

    /// An ETag without quotes and without the mark of a weak one (RFC 9110, section 8.8.3); some stores leave
    /// the quotes out in listings.
    package static func bare(_ text: some StringProtocol) -> String {
        var rest = Substring(text)
        if rest.hasPrefix("W/") { rest = rest.dropFirst(2) }
        if rest.hasPrefix("\"") { rest = rest.dropFirst() }
        if rest.hasSuffix("\"") { rest = rest.dropLast() }
        return String(rest)
    }

    /// An ETag as `If-Match` takes it.
    package static func quoted(_ tag: String) -> String { "\"\(tag)\"" }
}

/// ETags that are made of MD5 digests, as most stores make them.
package enum MD5Tag {
    /// The MD5 digest of some bytes.
    package static func digest(_ bytes: [UInt8]) -> [UInt8] { Array(Insecure.MD5.hash(data: bytes)) }

    /// Whether an ETag has the form of one MD5 digest.
    package static func isPlain(_ tag: String) -> Bool { bytes(tag) != nil }

    /// The ETag of an object made of parts: the MD5 digest of the parts' digests, and their count (AWS,
    /// "Checking object integrity"). Nil when a part's ETag is no MD5 digest.
    package static func composite(_ parts: [String]) -> String? {
        var joined: [UInt8] = []
        for part in parts {
            guard let digest = bytes(part) else { return nil }
            joined += digest
        }
        return hexadecimal(digest(joined)) + "-\(parts.count)"
    }

    /// Bytes as hexadecimal digits.
    package static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
            as: UTF8.self
        )
    }

    private static func bytes(_ tag: String) -> [UInt8]? {
        let digits = Array(tag.utf8)
        guard digits.count == 32 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: 32, by: 2) {
            guard let high = S3Text.hexValue(digits[index]), let low = S3Text.hexValue(digits[index + 1])
            else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return bytes
    }
}
