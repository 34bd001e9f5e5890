public import EventModel
internal import Foundation

/// An object's place as the API shows it: the key as escaped text, and its bytes where they are not UTF-8.
///
/// `key` is what people read and what `ObjectKey(escaped:)` takes back; `key_base64` is for programs that
/// need the bytes themselves (traps S10, W17). Views that are about one object repeat these three fields.
public struct PlaceView: Codable, Sendable, Hashable {
    /// The bucket's configured name.
    public let bucket: String
    /// The key, escaped.
    public let key: String
    /// The key's bytes in base64; absent where the key is UTF-8.
    public let keyBase64: String?

    /// Shows a place.
    public init(_ bucket: BucketName, _ key: ObjectKey) {
        self.bucket = bucket.rawValue
        self.key = key.description
        self.keyBase64 = PlaceView.base64(key)
    }

    /// The key's bytes in base64, where they are not UTF-8.
    static func base64(_ key: ObjectKey) -> String? {
        key.string == nil ? Data(key.bytes).base64EncodedString() : nil
    }

    /// The key itself.
    public var objectKey: ObjectKey { ObjectKey(escaped: key) }
    /// `bucket:key`, as commands take it.
    public var text: String { "\(bucket):\(key)" }
}
