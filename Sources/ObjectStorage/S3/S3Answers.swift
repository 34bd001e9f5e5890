package import EventModel
package import HTTPTransport

/// What the body of an answer came to.
package enum S3Reading<Value: Sendable>: Sendable {
    /// It says what was asked for.
    case value(Value)
    /// It says no, though the status says yes (trap R04).
    case refused(S3Refusal)
    /// It is no such answer; asking again may help (trap L07).
    case garbled(String)
}

/// Reads the bodies of S3's answers; pure.
package enum S3Answers {
    /// The root element of a body; nil when it is no complete XML.
    package static func parse(_ body: [UInt8]) -> XMLNode? {
        if body.isEmpty { return nil }
        do throws(SluiceError) {
            return try XMLReader.parse(body)
        } catch {
            // Whoever asks for an element that must be there reports that it is missing.
            return nil
        }
    }

    /// Takes the body apart if its root has the right name.
    package static func read<Value: Sendable>(
        _ response: HTTPResponse,
        _ root: String,
        _ body: (XMLNode) -> Value?
    ) -> S3Reading<Value> {
        guard let node = parse(response.body) else { return .garbled("the body is no complete XML") }
        if node.name == "Error" { return .refused(S3Refusal(response)) }
        guard node.name == root else { return .garbled("the body is no \(root)") }
        guard let value = body(node) else { return .garbled("the \(root) lacks what it must have") }
        return .value(value)
    }

    /// CreateMultipartUpload: the upload's id. Nothing else is looked at (trap L09), not even the root's
    /// name, which `rclone serve s3` has otherwise.
    package static func upload(_ response: HTTPResponse) -> S3Reading<String> {
        guard let node = parse(response.body) else { return .garbled("the body is no complete XML") }
        if node.name == "Error" { return .refused(S3Refusal(response)) }
        guard let upload = node.text(of: "UploadId"), !upload.isEmpty else {
            return .garbled("the body names no upload")
        }
        return .value(upload)
    }

    /// CompleteMultipartUpload: the object's ETag; without one it did not succeed (trap R04).
    package static func completed(_ response: HTTPResponse) -> S3Reading<String> {
        read(response, "CompleteMultipartUploadResult") { node in
            node.text(of: "ETag").map { S3Version.bare($0) }
        }
    }

    /// PutObject and UploadPart: the ETag.
    package static func tag(_ response: HTTPResponse) -> S3Reading<String> {
        guard let tag = response.header("etag") else { return .garbled("the answer has no ETag") }
        return .value(S3Version.bare(tag))
    }

    /// HeadObject: what is said of the object.
    package static func info(_ response: HTTPResponse, _ key: ObjectKey) -> S3Reading<S3Head> {
        guard let head = S3Head(response.headers, key) else {
            return .garbled("the answer lacks ETag or length")
        }
        return .value(head)
    }

    /// ListParts: ETags by number, and the number to go on from.
    package static func parts(_ response: HTTPResponse) -> S3Reading<S3PartsPage> {
        guard let node = parse(response.body) else { return .garbled("the body is no complete XML") }
        if node.name == "Error" { return .refused(S3Refusal(response)) }
        // One emulator names the root otherwise.
        guard node.name == "ListPartsResult" || node.name == "ListPartsResponse" else {
            return .garbled("the body is no ListPartsResult")
        }
        var page = S3PartsPage()
        for part in node.children where part.name == "Part" {
            guard let number = part.text(of: "PartNumber").flatMap({ Int($0) }) else {
                return .garbled("a part has no number")
            }
            page.tags[number] = S3Version.bare(part.text(of: "ETag") ?? "")
        }
        if node.text(of: "IsTruncated") == "true" {
            page.next = node.text(of: "NextPartNumberMarker").flatMap { Int($0) } ?? page.tags.keys.max()
        }
        return .value(page)
    }

    /// GetObjectTagging; nil when it is the object itself that came, as from `rclone serve s3`.
    package static func tags(_ response: HTTPResponse) -> S3Reading<[String: String]?> {
        if response.status == 404 {
            let refusal = S3Refusal(response)
            // So some stores say that there are none.
            return refusal.code.hasPrefix("NoSuchTagSet") ? .value([:]) : .refused(refusal)
        }
        // Tags have no date (AWS, GetObjectTagging).
        if response.header("last-modified") != nil { return .value(nil) }
        return read(response, "Tagging") { node in
            var tags: [String: String] = [:]
            for tag in node.child("TagSet")?.children ?? [] where tag.name == "Tag" {
                if let name = tag.text(of: "Key") { tags[name] = tag.text(of: "Value") ?? "" }
            }
            return tags
        }
    }

    /// GetBucketVersioning; the emulators name its root otherwise.
    package static func versioning(_ response: HTTPResponse) -> S3Reading<Bool> {
        guard let node = parse(response.body) else { return .garbled("the body is no complete XML") }
        if node.name == "Error" { return .refused(S3Refusal(response)) }
        return .value(node.text(of: "Status") == "Enabled")
    }
}

/// Some parts of an upload.
package struct S3PartsPage: Sendable, Hashable {
    /// ETags by number.
    package var tags: [Int: String] = [:]
    /// The number after which more follow; nil at the end.
    package var next: Int?
}

/// What HEAD or GET say of an object.
package struct S3Head: Sendable {
    /// As the rest of the program knows it.
    package let info: ObjectInfo
    /// The ETag without quotes.
    package let tag: String
    /// What is kept beside the bytes.
    package let attributes: ObjectAttributes

    /// Reads the head of an answer; nil when it lacks what a version is made of.
    package init?(_ headers: [HTTPField], _ key: ObjectKey) {
        var tag: String?
        var total: UInt64?
        var length: UInt64?
        var modified: Timestamp?
        for field in headers {
            switch field.name {
            case "etag": tag = S3Version.bare(field.value)
            case "content-length": length = UInt64(field.value)
            // `bytes 0-9/100`: the whole is 100 (RFC 9110, section 14.4).
            case "content-range": total = field.value.split(separator: "/").last.flatMap { UInt64($0) }
            case "last-modified": modified = InternetDate.http(field.value)
            default: continue
            }
        }
        guard let tag, let sizeBytes = total ?? length else { return nil }
        self.tag = tag
        info = ObjectInfo(
            key: key,
            version: S3Version(tag: tag, sizeBytes: sizeBytes).version,
            sizeBytes: sizeBytes,
            modified: modified ?? Timestamp(nanoseconds: 0)
        )
        attributes = S3Attributes.attributes(headers)
    }

    /// The staged output that the object was, if it is one of ours.
    package var staged: String? { attributes.metadata[S3Attributes.stagedName] }
}
