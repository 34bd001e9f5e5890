internal import EventModel

/// The store as a value: what is in it, and what a request makes of it.
struct FaultyS3State: Sendable {
    /// What a bucket holds.
    struct Bucket: Sendable {
        var objects: [ObjectKey: FaultyS3Object] = [:]
        /// Keys in byte order; nil when it must be made anew.
        var sorted: [ObjectKey]?
        /// What listings show instead of the objects, when they are stale.
        var frozen: [ObjectKey: FaultyS3Object]?
        /// Objects that are computed and not held.
        var synthetic: FaultyS3Synthetic?
        /// What reads see for so many more times: what was there before a write.
        var stale: [ObjectKey: (object: FaultyS3Object?, left: Int)] = [:]
    }

    var manner = FaultyS3Manner()
    var buckets: [String: Bucket] = [:]
    var uploads: [String: FaultyS3Upload] = [:]
    var uploadCount = 0
    var tokenCount = 0
    /// What uploads became whose end is not over.
    var held: [(bucket: String, key: ObjectKey, object: FaultyS3Object?)] = []
    /// The page that came before, by bucket, for `duplicatePage`.
    var lastPage: [String: [ObjectKey]] = [:]

    /// Puts or removes an object, and remembers what reads are to see for a while.
    mutating func store(_ object: FaultyS3Object?, bucket: String, key: ObjectKey) {
        let before = buckets[bucket]?.objects[key]
        buckets[bucket]?.stale[key] = manner.staleReads > 0 ? (before, manner.staleReads) : nil
        buckets[bucket]?.objects[key] = object
        if before == nil || object == nil { buckets[bucket]?.sorted = nil }
    }

    /// What a read of a key sees now.
    mutating func seen(bucket: String, key: ObjectKey) -> FaultyS3Object? {
        if let stale = buckets[bucket]?.stale[key], stale.left > 0 {
            buckets[bucket]?.stale[key]?.left -= 1
            return stale.object
        }
        return buckets[bucket]?.objects[key] ?? buckets[bucket]?.synthetic?.object(for: key)
    }

    /// Does what a request asks; `now` is the server's clock in seconds since 1970.
    mutating func answer(_ request: FaultyS3Request, now: Int) -> FaultyS3Response {
        if let refusal = refusal(of: request, now: now) { return refusal }
        if request.kind == .bucket { return answerBucket(request) }
        guard buckets[request.bucket] != nil else { return .error(404, "NoSuchBucket") }
        switch request.kind {
        case .headBucket: return FaultyS3Response(status: 200)
        case .head, .get: return read(request)
        case .put: return put(request, now: now)
        case .putTags where manner.takesTagsForBytes: return put(request, now: now)
        case .getTags where manner.takesTagsForBytes: return read(request)
        case .copy: return copy(request, now: now)
        case .delete: return delete(request)
        case .list: return list(request)
        case .createUpload: return createUpload(request, now: now)
        case .uploadPart, .copyPart: return uploadPart(request)
        case .complete: return complete(request, now: now)
        case .abort:
            return uploads.removeValue(forKey: request.text("uploadId") ?? "") == nil
                ? .error(404, "NoSuchUpload") : FaultyS3Response(status: 204)
        case .listParts: return listParts(request)
        case .listUploads: return listUploads(request)
        case .getTags, .putTags: return tags(request)
        case .bucket, .other: return .error(501, "NotImplemented")
        }
    }

    private mutating func answerBucket(_ request: FaultyS3Request) -> FaultyS3Response {
        if request.method == "PUT" {
            if buckets[request.bucket] == nil { buckets[request.bucket] = Bucket() }
            return FaultyS3Response(status: 200)
        }
        if request.query["location"] != nil {
            return .xml(
                "<LocationConstraint \(FaultyS3XML.space)>\(manner.region ?? "")</LocationConstraint>"
            )
        }
        return .xml("<VersioningConfiguration \(FaultyS3XML.space)/>")
    }
}

extension FaultyS3State {
    /// Whether a condition on an object holds; nil when it does, else what is answered.
    func broken(_ request: FaultyS3Request, _ current: FaultyS3Object?) -> FaultyS3Response? {
        let wanted = request.headers["if-match"]
        let unwanted = request.headers["if-none-match"]
        guard wanted != nil || unwanted != nil else { return nil }
        let isRead = request.kind == .get || request.kind == .head
        switch manner.conditions {
        case .ignored: return nil
        case .notImplemented where !isRead: return .error(501, "NotImplemented")
        default: break
        }
        let matches = { (list: String) in
            current.map { object in
                list.split(separator: ",").contains { tag in
                    let name = tag.trimming { $0 == " " || $0 == "\"" }
                    return name == "*" || name == object.etag
                }
            } ?? false
        }
        // AWS answers a write with If-Match on a missing key with 404 (conventions.md 12).
        if let wanted, current == nil, !isRead, wanted != "*" { return .error(404, "NoSuchKey") }
        let holds = (wanted.map(matches) ?? true) && !(unwanted.map(matches) ?? false)
        guard !holds else { return nil }
        if isRead { return wanted == nil ? FaultyS3Response(status: 304) : .error(412, "PreconditionFailed") }
        switch manner.conditions {
        case .notModified: return FaultyS3Response(status: 304)
        case .conflict: return .error(409, "ConditionalRequestConflict")
        default: return .error(412, "PreconditionFailed")
        }
    }
}

extension Substring {
    /// Without such characters at both ends.
    func trimming(_ isOuter: (Character) -> Bool) -> Substring {
        var rest = self
        while let first = rest.first, isOuter(first) { rest = rest.dropFirst() }
        while let last = rest.last, isOuter(last) { rest = rest.dropLast() }
        return rest
    }
}
