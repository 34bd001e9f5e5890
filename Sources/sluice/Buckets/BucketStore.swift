internal import Daemon
internal import EventModel
internal import ObjectStorage

/// Buckets of any kind as commands use them, without a service.
enum BucketStore {
    /// The store of a configured bucket.
    static func store(_ bucket: BucketConfiguration) throws(SluiceError) -> any ObjectStore {
        try StoreBook().store(of: bucket)
    }

    /// The store of the bucket that a place names.
    static func store(
        of place: PlaceArgument,
        in configuration: SluiceConfiguration
    ) throws(SluiceError) -> any ObjectStore {
        guard let bucket = configuration.bucket(place.bucket) else {
            throw unknown(place.bucket, in: configuration)
        }
        let store = try store(bucket)
        if let refusal = store.refusal(of: place.key) { throw refusal }
        return store
    }

    /// No such bucket.
    static func unknown(_ bucket: BucketName, in configuration: SluiceConfiguration) -> SluiceError {
        let known = configuration.buckets.map(\.name.rawValue).joined(separator: ", ")
        return SluiceError(
            .bucketUnknown,
            "There is no bucket '\(Printable.escape(bucket.rawValue))' in \(configuration.file).",
            hint: "Buckets are \(known)."
        )
    }
}

extension SluiceError.Code {
    /// The configuration has no bucket of this name.
    static let bucketUnknown = Self("command.unknown-bucket", .usage)
}
