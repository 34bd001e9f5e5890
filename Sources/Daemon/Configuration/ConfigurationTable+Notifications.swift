public import Settings

extension ConfigurationTable {
    /// `listen: { webhook: … }`.
    static let webhook = SettingSection(
        "webhook",
        "Where notifications are taken: POST to `/webhook`, with `token` or with `hmac`.",
        [
            Setting(
                "address",
                .string,
                isRequired: true,
                example: "\"127.0.0.1:8485\"",
                "Address and port. Anything but the loopback needs `behind_proxy`: there is no encryption."
            ),
            Setting(
                "token",
                .secret,
                example: "{ env: WEBHOOK_TOKEN }",
                "What senders present in `Authorization`, with or without `Bearer`; at least 16 characters."
            ),
            Setting(
                "hmac",
                .secret,
                example: "{ env: WEBHOOK_SECRET }",
                "The secret of senders that sign (Standard Webhooks), in the place of `token`."
            ),
            Setting(
                "behind_proxy",
                .boolean,
                standard: "`false`",
                example: "true",
                "Says that a proxy with TLS stands before an address that other machines reach."
            ),
            Setting(
                "topics",
                .oneOrMany(.string),
                standard: "none",
                example: "[ \"arn:aws:sns:eu-west-1:123456789012:uploads\" ]",
                "SNS topics whose signed messages are taken and whose subscription is confirmed."
            ),
            Setting(
                "hosts",
                .oneOrMany(.string),
                standard: "none",
                example: "[hooks.example]",
                "Names that the `Host` header may have besides the address and those of the loopback."
            ),
        ]
    )

    /// `watch: { notifications: … }`.
    public static let notifications = Setting(
        "notifications",
        .list(.either([.choice(["webhook"]), .section(notification)])),
        standard: "none",
        example:
            "[ webhook, { sqs: { queue: \"https://sqs.eu-west-1.amazonaws.com/123456789012/uploads\" } } ]",
        "Who announces what happens in the bucket, besides the scans."
    )

    /// One of `notifications:` that is more than a word.
    static let notification = SettingSection(
        "notification",
        "A way by which notifications come.",
        [
            Setting(
                "sqs",
                .section(sqs),
                isRequired: true,
                example: "{ queue: \"https://sqs.eu-west-1.amazonaws.com/123456789012/uploads\" }",
                "A queue that gets the bucket's notifications, directly or by SNS or EventBridge."
            )
        ]
    )

    /// `{ sqs: … }`.
    static let sqs = SettingSection(
        "sqs",
        "A queue of SQS. Messages are deleted once the ledger has them; what cannot be read stays in it.",
        [
            Setting(
                "queue",
                .string,
                isRequired: true,
                example: "\"https://sqs.eu-west-1.amazonaws.com/123456789012/uploads\"",
                "The queue's URL."
            ),
            Setting(
                "region",
                .string,
                standard: "that of the URL, else of the bucket",
                example: "eu-west-1",
                "The region that requests are signed for."
            ),
            Setting(
                "endpoint",
                .string,
                standard: "the URL's host",
                example: "\"http://127.0.0.1:9324\"",
                "Where requests go instead."
            ),
        ]
    )
}
