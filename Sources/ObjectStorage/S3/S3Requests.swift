internal import EventModel
internal import HTTPTransport

/// Builds the requests of S3's interface (AWS, "Amazon S3 API Reference"); pure.
struct S3Requests: Sendable {
    /// Where they go.
    let address: S3Address
    /// How long they may take.
    let limits: S3Limits

    /// HeadObject.
    func head(_ key: ObjectKey) -> HTTPRequest { make("HEAD", key, within: limits.small) }

    /// HeadBucket.
    func headBucket() -> HTTPRequest {
        makeOfBucket("HEAD", [], within: limits.small)
    }

    /// GetObject: of one version only, and a part only, where these are given.
    func get(_ key: ObjectKey, tag: String?, range: Range<UInt64>? = nil) -> HTTPRequest {
        var request = make("GET", key)
        if let tag { request.set("if-match", S3Version.quoted(tag)) }
        if let range { request.set("range", "bytes=\(range.lowerBound)-\(range.upperBound - 1)") }
        return request
    }

    /// PutObject.
    func put(_ key: ObjectKey, _ body: [UInt8], _ attributes: ObjectAttributes) -> HTTPRequest {
        var request = make("PUT", key)
        request.headers = S3Attributes.headers(attributes)
        request.body = body
        return request
    }

    /// DeleteObject; of one version only, where the store honours that.
    func delete(_ key: ObjectKey, tag: String? = nil) -> HTTPRequest {
        var request = make("DELETE", key, within: limits.small)
        if let tag { request.set("if-match", S3Version.quoted(tag)) }
        return request
    }

    /// ListObjectsV2; keys come percent-encoded, because XML cannot carry all of them (traps L08, L10).
    func list(prefix: String, token: String?, limit: Int = 1000) -> HTTPRequest {
        var query = [
            HTTPField(name: "list-type", value: "2"), HTTPField(name: "encoding-type", value: "url"),
        ]
        query.append(HTTPField(name: "max-keys", value: "\(limit)"))
        if !prefix.isEmpty { query.append(HTTPField(name: "prefix", value: prefix)) }
        if let token { query.append(HTTPField(name: "continuation-token", value: token)) }
        return makeOfBucket("GET", query, within: limits.list)
    }

    /// GetBucketVersioning.
    func versioning() -> HTTPRequest {
        makeOfBucket("GET", [HTTPField(name: "versioning", value: "")], within: limits.small)
    }

    /// GetObjectTagging.
    func tags(_ key: ObjectKey) -> HTTPRequest {
        make("GET", key, [HTTPField(name: "tagging", value: "")], within: limits.small)
    }

    /// PutObjectTagging; replaces all tags.
    func putTags(_ key: ObjectKey, _ tags: [String: String]) -> HTTPRequest {
        var request = make("PUT", key, [HTTPField(name: "tagging", value: "")], within: limits.small)
        let set = tags.sorted { $0.key < $1.key }.map { tag in
            "<Tag><Key>\(S3Text.escaped(tag.key))</Key><Value>\(S3Text.escaped(tag.value))</Value></Tag>"
        }
        request.body = Array("<Tagging><TagSet>\(set.joined())</TagSet></Tagging>".utf8)
        // Required with this body (AWS, PutObjectTagging).
        request.set("content-md5", S3Text.base64(MD5Tag.digest(request.body)))
        return request
    }

    private func make(
        _ method: String,
        _ key: ObjectKey,
        _ query: [HTTPField] = [],
        within limit: Duration? = nil
    ) -> HTTPRequest {
        let path = address.path(of: key)
        return HTTPRequest(
            method: method,
            endpoint: address.endpoint,
            path: path,
            query: query,
            timeout: limit
        )
    }

    private func makeOfBucket(
        _ method: String,
        _ query: [HTTPField],
        within limit: Duration
    ) -> HTTPRequest {
        HTTPRequest(
            method: method,
            endpoint: address.endpoint,
            path: address.bucketPath,
            query: query,
            timeout: limit
        )
    }
}

/// Multipart uploads.
extension S3Requests {
    /// CreateMultipartUpload.
    func createUpload(_ key: ObjectKey, _ attributes: ObjectAttributes) -> HTTPRequest {
        var request = make("POST", key, [HTTPField(name: "uploads", value: "")], within: limits.small)
        request.headers = S3Attributes.headers(attributes)
        return request
    }

    /// UploadPart; parts are numbered from 1.
    func uploadPart(_ key: ObjectKey, upload: String, number: Int, _ body: [UInt8]) -> HTTPRequest {
        let query = [
            HTTPField(name: "partNumber", value: "\(number)"), HTTPField(name: "uploadId", value: upload),
        ]
        var request = make("PUT", key, query)
        request.body = body
        return request
    }

    /// ListParts, from after a part.
    func listParts(_ key: ObjectKey, upload: String, after number: Int) -> HTTPRequest {
        var query = [HTTPField(name: "uploadId", value: upload)]
        if number > 0 { query.append(HTTPField(name: "part-number-marker", value: "\(number)")) }
        return make("GET", key, query, within: limits.list)
    }

    /// CompleteMultipartUpload; with `ifAbsent` only where no object lies yet.
    func completeUpload(_ key: ObjectKey, upload: String, tags: [String], ifAbsent: Bool) -> HTTPRequest {
        let query = [HTTPField(name: "uploadId", value: upload)]
        var request = make("POST", key, query, within: limits.end)
        request.headers = [HTTPField(name: "content-type", value: "application/xml")]
        if ifAbsent { request.set("if-none-match", "*") }
        var text = "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        for (index, tag) in tags.enumerated() {
            text += "<Part><PartNumber>\(index + 1)</PartNumber>"
            text += "<ETag>\(S3Text.escaped(S3Version.quoted(tag)))</ETag></Part>"
        }
        request.body = Array((text + "</CompleteMultipartUpload>").utf8)
        return request
    }

    /// AbortMultipartUpload.
    func abortUpload(_ key: ObjectKey, upload: String) -> HTTPRequest {
        make("DELETE", key, [HTTPField(name: "uploadId", value: upload)], within: limits.small)
    }

    /// ListMultipartUploads.
    func listUploads(prefix: String, keyMarker: String?, uploadMarker: String?) -> HTTPRequest {
        var query = [HTTPField(name: "uploads", value: ""), HTTPField(name: "encoding-type", value: "url")]
        if !prefix.isEmpty { query.append(HTTPField(name: "prefix", value: prefix)) }
        if let keyMarker { query.append(HTTPField(name: "key-marker", value: keyMarker)) }
        if let uploadMarker { query.append(HTTPField(name: "upload-id-marker", value: uploadMarker)) }
        return makeOfBucket("GET", query, within: limits.list)
    }
}

extension HTTPRequest {
    /// Adds a header, in place of one of the same name.
    mutating func set(_ name: String, _ value: String) {
        headers.removeAll { $0.name == name }
        headers.append(HTTPField(name: name, value: value))
    }
}
