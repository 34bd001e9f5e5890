/// `parse: aws_s3_access`: server access logs of Amazon S3.
///
/// Columns in the order of docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html; those behind
/// `version_id` came one by one and may be missing.
enum S3AccessParser {
    private static let format = RowFormat(
        columns: [
            RowColumn(.text, "bucket_owner"), RowColumn(.text, "bucket"), RowColumn(.bracketed, "timestamp"),
            RowColumn(.text, "remote_ip"), RowColumn(.text, "requester"), RowColumn(.text, "request_id"),
            RowColumn(.text, "operation"), RowColumn(.text, "key"),
            RowColumn(.request, "method", "path", "protocol"), RowColumn(.number, "http_status"),
            RowColumn(.text, "error_code"), RowColumn(.number, "bytes_sent"),
            RowColumn(.number, "object_size"), RowColumn(.number, "total_time"),
            RowColumn(.number, "turn_around_time"), RowColumn(.quoted, "referer"),
            RowColumn(.quoted, "user_agent"), RowColumn(.text, "version_id"), RowColumn(.text, "host_id"),
            RowColumn(.text, "signature_version"), RowColumn(.text, "cipher_suite"),
            RowColumn(.text, "authentication_type"), RowColumn(.text, "host_header"),
            RowColumn(.text, "tls_version"), RowColumn(.text, "access_point_arn"),
            RowColumn(.text, "acl_required"),
        ],
        required: 18
    )

    /// What users read about it.
    static let spec = ComponentSpec(
        name: "aws_s3_access",
        summary: "Server access logs of Amazon S3.",
        semantics: 1,
        example: "- parse: aws_s3_access",
        fields: format.fields,
        notes: """
            Columns that Amazon added later are left out where a line ends before them, and what stands behind
            the known ones is in `extra`. `-` is null. Keys stay percent-encoded. A quote that the client sent
            in a header is kept, unless a space follows it.
            """,
        fieldKinds: Dictionary(
            uniqueKeysWithValues: format.columns.filter { $0.kind == .number }.map {
                ($0.fields[0], "number")
            }
                + [("timestamp", "text, as between the brackets"), ("path", "text, query included")]
        ),
        samples: [
            "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be amzn-s3-demo-bucket1 "
                + "[06/Feb/2019:00:00:38 +0000] 192.0.2.3 "
                + "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be 3E57427F3EXAMPLE "
                + #"REST.GET.VERSIONING - "GET /amzn-s3-demo-bucket1?versioning HTTP/1.1" 200 - 113 - 7 "#
                + #"- "-" "#
                + #""S3Console/0.4" - "#
                + #"s9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/eTPFvsiP/XV/VLi31234= "#
                + "SigV4 ECDHE-RSA-AES128-GCM-SHA256 AuthHeader "
                + "amzn-s3-demo-bucket1.s3.us-west-1.amazonaws.com "
                + "TLSV1.2 arn:aws:s3:us-west-1:123456789012:accesspoint/example-AP Yes"
        ]
    )

    /// The parser.
    static let plan = format.plan(spec)
}
