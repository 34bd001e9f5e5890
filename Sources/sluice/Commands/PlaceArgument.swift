internal import ArgumentParser
internal import EventModel

/// `BUCKET:KEY` on the command line; the key may hold `\xNN` for bytes that cannot be typed.
struct PlaceArgument: ExpressibleByArgument {
    let bucket: BucketName
    let key: ObjectKey

    init(bucket: BucketName, key: ObjectKey) {
        self.bucket = bucket
        self.key = key
    }

    init?(argument: String) {
        guard let colon = argument.firstIndex(of: ":"), colon != argument.startIndex else { return nil }
        bucket = BucketName(String(argument[..<colon]))
        key = ObjectKey(escaped: String(argument[argument.index(after: colon)...]))
    }

    /// As parameters of the API.
    var query: [String: String?] { ["bucket": bucket.rawValue, "key": key.description] }
    /// For messages.
    var text: String { "\(bucket):\(key)" }
}
