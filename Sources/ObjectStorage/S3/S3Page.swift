internal import EventModel
package import HTTPTransport

/// One page of a listing.
package struct S3Page: Sendable, Hashable {
    /// Objects and markers; `.sluice/` is left out.
    package var entries: [ListEntry] = []
    /// Where the listing goes on; nil at its end.
    package var next: String?

    /// Reads a page of ListObjectsV2. Only a complete one is taken: a broken one never looks like the end, or
    /// like an empty bucket (trap L07).
    package static func read(_ response: HTTPResponse) -> S3Reading<S3Page> {
        S3Answers.read(response, "ListBucketResult") { node in
            var page = S3Page()
            var isTruncated: Bool?
            // Some stores say it behind the keys, and some do not heed the wish; theirs are plain text.
            let isEncoded = node.text(of: "EncodingType") == "url"
            page.entries.reserveCapacity(node.children.count)
            for child in node.children {
                switch child.name {
                case "Contents":
                    guard let entry = entry(child, isEncoded: isEncoded) else { return nil }
                    if !isReserved(entry.key) { page.entries.append(entry.entry) }
                case "IsTruncated": isTruncated = child.text == "true"
                case "NextContinuationToken": page.next = child.text
                default: continue
                }
            }
            guard let isTruncated else { return nil }
            if !isTruncated {
                page.next = nil
            } else if page.next?.isEmpty ?? true {
                return nil
            }
            return page
        }
    }

    private static func entry(
        _ node: XMLNode,
        isEncoded: Bool
    ) -> (key: ObjectKey, entry: ListEntry)? {
        var key: ObjectKey?
        var tag = ""
        var sizeBytes: UInt64?
        var modified = Timestamp(nanoseconds: 0)
        for child in node.children {
            switch child.name {
            case "Key":
                key = ObjectKey(bytes: isEncoded ? S3Text.decodedKey(child.text) : Array(child.text.utf8))
            case "ETag": tag = child.text
            case "Size": sizeBytes = UInt64(child.text)
            case "LastModified": modified = InternetDate.iso(child.text) ?? modified
            default: continue
            }
        }
        guard let key, let sizeBytes else { return nil }
        // A folder of a console (trap L13).
        if sizeBytes == 0, key.bytes.last == UInt8(ascii: "/") {
            return (key, .ineligible(key, reason: "marker"))
        }
        if let reason = S3KeyRules.reason(key.bytes) { return (key, .ineligible(key, reason: reason)) }
        let info = ObjectInfo(
            key: key,
            version: S3Version(tag: tag, sizeBytes: sizeBytes).version,
            sizeBytes: sizeBytes,
            modified: modified
        )
        return (key, .object(info))
    }

    private static func isReserved(_ key: ObjectKey) -> Bool { key.bytes.starts(with: S3KeyRules.reserved) }
}

/// Which keys objects at an S3 store can have.
package enum S3KeyRules {
    /// What lies below is ours.
    package static let reserved = Array("\(StagePath.reservedName)/".utf8)
    /// The longest key (AWS, "Naming Amazon S3 objects").
    package static let longestKey = 1024

    /// Why a key cannot be an object, or nil when it can. `..` and empty components are nothing special here
    /// (trap K04).
    package static func reason(_ bytes: [UInt8]) -> String? {
        if bytes.isEmpty { return "it is empty" }
        if bytes.count > longestKey { return "it is longer than \(longestKey) bytes" }
        if bytes.contains(0) { return "it contains a NUL byte" }
        if String(validating: bytes, as: UTF8.self) == nil { return "it is not UTF-8" }
        if bytes.starts(with: reserved) || bytes == reserved.dropLast() {
            return "“\(StagePath.reservedName)” is reserved for the service"
        }
        return nil
    }
}
