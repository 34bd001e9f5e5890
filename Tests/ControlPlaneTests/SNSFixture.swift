internal import Foundation

/// Messages as SNS would sign them, by a key that was made for this file and is gone.
enum SNSFixture {
    static let topic = "arn:aws:sns:eu-west-1:123456789012:uploads"
    static let certificateURL =
        "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem"
    static let confirmationURL =
        "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription"
        + "&TopicArn=\(topic)&Token=t0k3n"

    static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIDGzCCAgOgAwIBAgIUahrm2ItroKaTGhGPwYK6MgtFr7wwDQYJKoZIhvcNAQEL
        BQAwHDEaMBgGA1UEAwwRc25zLmFtYXpvbmF3cy5jb20wIBcNMjYxMTMwMTgwMzM3
        WhgPMjEyNjExMDYxODAzMzdaMBwxGjAYBgNVBAMMEXNucy5hbWF6b25hd3MuY29t
        MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAwXYt0MFJ5w/Ds35zgfqf
        +TEZjLy+jM/iNtfiWG7OjaPf0FEwY+DUKxpbdFsXOoE9jYy2TKWn2uXG3AHtKdql
        sOD9snS67T8M3TbAhn0V4a9vZCYw5BMR77SfGwNBNvuJ0RRAk4PDSSlrjp2KBD5p
        oe1t1OLlUIztawDHhtVZLLtV4HeKNhhJABvP9lEmZgm7qpSRfQepTTfTXRUErhVY
        RTvAVrw6WIlWGUsP6MZjDkIkWEbtyOookJEtvclcNZ/LxxuoTJS4Roo3hqldUREZ
        Y5ekXCMu4A5yK8AhyyEe3SjZrUgAcv6nx3IO7U7zXwNAxu9GGtrYWjUryJG7s9DZ
        4wIDAQABo1MwUTAdBgNVHQ4EFgQUN9Le/XRwBOlQCyAp8ssRAiOVUG4wHwYDVR0j
        BBgwFoAUN9Le/XRwBOlQCyAp8ssRAiOVUG4wDwYDVR0TAQH/BAUwAwEB/zANBgkq
        hkiG9w0BAQsFAAOCAQEAA9F6Zs+MAsTWVyEkGEHKqSsDkE3nkFJyfyo8EEHQPfBN
        lVVGwnilJaqJoXSkcihHSQZBqmWqS9Z58KIf02oVPdaAI7qlSSqUbyNsuOg5FCQv
        FZw1Q/pm+ihdjMq2zPRBkz9Hp9CNWOIQOijEnDL3qQb1zsO4xeKQLdFGP1pCKJcn
        3fTYdPukKUM1rliroNtM1UwmT8cQjKOE3FqEQh8VVzNvgu7ExzRSF94M20efWAO8
        D1SEaZXtU8+xH87I3Biuhx0uvqlv2dZGokTgshVBwJSEb5pAjIZnlQHDd//G1mdP
        StK8bopwUqWBN4yqi9U8YFg6Tqq0xE3HxysS4r/OjQ==
        -----END CERTIFICATE-----
        """

    private static let inner =
        #"{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","eventName":"ObjectCreated:Put","#
        + #""s3":{"bucket":{"name":"acme"},"object":{"key":"a.log","size":2,"eTag":"e"}}}]}"#

    /// A notification with a signature of version 1 or 2.
    static func notification(version: String, change: [String: String] = [:]) -> String {
        text(
            [
                "Type": "Notification", "MessageId": "m-1", "TopicArn": topic,
                "Subject": "Amazon S3 Notification", "Message": inner,
            ],
            version,
            version == "1" ? Self.first : Self.second,
            change
        )
    }

    /// A request to confirm the subscription; also one that is signed and leads elsewhere.
    static func confirmation(leadsElsewhere: Bool = false, change: [String: String] = [:]) -> String {
        text(
            [
                "Type": "SubscriptionConfirmation", "MessageId": "m-2", "TopicArn": topic, "Token": "t0k3n",
                "Message": "You have chosen to subscribe",
                "SubscribeURL": leadsElsewhere
                    ? "https://evil.example/?Action=ConfirmSubscription" : confirmationURL,
            ],
            "2",
            leadsElsewhere ? Self.elsewhere : Self.confirming,
            change
        )
    }

    private static func text(
        _ fields: [String: String],
        _ version: String,
        _ signature: String,
        _ change: [String: String]
    ) -> String {
        var all = fields
        all["Timestamp"] = "2026-10-01T00:00:00.000Z"
        all["SigningCertURL"] = certificateURL
        all["SignatureVersion"] = version
        all["Signature"] = signature
        all.merge(change) { _, new in new }
        let data = (try? JSONEncoder().encode(all)) ?? Data()
        return String(decoding: data, as: UTF8.self)
    }

    private static let first =
        "Q0YfZOlbUX3aydAq8x0Jb4y74xM3OrgYbN/WQCSZv2MQR7bjYBecOzmibkzyDSRZLEqnIzReUPfxWToir2pKj0uE"
        + "XnEE/xx4QwGlHBXdLKXXFBHeQccrnUS2uA1uA9pMYDnmsYoezuRWIcKSAQQaF9HmL/p355qy+TkN8D7O1qln72OR"
        + "TrwWixKXXzhZ5eAR5r7ezVOtIU0NjytgBvrpX2/g7qBhrNuVy9DLRAf6Auwh4PA9pnaRWJdUcmOZ+GfMzE/bQGup"
        + "8HG8SxjvSQFcmgBrygJE5EJ3J+2YPau1ywAj3B4LHK63YW1NqUjerwM7+CrJN9/vqoMwltjLS0tKNw=="
    private static let second =
        "gKDFfmgzB4n/bXPEG6DGz0+6eSByOzAoGM6xI7wGDVqZNxyCN8H6OhJawE5W1+AP0ekHTnK2yYhJkKf5AGBg32fa"
        + "+8zq+k4nDZDLsc0riTqMKZmHf90yIo5OVEaeJuRK9/67rCDiDMiZ1zSvcBKY2Uuu6h1yhobGcvBEtCW5rjIJirAS"
        + "vt/Lcykhu/DU/hPqraiF6ee946zVqe7jLfBvLv1HdouZSSrwtx44AZDIMkGxV6JqebkITq9Vw7ScT83lCELEemS3"
        + "YynvcWbUS9X9Agazke+JhxsJpmPdiJkXOWZgd5jfJqjEKFrZt43mvfxX67SsRpRzxZJFEnCBVWF+0A=="
    private static let confirming =
        "X4PTv6jkSPYfgOLozP99cvDrPlQmN4iBxV0NqVLUtWdSWbXR1bcRo0ZBUkvH51sstTyJ6NkqXxCjIZNPen1tD4DL"
        + "gz4cWj9zul/C34rpWXfWUcQLknC0Kgt1KRMAlqwr9Yxi1hf/9yf0VHvahv/9zEXAf9nk0e+AoLsgxK3c74+jNUpG"
        + "7Q0E6Mzo1o4K8P5ySuqGk0+4ZuvO9gTZ1wxtv2rpbUSYQsBEoga5Fvc9NmHSEd2ESkmEO5wXdPqyZ/bZkoElDsob"
        + "5hgcOFmxXqW+uBv6Sm7bCMXq6mbKox5fVMM7JuvJPvCqlR9ARtdSyKxwUIFM+qJ+/z9IhpCoNRbLiw=="
    private static let elsewhere =
        "bUmDhne/HHD8SqUxz1QF4DNpiWiGtwe5bogFu6mVybNCndULvMJyVWkmR6cq3YHlUzITPwWDbh90pVgtaGdS+Wl8"
        + "zTwqDx2ppYiziRl+03+RXIAobuxBVZfAeb0PjS6bc5ayAaKD5Ic1t4ygCzPW3SQ1gzV5Z/a3dvQuRM1dEI07kXBD"
        + "0lrPm3ZuNVk/KdMolQs17ksRb4zGZ6vHkbvkc1flsGUorju1Yejrn82U2GHDtcBc2hTKU1mt+1Pw04L7Y1cY5H6C"
        + "mKhmfH53SCCsiZgKj8xxpwb6nz5RIz+F33s47Inlj0IdYT4T1I5N8XFhDiYNGePZetGuWdZfBz7qug=="
}
