public import EventModel
internal import Execution
internal import HTTPTransport

/// What buckets at an S3 store can do besides.
extension S3ObjectStore {
    /// Puts a whole object in one request, instead of what lies there.
    public func put(
        _ key: ObjectKey,
        _ bytes: [UInt8],
        as attributes: ObjectAttributes = ObjectAttributes()
    ) async throws(SluiceError) -> ObjectInfo {
        if let refusal = refusal(of: key) { throw refusal }
        try await checkTags(of: attributes)
        var complete = attributes
        complete.storageClass = attributes.storageClass ?? session.settings.storageClass
        let request = session.requests.put(key, bytes, complete)
        let clock = session.clock
        return try await session.send(request, session.subject("write", key)) { response in
            guard let tag = response.header("etag") else { return .garbled("the answer has no ETag") }
            let size = UInt64(bytes.count)
            let date = response.date ?? clock.now
            let version = S3Version(tag: tag, sizeBytes: size).version
            return .value(ObjectInfo(key: key, version: version, sizeBytes: size, modified: date))
        }
    }

    /// The object's tags. Throws `storage.unsupported` where the store answers with the object's bytes.
    public func tags(of key: ObjectKey) async throws(SluiceError) -> [String: String] {
        let found = try await session.send(
            session.requests.tags(key),
            session.subject("read the tags of", key),
            accepts: { $0 < 300 || $0 == 404 },
            read: S3Answers.tags
        )
        guard let found else { throw untaggable() }
        return found
    }

    /// The tags of an object that still is that version; none at a store that keeps none.
    ///
    /// Tags have no condition of their own: the version is looked at after. A bucket that is only read is not
    /// tried out for this: where nothing is known of the store, whatever is no answer about tags means that
    /// there are none, while a store that is away is an outage.
    public func tags(
        of key: ObjectKey,
        ifVersion version: ObjectVersion?
    ) async throws(SluiceError) -> [String: String] {
        let isKept = session.settings.endpoint == nil
        let tagging = isKept ? .kept : await keeper.remembered().tagging
        var found: [String: String] = [:]
        do throws(SluiceError) {
            if tagging != .broken { found = try await tags(of: key) }
        } catch {
            let isNone = [.storageUnsupported, .storageBadAnswer, .transportTooLarge].contains(error.code)
            guard isNone, tagging != .kept else { throw error }
        }
        guard let version else { return found }
        if try await head(key)?.version != version { throw session.changed(key) }
        return found
    }

    /// Adds tags to an object if it still is that version.
    ///
    /// S3 replaces all tags at once and knows no condition here (AWS, PutObjectTagging): the version is
    /// looked at right before. Throws `storage.unsupported` unless the store was found to keep tags.
    public func tag(
        _ key: ObjectKey,
        with tags: [String: String],
        ifVersion version: ObjectVersion?
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
        guard complete.count <= Self.mostTags else { throw tooManyTags(key, complete.count) }
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

    /// So many tags an object may have (AWS, "Categorizing your storage using tags").
    private static let mostTags = 10

    private func tooManyTags(_ key: ObjectKey, _ count: Int) -> SluiceError {
        SluiceError(
            .storageTooManyTags,
            "“\(key)” of bucket “\(bucket)” would have \(count) tags; S3 keeps \(Self.mostTags).",
            hint: "Remove tags of the object, or add fewer in `after:`."
        )
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
        try await session.uploads(prefix: prefix)
    }
}
