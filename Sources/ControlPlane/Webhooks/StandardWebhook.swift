internal import Crypto
package import EventModel
internal import Foundation

/// Standard Webhooks (github.com/standard-webhooks, "Standard Webhooks Specification"): an HMAC over
/// `id.timestamp.body`.
package struct StandardWebhook: Sendable {
    /// A signature is good for so long before and after its time.
    package static let toleranceSeconds: Int64 = 300
    private let key: SymmetricKey

    /// Takes the secret: `whsec_` and base64, or any other text as it is.
    package init(secret: Secret) {
        let text = secret.reveal()
        let prefix = "whsec_"
        if text.hasPrefix(prefix), let bytes = Data(base64Encoded: String(text.dropFirst(prefix.count))) {
            key = SymmetricKey(data: bytes)
        } else {
            key = SymmetricKey(data: Data(text.utf8))
        }
    }

    /// The value of `webhook-signature` for a body.
    package func signature(id: String, timestamp: String, body: [UInt8]) -> String {
        "v1," + Data(code(id, timestamp, body)).base64EncodedString()
    }

    /// Throws `webhook.invalid-signature` unless one of the signatures is right and its time near `now`.
    package func check(
        id: String?,
        timestamp: String?,
        signatures: String?,
        body: [UInt8],
        now: Timestamp
    ) throws(SluiceError) {
        guard let id, !id.isEmpty, id.utf8.count <= 256, let timestamp, let signatures else {
            throw SluiceError(
                .webhookSignature,
                "This needs a signature.",
                hint: "Send webhook-id, webhook-timestamp and webhook-signature (standardwebhooks.com)."
            )
        }
        let seconds = now.milliseconds / 1000
        guard let sent = Int64(timestamp), sent >= seconds - Self.toleranceSeconds,
            sent <= seconds + Self.toleranceSeconds
        else {
            throw SluiceError(
                .webhookSignature,
                "The signature is not of now.",
                hint: "Do the clocks of sender and receiver agree?"
            )
        }
        let wanted = Array(Data(code(id, timestamp, body)).base64EncodedString().utf8)
        var isRight = false
        // Several while a secret is being replaced; the first few are enough.
        for part in signatures.split(separator: " ").prefix(8) where part.hasPrefix("v1,") {
            if AccessPolicy.isEqual(Array(part.utf8.dropFirst(3)), wanted) { isRight = true }
        }
        guard isRight else { throw SluiceError(.webhookSignature, "The signature is wrong.") }
    }

    private func code(_ id: String, _ timestamp: String, _ body: [UInt8]) -> HMAC<SHA256>.MAC {
        var code = HMAC<SHA256>(key: key)
        code.update(data: Data("\(id).\(timestamp).".utf8))
        code.update(data: Data(body))
        return code.finalize()
    }
}

/// The ids of messages that were accepted lately, so that none counts twice within the time in which its
/// signature is good.
package struct ReplayCache: Sendable {
    private let limit: Int
    private var times: [String: Int64] = [:]
    /// In the order in which they came; `first` is the index of the oldest that is still known.
    private var order: [String] = []
    private var first = 0

    /// Remembers at most `limit` ids; beyond that the oldest is forgotten, whose message would cost one look
    /// at the store.
    package init(limit: Int = 65_536) { self.limit = max(1, limit) }

    /// Whether the id was accepted within twice the tolerance.
    package func holds(_ id: String, now: Timestamp) -> Bool {
        guard let time = times[id] else { return false }
        return now.milliseconds / 1000 - time <= 2 * StandardWebhook.toleranceSeconds
    }

    /// Remembers an id; O(1) over many calls.
    package mutating func insert(_ id: String, now: Timestamp) {
        if times.updateValue(now.milliseconds / 1000, forKey: id) == nil { order.append(id) }
        if times.count > limit {
            times[order[first]] = nil
            first += 1
        }
        if first > limit {
            order.removeFirst(first)
            first = 0
        }
    }
}
