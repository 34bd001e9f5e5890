public import EventModel

extension SluiceError.Code {
    /// No valid signature: a wrong secret, an old time, a changed body.
    public static let webhookSignature = Self("webhook.invalid-signature", .usage)
    /// A message of an SNS topic that is not configured.
    public static let webhookTopic = Self("webhook.unknown-topic", .usage)
    /// SNS's certificate or confirmation cannot be fetched.
    public static let webhookFetch = Self("webhook.fetch-failed", .outage)
    /// More messages than can be looked at; or one that takes too long.
    public static let webhookBusy = Self("webhook.busy", .outage)
    /// The body came too slowly.
    public static let webhookTimeout = Self("webhook.timeout", .usage)
}
