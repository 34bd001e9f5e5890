internal import EventModel

/// Where an output lies.
struct OutputPlace: Hashable {
    /// Its bucket.
    let bucket: BucketName
    /// Its key.
    let key: ObjectKey

    /// What stands before each slash of the key: in a local bucket, its directories.
    var parents: [OutputPlace] {
        key.bytes.indices.filter { key.bytes[$0] == UInt8(ascii: "/") }.map {
            OutputPlace(bucket: bucket, key: ObjectKey(bytes: Array(key.bytes[..<$0])))
        }
    }
}
