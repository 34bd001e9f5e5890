internal import EventModel
package import HTTPTransport

/// Where a bucket's requests go.
package struct S3Address: Sendable, Hashable {
    /// The host, with the bucket in its name where the style is virtual-host.
    let endpoint: HTTPEndpoint
    /// The path of the bucket, without a `/` at its end: empty, or `/name`.
    let root: String
    /// The bucket's name at the store.
    let bucketName: String
    /// The region that requests are signed for.
    let region: String

    /// Finds the place of a bucket (AWS, "Virtual hosting of general purpose buckets").
    init(_ settings: S3Settings) {
        let region = settings.region ?? "us-east-1"
        let name = settings.bucketName
        let store = settings.endpoint ?? Self.aws(region)
        if settings.pathStyle ?? (settings.endpoint != nil || name.utf8.contains(UInt8(ascii: "."))) {
            endpoint = store
            root = "/" + HTTPRequest.encode(name.utf8, keepingSlash: false)
        } else {
            endpoint = HTTPEndpoint(isTLS: store.isTLS, host: "\(name).\(store.host)", port: store.port)
            root = ""
        }
        bucketName = name
        self.region = region
    }

    /// AWS's endpoint of a region; China's has a domain of its own (AWS, "Amazon S3 endpoints and quotas").
    package static func aws(_ region: String) -> HTTPEndpoint {
        let domain = region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
        return HTTPEndpoint(isTLS: true, host: "s3.\(region).\(domain)", port: 443)
    }

    /// The path of the bucket itself.
    var bucketPath: String { root.isEmpty ? "/" : root }

    /// The path of an object, encoded once: S3 takes keys as they are, also `..` and `//` (trap K04).
    func path(of key: ObjectKey) -> String { "\(root)/" + HTTPRequest.encode(key.bytes, keepingSlash: true) }
}
