package import EventModel

/// What a request is about, for errors: reads on from “Could not …”.
package struct S3Subject: Sendable, CustomStringConvertible {
    /// What is done: `read`, `list`, …
    package let verb: String
    /// Whose bytes it is about; nil is the whole bucket.
    package let key: ObjectKey?
    /// The bucket's configured name.
    package let bucket: BucketName

    /// Says what is done, and to what.
    package init(verb: String, key: ObjectKey?, bucket: BucketName) {
        self.verb = verb
        self.key = key
        self.bucket = bucket
    }

    /// “read “a/b” of bucket “lake””.
    package var description: String {
        guard let key else { return "\(verb) bucket “\(bucket)”" }
        return "\(verb) “\(key)” of bucket “\(bucket)”"
    }
}
