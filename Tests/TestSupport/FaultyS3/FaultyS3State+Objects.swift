internal import EventModel

extension FaultyS3State {
    /// HeadObject and GetObject with one range and conditions.
    mutating func read(_ request: FaultyS3Request) -> FaultyS3Response {
        let object = seen(bucket: request.bucket, key: request.key)
        if let answer = broken(request, object), object != nil { return answer }
        guard let object else { return .error(404, "NoSuchKey") }
        var answer = FaultyS3Response(status: 200, body: object.bytes)
        answer.headers = describe(object)
        if let text = request.headers["range"], !manner.ignoresRanges {
            guard let range = Self.range(text, of: object.bytes.count) else {
                var refusal = FaultyS3Response.error(416, "InvalidRange")
                refusal.headers.append(("Content-Range", "bytes */\(object.bytes.count)"))
                return refusal
            }
            answer.status = 206
            answer.body = Array(object.bytes[range])
            let last = range.upperBound - 1
            answer.headers.append(
                ("Content-Range", "bytes \(range.lowerBound)-\(last)/\(object.bytes.count)")
            )
        }
        return answer
    }

    private func describe(_ object: FaultyS3Object) -> [(name: String, value: String)] {
        var headers = object.fields.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
        headers.append(("ETag", "\"\(object.etag)\""))
        headers.append(("Last-Modified", FaultyS3Clock.http(object.modified + manner.modifiedOffset)))
        headers.append(("Accept-Ranges", "bytes"))
        if object.fields["content-type"] == nil { headers.append(("Content-Type", "binary/octet-stream")) }
        if !object.tags.isEmpty { headers.append(("x-amz-tagging-count", "\(object.tags.count)")) }
        return headers
    }

    /// The bytes that `bytes=a-b`, `bytes=a-` or `bytes=-n` asks for; nil when there are none.
    static func range(_ text: String, of count: Int) -> Range<Int>? {
        let ends = text.dropFirst("bytes=".count).split(
            separator: "-",
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        guard text.hasPrefix("bytes="), ends.count == 2 else { return nil }
        if ends[0].isEmpty {
            guard let suffix = Int(ends[1]), suffix > 0, count > 0 else { return nil }
            return max(0, count - suffix)..<count
        }
        guard let first = Int(ends[0]), first < count else { return nil }
        return first..<min(count, (Int(ends[1]) ?? count - 1) + 1)
    }

    /// PutObject.
    mutating func put(_ request: FaultyS3Request, now: Int) -> FaultyS3Response {
        if let answer = broken(request, buckets[request.bucket]?.objects[request.key]) { return answer }
        let object = FaultyS3Object(
            bytes: request.body,
            etag: opaque(now),
            modified: now,
            fields: FaultyS3Object.fields(of: request),
            tags: Self.tags(request.headers["x-amz-tagging"])
        )
        store(object, bucket: request.bucket, key: request.key)
        return FaultyS3Response(status: 200, headers: [("ETag", "\"\(object.etag)\"")])
    }

    /// An ETag that says nothing about the content, when the server gives such ones.
    mutating func opaque(_ now: Int) -> String? {
        guard manner.hasOpaqueETags else { return nil }
        uploadCount += 1
        return FaultyS3Object.md5(Array("\(now) \(uploadCount)".utf8))
    }

    /// CopyObject, with the conditions on its source.
    mutating func copy(_ request: FaultyS3Request, now: Int) -> FaultyS3Response {
        guard let source = source(of: request) else { return .error(404, "NoSuchKey") }
        if let wanted = request.headers["x-amz-copy-source-if-match"], manner.conditions != .ignored,
            wanted[...].trimming({ $0 == "\"" }) != source.etag
        {
            return .error(412, "PreconditionFailed")
        }
        if let answer = broken(request, buckets[request.bucket]?.objects[request.key]) { return answer }
        let replaces = request.headers["x-amz-metadata-directive"] == "REPLACE"
        let replacesTags = request.headers["x-amz-tagging-directive"] == "REPLACE"
        var fields = replaces ? FaultyS3Object.fields(of: request) : source.fields
        fields["x-amz-storage-class"] = request.headers["x-amz-storage-class"]
        let object = FaultyS3Object(
            bytes: source.bytes,
            etag: opaque(now),
            modified: now,
            fields: fields,
            tags: replacesTags ? Self.tags(request.headers["x-amz-tagging"]) : source.tags
        )
        store(object, bucket: request.bucket, key: request.key)
        return .xml(
            "<CopyObjectResult \(FaultyS3XML.space)><ETag>&quot;\(object.etag)&quot;</ETag>"
                + "<LastModified>\(FaultyS3Clock.iso(now))</LastModified></CopyObjectResult>"
        )
    }

    /// The object that `x-amz-copy-source: /bucket/key` names.
    func source(of request: FaultyS3Request) -> FaultyS3Object? {
        let text = (request.headers["x-amz-copy-source"] ?? "").split(separator: "?").first ?? ""
        let path = FaultyS3Request.decode(text.drop { $0 == "/" })
        let slash = path.firstIndex(of: UInt8(ascii: "/")) ?? path.endIndex
        let key = ObjectKey(bytes: Array(path[slash...].dropFirst()))
        return buckets[String(decoding: path[..<slash], as: UTF8.self)]?.objects[key]
    }

    /// DeleteObject, with If-Match; a key that is not there is deleted all the same.
    mutating func delete(_ request: FaultyS3Request) -> FaultyS3Response {
        let current = buckets[request.bucket]?.objects[request.key]
        if let answer = broken(request, current) { return answer }
        if current != nil { store(nil, bucket: request.bucket, key: request.key) }
        return FaultyS3Response(status: 204)
    }

    /// GetObjectTagging and PutObjectTagging.
    mutating func tags(_ request: FaultyS3Request) -> FaultyS3Response {
        guard let object = buckets[request.bucket]?.objects[request.key] else {
            return .error(404, "NoSuchKey")
        }
        if request.kind == .putTags {
            let names = FaultyS3XML.texts(of: "Key", in: request.body)
            let values = FaultyS3XML.texts(of: "Value", in: request.body)
            guard names.count == values.count, names.count <= 10 else { return .error(400, "MalformedXML") }
            let tags = Dictionary(zip(names, values), uniquingKeysWith: { $1 })
            buckets[request.bucket]?.objects[request.key]?.tags = tags
            return FaultyS3Response(status: 200)
        }
        let tags = object.tags.sorted { $0.key < $1.key }.map { name, value in
            let texts = [name, value].map {
                String(decoding: FaultyS3XML.escape(Array($0.utf8)), as: UTF8.self)
            }
            return "<Tag><Key>\(texts[0])</Key><Value>\(texts[1])</Value></Tag>"
        }
        return .xml("<Tagging \(FaultyS3XML.space)><TagSet>\(tags.joined())</TagSet></Tagging>")
    }

    /// The tags of `x-amz-tagging: a=1&b=2`.
    static func tags(_ text: String?) -> [String: String] {
        var tags: [String: String] = [:]
        for item in (text ?? "").split(separator: "&") {
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
                String(
                    decoding: FaultyS3Request.decode($0.map { $0 == "+" ? " " : String($0) }.joined()),
                    as: UTF8.self
                )
            }
            tags[parts[0]] = parts.count > 1 ? parts[1] : ""
        }
        return tags
    }
}
