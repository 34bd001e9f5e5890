public import EventModel
internal import Execution
internal import HTTPTransport

/// An unfinished multipart upload, whoever began it.
public struct S3Upload: Sendable, Hashable {
    /// The key that it is for.
    public let key: ObjectKey
    /// Its id.
    public let id: String
    /// When it was begun, by the store's clock; nil when the store does not say.
    public let begun: Timestamp?
}

/// What buckets at an S3 store can do besides.
extension S3ObjectStore {
    /// Puts a whole object in one request; `ifAbsent` never replaces one, where the store heeds that. Throws
    /// `output.collision` when it does and there is one.
    public func put(
        _ key: ObjectKey,
        _ bytes: [UInt8],
        as attributes: ObjectAttributes = ObjectAttributes(),
        ifAbsent: Bool = false
    ) async throws(SluiceError) -> ObjectInfo {
        if let refusal = refusal(of: key) { throw refusal }
        try await checkTags(of: attributes)
        var complete = attributes
        complete.storageClass = attributes.storageClass ?? session.settings.storageClass
        var request = session.requests.put(key, bytes, complete)
        if ifAbsent { request.set("if-none-match", "*") }
        let clock = session.clock
        do throws(SluiceError) {
            return try await session.send(request, session.subject("write", key)) { response in
                guard let tag = response.header("etag") else { return .garbled("the answer has no ETag") }
                let size = UInt64(bytes.count)
                let date = response.header("date").flatMap(S3Date.http) ?? clock.now
                let version = S3Version(tag: tag, sizeBytes: size).version
                return .value(ObjectInfo(key: key, version: version, sizeBytes: size, modified: date))
            }
        } catch {
            guard ifAbsent, error.code == .storageVersionChanged else { throw error }
            throw .collision(at: key, bucket: bucket, cause: error)
        }
    }

    /// Copies an object within the store, with its attributes and without its bytes passing here; at most 5
    /// GiB (AWS, CopyObject). With `ifMatch`, that version only.
    public func copy(
        _ source: ObjectKey,
        ifMatch version: ObjectVersion? = nil,
        from bucketName: String? = nil,
        to key: ObjectKey
    ) async throws(SluiceError) {
        if let refusal = refusal(of: key) { throw refusal }
        let tag = version.flatMap { S3Version($0)?.tag }
        if version != nil, tag == nil { throw session.changed(source) }
        let request = session.requests.copy(
            source,
            tag: tag,
            from: bucketName ?? session.settings.bucketName,
            to: key
        )
        _ = try await session.send(request, session.subject("copy to", key), read: S3Answers.copied)
    }

    /// The object's tags.
    public func tags(of key: ObjectKey) async throws(SluiceError) -> [String: String] {
        try await session.send(session.requests.tags(key), session.subject("read the tags of", key)) {
            answer in
            S3Answers.tags(answer)
        }
    }

    /// The tags of an object that still is that version; none at a store that keeps none.
    ///
    /// Tags have no condition of their own: the version is looked at before and after.
    public func tags(
        of key: ObjectKey, ifVersion version: ObjectVersion?
    ) async throws(SluiceError) -> [String: String] {
        let found = try await tagging() == .broken ? [:] : try await tags(of: key)
        guard let version else { return found }
        if try await head(key)?.version != version { throw session.changed(key) }
        return found
    }

    /// Adds tags to an object if it still is that version.
    ///
    /// S3 replaces all tags at once and knows no condition here (AWS, PutObjectTagging): the version is
    /// looked at right before. Throws `storage.unsupported` unless the store was found to keep tags.
    public func tag(
        _ key: ObjectKey, with tags: [String: String], ifVersion version: ObjectVersion?
    ) async throws(SluiceError) -> Bool {
        guard try await tagging() == .kept else { throw untaggable() }
        let known: [String: String]
        do throws(SluiceError) {
            known = try await self.tags(of: key)
        } catch {
            if error.code == .storageNotFound { return false }
            throw error
        }
        let complete = known.merging(tags) { _, new in new }
        guard let now = try await head(key), version == nil || now.version == version else { return false }
        if complete != known { try await setTags(complete, of: key) }
        return true
    }

    /// Replaces the object's tags by these, unless the store could take them for the object's bytes.
    public func setTags(_ tags: [String: String], of key: ObjectKey) async throws(SluiceError) {
        guard try await tagging() == .kept else { throw untaggable() }
        let request = session.requests.putTags(key, tags)
        try await session.send(request, session.subject("tag", key)) { _ in .value(()) }
    }

    /// Throws `storage.unsupported` when attributes have tags that the store would lose.
    func checkTags(of attributes: ObjectAttributes) async throws(SluiceError) {
        guard !attributes.tags.isEmpty else { return }
        if try await tagging() == .broken { throw untaggable() }
    }

    /// What becomes of tags: AWS keeps them, any other store is tried out.
    private func tagging() async throws(SluiceError) -> S3Capabilities.Tagging {
        session.settings.endpoint == nil ? .kept : try await keeper.current().tagging
    }

    private func untaggable() -> SluiceError {
        SluiceError(
            .storageUnsupported,
            "The store of bucket “\(bucket)” was not found to keep tags.",
            hint: "Do without tags here; or allow the probe, and PutObjectTagging below `.sluice/`, and run "
                + "`sluice doctor`; by itself the store is tried out again after an hour."
        )
    }

    /// Unfinished multipart uploads whose key begins with `prefix`, of anybody; at most 10,000.
    public func uploads(prefix: ObjectKey = "") async throws(SluiceError) -> [S3Upload] {
        var found: [S3Upload] = []
        var next: S3UploadsPage.Marker?
        while found.count < 10_000 {
            let request = session.requests.listUploads(
                prefix: prefix.string ?? "",
                keyMarker: next?.key,
                uploadMarker: next?.upload
            )
            let page: S3UploadsPage
            do throws(SluiceError) {
                page = try await session.send(
                    request,
                    session.subject("list the uploads of"),
                    bodyLimit: 8 << 20,
                    read: S3UploadsPage.read
                )
            } catch {
                // So `rclone serve s3` says that the bucket has none yet.
                guard error.code == .storageStagedGone else { throw error }
                return found
            }
            found += page.uploads.filter { $0.key.bytes.starts(with: prefix.bytes) }
            guard let marker = page.next, marker != next else { return found }
            next = marker
        }
        return found
    }
}

/// One page of ListMultipartUploads.
struct S3UploadsPage: Sendable {
    /// Where a listing goes on.
    struct Marker: Sendable, Hashable {
        /// The key to go on after, decoded.
        let key: String
        /// The upload of that key to go on after.
        let upload: String?
    }

    /// The uploads.
    var uploads: [S3Upload] = []
    /// Where the listing goes on; nil at its end.
    var next: Marker?

    /// Reads a page.
    static func read(_ response: HTTPResponse) -> S3Reading<S3UploadsPage> {
        S3Answers.read(response, "ListMultipartUploadsResult") { node in
            var page = S3UploadsPage()
            let isEncoded = node.text(of: "EncodingType") == "url"
            func key(_ text: String) -> ObjectKey {
                ObjectKey(bytes: isEncoded ? S3Text.decodedKey(text) : Array(text.utf8))
            }
            for upload in node.all("Upload") {
                guard let name = upload.text(of: "Key"), let id = upload.text(of: "UploadId") else {
                    return nil
                }
                let begun = upload.text(of: "Initiated").flatMap(S3Date.iso)
                page.uploads.append(S3Upload(key: key(name), id: id, begun: begun))
            }
            if node.text(of: "IsTruncated") == "true", let name = node.text(of: "NextKeyMarker") {
                let marker = String(decoding: key(name).bytes, as: UTF8.self)
                page.next = Marker(key: marker, upload: node.text(of: "NextUploadIdMarker"))
            }
            return page
        }
    }
}
