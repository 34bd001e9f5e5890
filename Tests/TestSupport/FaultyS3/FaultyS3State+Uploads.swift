internal import Crypto
internal import EventModel

extension FaultyS3State {
    /// CreateMultipartUpload.
    mutating func createUpload(_ request: FaultyS3Request, now: Int) -> FaultyS3Response {
        uploadCount += 1
        let id = "upload-\(uploadCount)"
        uploads[id] = FaultyS3Upload(
            bucket: request.bucket,
            key: request.key,
            fields: FaultyS3Object.fields(of: request),
            tags: Self.tags(request.headers["x-amz-tagging"]),
            begun: now
        )
        return named("InitiateMultipartUploadResult", request, "<UploadId>\(id)</UploadId>")
    }

    /// UploadPart and UploadPartCopy.
    mutating func uploadPart(_ request: FaultyS3Request) -> FaultyS3Response {
        guard let id = request.text("uploadId"), let upload = uploads[id], upload.key == request.key else {
            return .error(404, "NoSuchUpload")
        }
        guard let number = request.text("partNumber").flatMap(Int.init), (1...10_000).contains(number) else {
            return .error(400, "InvalidArgument")
        }
        var bytes = request.body
        if request.kind == .copyPart {
            guard let source = source(of: request) else { return .error(404, "NoSuchKey") }
            bytes = source.bytes
            if let text = request.headers["x-amz-copy-source-range"] {
                guard let range = Self.range(text, of: bytes.count) else {
                    return .error(416, "InvalidRange")
                }
                bytes = Array(bytes[range])
            }
        }
        uploads[id]?.parts[number] = bytes
        let etag = FaultyS3Object.md5(bytes)
        if request.kind == .copyPart {
            return .xml("<CopyPartResult \(FaultyS3XML.space)><ETag>\"\(etag)\"</ETag></CopyPartResult>")
        }
        return FaultyS3Response(status: 200, headers: [("ETag", "\"\(etag)\"")])
    }

    /// CompleteMultipartUpload.
    mutating func complete(_ request: FaultyS3Request, now: Int) -> FaultyS3Response {
        // Real stores look at the body before they look for the upload.
        let numbers = FaultyS3XML.texts(of: "PartNumber", in: request.body).compactMap { Int($0) }
        let etags = FaultyS3XML.texts(of: "ETag", in: request.body).map { $0[...].trimming { $0 == "\"" } }
        guard !numbers.isEmpty, numbers.count == etags.count else { return .error(400, "MalformedXML") }
        guard zip(numbers, numbers.dropFirst()).allSatisfy({ $0 < $1 }) else {
            return .error(400, "InvalidPartOrder")
        }
        guard let id = request.text("uploadId"), let upload = uploads[id], upload.key == request.key else {
            return .error(404, "NoSuchUpload")
        }
        if let answer = broken(request, buckets[request.bucket]?.objects[request.key]) { return answer }
        var bytes: [UInt8] = []
        var digests: [UInt8] = []
        for (number, etag) in zip(numbers, etags) {
            guard let part = upload.parts[number], FaultyS3Object.md5(part) == etag else {
                return .error(400, "InvalidPart")
            }
            if number != numbers.last, part.count < manner.smallestPart {
                return .error(400, "EntityTooSmall")
            }
            bytes += part
            digests += FaultyS3Object.bytes(hexadecimal: String(etag))
        }
        let etag = opaque(now) ?? "\(FaultyS3Object.md5(digests))-\(numbers.count)"
        let object = FaultyS3Object(
            bytes: bytes,
            etag: etag,
            modified: now,
            fields: upload.fields,
            tags: upload.tags
        )
        store(object, bucket: request.bucket, key: request.key)
        uploads[id] = nil
        return named("CompleteMultipartUploadResult", request, "<ETag>&quot;\(etag)&quot;</ETag>")
    }

    /// ListParts, `max-parts` at a time.
    func listParts(_ request: FaultyS3Request) -> FaultyS3Response {
        guard let id = request.text("uploadId"), let upload = uploads[id] else {
            return .error(404, "NoSuchUpload")
        }
        let after = request.text("part-number-marker").flatMap(Int.init) ?? 0
        let limit = request.text("max-parts").flatMap(Int.init) ?? 1000
        let numbers = upload.parts.keys.filter { $0 > after }.sorted()
        let parts = numbers.prefix(limit).compactMap { number in
            upload.parts[number].map { bytes in
                "<Part><PartNumber>\(number)</PartNumber>"
                    + "<ETag>&quot;\(FaultyS3Object.md5(bytes))&quot;</ETag>"
                    + "<Size>\(bytes.count)</Size></Part>"
            }
        }
        let last = numbers.prefix(limit).last ?? after
        return named(
            "ListPartsResult",
            request,
            "<UploadId>\(id)</UploadId><NextPartNumberMarker>\(last)</NextPartNumberMarker>"
                + "<IsTruncated>\(numbers.count > limit)</IsTruncated>\(parts.joined())"
        )
    }

    /// ListMultipartUploads of a prefix, all on one page.
    func listUploads(_ request: FaultyS3Request) -> FaultyS3Response {
        let prefix = request.query["prefix"] ?? []
        let found = uploads.filter {
            $0.value.bucket == request.bucket && $0.value.key.bytes.starts(with: prefix)
        }
        var body = Array(
            "<ListMultipartUploadsResult \(FaultyS3XML.space)><IsTruncated>false</IsTruncated>".utf8
        )
        for (id, upload) in found.sorted(by: { ($0.value.key, $0.key) < ($1.value.key, $1.key) }) {
            body += Array("<Upload><Key>".utf8) + shown(upload.key, request)
            body += Array("</Key><UploadId>\(id)</UploadId>".utf8)
            body += Array("<Initiated>\(FaultyS3Clock.iso(upload.begun))</Initiated></Upload>".utf8)
        }
        body += Array("</ListMultipartUploadsResult>".utf8)
        return FaultyS3Response(status: 200, headers: [("Content-Type", "application/xml")], body: body)
    }

    /// An answer that echoes bucket and key as they are, which may be no XML at all (trap L09).
    private func named(_ name: String, _ request: FaultyS3Request, _ rest: String) -> FaultyS3Response {
        var body = Array(
            "\(FaultyS3XML.prologue)<\(name) \(FaultyS3XML.space)><Bucket>\(request.bucket)".utf8
        )
        body += Array("</Bucket><Key>".utf8) + FaultyS3XML.escape(request.key.bytes)
        body += Array("</Key>\(rest)</\(name)>".utf8)
        return FaultyS3Response(status: 200, headers: [("Content-Type", "application/xml")], body: body)
    }

    /// A key as a listing shows it.
    func shown(_ key: ObjectKey, _ request: FaultyS3Request) -> [UInt8] {
        request.text("encoding-type") == "url" && manner.encodesListings
            ? FaultyS3XML.percentEncode(key.bytes) : FaultyS3XML.escape(key.bytes)
    }
}
