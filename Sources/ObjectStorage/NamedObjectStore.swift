/// A bucket that the store calls by a name of its own, as S3 does.
public protocol NamedObjectStore: ObjectStore {
    /// What the store calls the bucket; not always its configured name, and several configured buckets may
    /// have the same.
    var nameAtStore: String { get }
}
