/// What a request asks of the store; requests are counted and faults are scripted by it.
public enum FaultyS3Kind: String, Sendable, CaseIterable {
    /// HeadObject and HeadBucket.
    case head, headBucket
    /// GetObject, whole or a range.
    case get
    /// PutObject, and CopyObject, which is a PUT with `x-amz-copy-source`.
    case put, copy
    /// DeleteObject.
    case delete
    /// ListObjectsV2 (and the first version of it).
    case list
    /// CreateMultipartUpload, UploadPart, UploadPartCopy, CompleteMultipartUpload, AbortMultipartUpload.
    case createUpload, uploadPart, copyPart, complete, abort
    /// ListParts and ListMultipartUploads.
    case listParts, listUploads
    /// GetObjectTagging and PutObjectTagging.
    case getTags, putTags
    /// CreateBucket, GetBucketLocation, GetBucketVersioning and what else is asked of a bucket.
    case bucket
    /// Anything that this server does not speak.
    case other

    /// Whether answers of this kind are listings that may be cut, repeated and shuffled.
    var isListing: Bool { self == .list }
}

extension FaultyS3Kind {
    /// The kind of a request, by method, query and headers.
    static func of(
        _ method: String,
        hasKey: Bool,
        query: [String: [UInt8]],
        isCopy: Bool
    ) -> FaultyS3Kind {
        guard hasKey else {
            switch method {
            case "HEAD": return .headBucket
            case "GET" where query["uploads"] != nil: return .listUploads
            case "GET" where query["location"] != nil || query["versioning"] != nil: return .bucket
            case "GET": return .list
            case "PUT": return .bucket
            default: return .other
            }
        }
        let isUpload = query["uploadId"] != nil
        switch method {
        case "HEAD": return .head
        case "GET": return query["tagging"] != nil ? .getTags : isUpload ? .listParts : .get
        case "PUT" where query["tagging"] != nil: return .putTags
        case "PUT" where isUpload: return isCopy ? .copyPart : .uploadPart
        case "PUT": return isCopy ? .copy : .put
        case "POST" where query["uploads"] != nil: return .createUpload
        case "POST" where isUpload: return .complete
        case "DELETE": return isUpload ? .abort : .delete
        default: return .other
        }
    }
}
