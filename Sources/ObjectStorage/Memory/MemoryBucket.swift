internal import EventModel

/// What lies in an in-memory bucket; a value, so that each change is one step under the store's lock.
struct MemoryBucket {
    /// One visible object.
    struct Object {
        /// What the store says of it.
        let info: ObjectInfo
        /// Its content.
        let bytes: [UInt8]
        /// What is kept beside it.
        var attributes: ObjectAttributes
    }

    /// One output in the making.
    struct Staged {
        /// Who makes it.
        let name: StageName
        /// Where it shall be seen.
        let key: ObjectKey
        /// What is to be kept beside it.
        let attributes: ObjectAttributes
        /// Whether a test let the store lose its bytes.
        var isLost = false
        /// What was written so far.
        var bytes: [UInt8] = []
        /// Set by `finish`; an unfinished output cannot be published.
        var digest: ContentDigest?
    }

    /// Visible objects.
    var objects: [ObjectKey: Object] = [:]
    /// Outputs in the making.
    var staged: [StagedReference: Staged] = [:]
    /// Keys under which no object lies, and what does.
    var ineligible: [ObjectKey: String] = [:]
    /// Who writes what, as a test said.
    var writerStates: [ObjectKey: WriterState] = [:]
    /// Number of the newest version; each is used once.
    private var lastVersion = 0

    /// Puts a new version.
    mutating func put(
        _ key: ObjectKey,
        _ bytes: [UInt8],
        as attributes: ObjectAttributes,
        now: Timestamp
    ) -> ObjectInfo {
        lastVersion += 1
        let info = ObjectInfo(
            key: key,
            version: ObjectVersion(identity: "v:\(lastVersion)"),
            sizeBytes: UInt64(bytes.count),
            modified: now
        )
        objects[key] = Object(info: info, bytes: bytes, attributes: attributes)
        return info
    }

    /// Makes one staged output visible.
    mutating func publish(
        _ request: PublishRequest,
        bucket: BucketName,
        now: Timestamp
    ) throws(SluiceError) -> PublishedObject {
        if StagePath.components(request.staged) == nil { throw .stagedElsewhere(request, bucket: bucket) }
        let present = objects[request.key]
        if let present, ContentDigester.digest(of: present.bytes) == request.digest {
            // Equal bytes stay as they are. When nothing is staged any more, they are this very output,
            // published before a crash lost the answer; then something did change.
            let wasStaged = staged.removeValue(forKey: request.staged) != nil
            return PublishedObject(info: present.info, wasUnchanged: wasStaged)
        }
        if staged[request.staged]?.isLost == true {
            throw SluiceError(.storageStagedLost, "Bucket “\(bucket)” lost the output “\(request.key)”.")
        }
        guard let output = staged[request.staged], output.digest == request.digest else {
            throw SluiceError(
                .storageStagedGone,
                "The output “\(request.key)” of bucket “\(bucket)” is neither staged nor there any more."
            )
        }
        if present != nil, request.expecting == .absent { throw .collision(at: request.key, bucket: bucket) }
        staged[request.staged] = nil
        let info = put(request.key, output.bytes, as: output.attributes, now: now)
        return PublishedObject(info: info, wasUnchanged: false)
    }
}

extension SluiceError {
    /// The bucket was another kind of store when an output was staged; there it is lost to the one of now.
    static func stagedElsewhere(_ request: PublishRequest, bucket: BucketName) -> SluiceError {
        SluiceError(
            .storageStagedLost,
            "“\(request.key)” was not staged in what bucket “\(bucket)” is now.",
            hint: "It is made again. Let open commits end before a bucket is moved."
        )
    }

    /// Something else lies where an output shall be seen.
    static func collision(at key: ObjectKey, bucket: BucketName) -> SluiceError {
        SluiceError(
            .outputCollision,
            "“\(key)” of bucket “\(bucket)” exists already and is not this output.",
            hint: "Move it away, let the trigger write elsewhere, or allow `overwrite: true`."
        )
    }
}
