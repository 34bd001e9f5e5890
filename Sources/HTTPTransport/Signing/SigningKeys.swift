internal import Crypto
internal import EventModel
internal import Synchronization

/// Signing keys that were derived, newest first; deriving one takes four HMACs.
final class SigningKeys: Sendable {
    private struct Entry: Sendable {
        let secret: Secret
        let day: String
        let region: String
        let service: String
        let key: SymmetricKey
    }

    /// One for each secret, region and service in use at a time is enough; the oldest goes.
    private static let limit = 16

    private let entries = Mutex<[Entry]>([])

    /// Remembers nothing yet.
    init() {}

    /// The key for a secret, day (`20130524`), region and service; O(1), as few are kept.
    func key(secret: Secret, day: String, region: String, service: String) -> SymmetricKey {
        let known = entries.withLock { entries in
            entries.first {
                $0.day == day && $0.region == region && $0.service == service && $0.secret == secret
            }?.key
        }
        if let known { return known }
        let key = Self.derive(secret, day, region, service)
        entries.withLock { entries in
            entries.insert(
                Entry(secret: secret, day: day, region: region, service: service, key: key),
                at: 0
            )
            if entries.count > Self.limit { entries.removeLast() }
        }
        return key
    }

    /// "Derive a signing key", IAM User Guide.
    private static func derive(
        _ secret: Secret,
        _ day: String,
        _ region: String,
        _ service: String
    ) -> SymmetricKey {
        var key = SymmetricKey(data: Array("AWS4".utf8) + Array(secret.reveal().utf8))
        for part in [day, region, service, "aws4_request"] {
            key = SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Array(part.utf8), using: key))
        }
        return key
    }
}
