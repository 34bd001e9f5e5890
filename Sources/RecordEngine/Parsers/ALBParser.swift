/// `parse: aws_alb`: access logs of Application Load Balancers.
///
/// Columns in the order of
/// docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html; those behind
/// `error_reason` came one by one and may be missing.
enum ALBParser {
    private static let format = RowFormat(
        columns: [
            RowColumn(.text, "type"), RowColumn(.text, "timestamp"), RowColumn(.text, "elb"),
            RowColumn(.address, "client_ip", "client_port"), RowColumn(.address, "target_ip", "target_port"),
            RowColumn(.number, "request_processing_time"), RowColumn(.number, "target_processing_time"),
            RowColumn(.number, "response_processing_time"), RowColumn(.number, "elb_status_code"),
            RowColumn(.number, "target_status_code"), RowColumn(.number, "received_bytes"),
            RowColumn(.number, "sent_bytes"), RowColumn(.request, "method", "url", "protocol"),
            RowColumn(.quoted, "user_agent"), RowColumn(.text, "ssl_cipher"),
            RowColumn(.text, "ssl_protocol"),
            RowColumn(.text, "target_group_arn"), RowColumn(.quoted, "trace_id"),
            RowColumn(.quoted, "domain_name"), RowColumn(.quoted, "chosen_cert_arn"),
            RowColumn(.number, "matched_rule_priority"), RowColumn(.text, "request_creation_time"),
            RowColumn(.quoted, "actions_executed"), RowColumn(.quoted, "redirect_url"),
            RowColumn(.quoted, "error_reason"), RowColumn(.quoted, "target_port_list"),
            RowColumn(.quoted, "target_status_code_list"), RowColumn(.quoted, "classification"),
            RowColumn(.quoted, "classification_reason"), RowColumn(.text, "conn_trace_id"),
            RowColumn(.quoted, "transformed_host"), RowColumn(.quoted, "transformed_uri"),
            RowColumn(.quoted, "request_transform_status"),
        ],
        required: 17
    )

    /// What users read about it.
    static let spec = ComponentSpec(
        name: "aws_alb",
        summary: "Access logs of AWS Application Load Balancers.",
        semantics: 1,
        example: "- parse: aws_alb",
        fields: format.fields,
        notes: """
            Columns that Amazon added later are left out where a line ends before them, and what stands behind
            the known ones is in `extra`. `-` is null, processing times of -1 stay. A request that is none
            stands whole in `url`.
            """,
        fieldKinds: Dictionary(
            uniqueKeysWithValues: format.columns.filter { $0.kind == .number }.map {
                ($0.fields[0], "number")
            }
                + [("client_port", "number"), ("target_port", "number or null")]
        ),
        samples: [
            "http 2018-07-02T22:23:00.186641Z app/my-loadbalancer/50dc6c495c0c9188 192.168.131.39:2817 "
                + "10.0.0.1:80 0.000 0.001 0.000 200 200 34 366 "
                + #""GET http://www.example.com:80/ HTTP/1.1" "curl/7.46.0" - - "#
                + "arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/my-targets/73e2d6bc24"
                + "d8a067 "
                + #""Root=1-58337262-36d228ad5d99923122bbe354" "-" "-" 0 2018-07-02T22:22:48.364000Z "#
                + #""forward" "#
                + #""-" "-" "10.0.0.1:80" "200" "-" "-""#
        ]
    )

    /// The parser.
    static let plan = format.plan(spec)
}
