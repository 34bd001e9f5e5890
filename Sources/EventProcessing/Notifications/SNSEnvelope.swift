package import EventModel
internal import Foundation

/// What SNS puts around a message (AWS, "Parsing Amazon SNS message formats"): the fields that decide whether
/// it is SNS's, and what must be confirmed.
package struct SNSEnvelope: Sendable, Hashable {
    /// `Notification`, `SubscriptionConfirmation` or `UnsubscribeConfirmation`.
    package let kind: String
    /// The topic it came through.
    package let topic: String
    /// Where to confirm a subscription.
    package let subscribeURL: String?
    /// Where the certificate lies.
    package let certificateURL: String
    /// `1` is SHA-1, `2` is SHA-256.
    package let signatureVersion: String
    /// Over `signedText`.
    package let signature: [UInt8]
    /// The fields that are signed, with their names (AWS, "Verifying the signatures of Amazon SNS messages").
    package let signedText: String

    /// Reads an envelope; throws `notification.*` when it is none.
    package init(_ message: [UInt8]) throws(SluiceError) {
        let value = try BoundedJSON.parse(message, NotificationDecoder.Limits())
        guard let fields = value as? JSONObject, let kind = fields["Type"] as? String,
            let topic = fields["TopicArn"] as? String,
            let certificate = (fields["SigningCertURL"] ?? fields["SigningCertUrl"]) as? String,
            let signature = (fields["Signature"] as? String).flatMap({ Data(base64Encoded: $0) })
        else {
            throw SluiceError(.notificationShape, "The message is no signed message of SNS.")
        }
        let names =
            kind == "Notification"
            ? ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
            : ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
        var text = ""
        for name in names {
            guard let value = fields[name] as? String else { continue }
            text += "\(name)\n\(value)\n"
        }
        self.kind = kind
        self.topic = topic
        subscribeURL = fields["SubscribeURL"] as? String
        certificateURL = certificate
        signatureVersion = fields["SignatureVersion"] as? String ?? "1"
        self.signature = Array(signature)
        signedText = text
    }
}
