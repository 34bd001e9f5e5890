internal import Daemon
internal import EventModel
internal import Glibc
internal import ObjectStorage

/// Buckets of any kind as commands use them, without a service.
enum BucketStore {
    /// The store of a configured bucket.
    static func store(
        _ bucket: BucketConfiguration,
        journal: String? = nil
    ) throws(SluiceError) -> any ObjectStore {
        try StoreBook(journal: journal).store(of: bucket)
    }

    /// The store of the bucket that a place names; with `journal`, for writing.
    static func store(
        of place: PlaceArgument,
        in configuration: SluiceConfiguration,
        journal: String? = nil
    ) throws(SluiceError) -> any ObjectStore {
        guard let bucket = configuration.bucket(place.bucket) else {
            throw unknown(place.bucket, in: configuration)
        }
        let store = try store(bucket, journal: journal)
        if let refusal = store.refusal(of: place.key) { throw refusal }
        return store
    }

    /// Where uploads are written down, so that those of a killed command are found: beside the service's own.
    /// Nil where there is no such directory, or none that this user may write to.
    static func journal(of configuration: SluiceConfiguration) -> String? {
        let path = configuration.state + "/" + StateDirectory.uploadsName
        return unsafe access(path, R_OK | W_OK | X_OK) == 0 ? path : nil
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
