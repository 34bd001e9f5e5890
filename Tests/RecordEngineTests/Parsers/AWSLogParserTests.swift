internal import EventModel
internal import RecordEngine
internal import Testing

@Suite struct AWSLogParserTests {
    /// Examples of load-balancer-access-logs.html in the guide of Application Load Balancers.
    private static let https =
        "https 2018-07-02T22:23:00.186641Z app/my-loadbalancer/50dc6c495c0c9188 192.168.131.39:2817 "
        + "10.0.0.1:80 0.086 "
        + #"0.048 0.037 200 200 0 57 "GET https://www.example.com:443/ HTTP/1.1" "curl/7.46.0" "#
        + "ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 "
        + "arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/my-targets/"
        + #"73e2d6bc24d8a067 "Root=1-58337281-1d84f3d73c47ec4e58577259" "www.example.com" "#
        + #""arn:aws:acm:us-east-2:123456789012:certificate/12345678-1234-1234-1234-123456789012" 1 "#
        + #"2018-07-02T22:22:48.364000Z "authenticate,forward" "-" "-" "10.0.0.1:80" "200" "-" "-""#

    private static let httpsJSON =
        #"{"type":"https","timestamp":"2018-07-02T22:23:00.186641Z","#
        + #""elb":"app/my-loadbalancer/50dc6c495c0c9188","#
        + #""client_ip":"192.168.131.39","client_port":2817,"target_ip":"10.0.0.1","target_port":80,"#
        + #""request_processing_time":0.086,"target_processing_time":0.048,"response_processing_time":0.037,"#
        + #""elb_status_code":200,"target_status_code":200,"received_bytes":0,"sent_bytes":57,"#
        + #""method":"GET","#
        + #""url":"https://www.example.com:443/","protocol":"HTTP/1.1","user_agent":"curl/7.46.0","#
        + #""ssl_cipher":"ECDHE-RSA-AES128-GCM-SHA256","ssl_protocol":"TLSv1.2","target_group_arn":"#
        + #""arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/my-targets/73e2d6bc24d8a067","#
        + #""trace_id":"Root=1-58337281-1d84f3d73c47ec4e58577259","domain_name":"www.example.com","#
        + #""chosen_cert_arn":"arn:aws:acm:us-east-2:123456789012:certificate/12345678-1234-1234-1234-12"#
        + #"3456789012","#
        + #""matched_rule_priority":1,"request_creation_time":"2018-07-02T22:22:48.364000Z","#
        + #""actions_executed":"authenticate,forward","redirect_url":null,"error_reason":null,"#
        + #""target_port_list":"10.0.0.1:80","target_status_code_list":"200","classification":null,"#
        + #""classification_reason":null"#

    @Test("aws_alb: reads the guide's example, newer columns, and those that no one knows yet")
    func alb() throws {
        let newer = #" TID_1234 "-" "/a?b" "TransformSuccess""#
        let text = "\(Self.https)\n\(Self.https)\(newer)\n\(Self.https)\(newer) new \"col umn\"\n"
        let result = try run("- parse: aws_alb", text)
        let more =
            #","conn_trace_id":"TID_1234","transformed_host":null,"transformed_uri":"/a?b","#
            + #""request_transform_status":"TransformSuccess""#
        #expect(result.rejects.isEmpty, "\(result.rejectLines)")
        #expect(
            result.lines == [
                Self.httpsJSON + "}", Self.httpsJSON + more + "}",
                Self.httpsJSON + more + #","extra":"new \"col umn\""}"#,
            ]
        )
    }

    @Test("aws_alb: reads failures without a target, and requests that are none")
    func albFailure() throws {
        let line =
            "http 2018-11-30T22:23:00.186641Z app/lb/50dc 2001:db8::1:2817 - -1 -1 -1 502 - 34 366 "
            + #""- http://example.com:80- " "-" - - arn "Root=1" "-" "-" 0 2018-11-30T22:22:48.364000Z "#
            + #""forward""#
        let steps = """
            - parse: aws_alb
            - keep:
                - client_ip
                - client_port
                - target_ip
                - target_port
                - target_processing_time
                - target_status_code
                - method
                - url
                - protocol
                - actions_executed
            """
        let result = try run(steps, line + "\n")
        #expect(
            result.lines == [
                #"{"client_ip":"2001:db8::1","client_port":2817,"target_ip":null,"target_port":null,"#
                    + #""target_processing_time":-1,"target_status_code":null,"method":null,"#
                    + #""url":"http://example.com:80- ","protocol":null,"actions_executed":"forward"}"#
            ],
            "\(result.rejectLines)"
        )
    }

    /// Examples of LogFormat.html in the guide of Amazon S3; the second with the columns of 2006.
    @Test("aws_s3_access: reads the guide's examples, old and new")
    func s3() throws {
        let head =
            "79a5 amzn-s3-demo-bucket1 [06/Feb/2019:00:00:38 +0000] 192.0.2.3 79a5 3E57427F3EXAMPLE "
            + "REST.GET.VERSIONING - "
            + #""GET /amzn-s3-demo-bucket1?versioning HTTP/1.1" 200 - 113 - 7 - "-" "S3Console/0.4" -"#
        let tail =
            " s9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/eTPFvsiP/XV/VLi31234= SigV4 "
            + "ECDHE-RSA-AES128-GCM-SHA256 AuthHeader amzn-s3-demo-bucket1.s3.us-west-1.amazonaws.com "
            + "TLSV1.2 "
            + "arn:aws:s3:us-west-1:123456789012:accesspoint/example-AP Yes"
        let result = try run("- parse: aws_s3_access", "\(head)\n\(head)\(tail)\n\(head)\(tail) us-west-1\n")
        let old =
            #"{"bucket_owner":"79a5","bucket":"amzn-s3-demo-bucket1","timestamp":"06/Feb/2019:00:00:38 "#
            + #"+0000","#
            + #""remote_ip":"192.0.2.3","requester":"79a5","request_id":"3E57427F3EXAMPLE","#
            + #""operation":"REST.GET.VERSIONING","key":null,"method":"GET","#
            + #""path":"/amzn-s3-demo-bucket1?versioning","#
            + #""protocol":"HTTP/1.1","http_status":200,"error_code":null,"bytes_sent":113,"#
            + #""object_size":null,"#
            + #""total_time":7,"turn_around_time":null,"referer":null,"user_agent":"S3Console/0.4","#
            + #""version_id":null"#
        let new =
            #","host_id":"s9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/eTPFvsiP/XV/VLi31234=","#
            + #""signature_version":"SigV4","cipher_suite":"ECDHE-RSA-AES128-GCM-SHA256","#
            + #""authentication_type":"AuthHeader","#
            + #""host_header":"amzn-s3-demo-bucket1.s3.us-west-1.amazonaws.com","#
            + #""tls_version":"TLSV1.2","access_point_arn":"#
            + #""arn:aws:s3:us-west-1:123456789012:accesspoint/example-AP","acl_required":"Yes""#
        #expect(result.rejects.isEmpty, "\(result.rejectLines)")
        #expect(result.lines == [old + "}", old + new + "}", old + new + #","extra":"us-west-1"}"#])
    }

    @Test("aws_s3_access: keeps quotes that the client sent, and requests that are none")
    func s3Quotes() throws {
        let line = #"o b [t] ip r id OP key%20x "-" 400 E - - - - "a"b" "say "hi"!" v"#
        let result = try run(
            "- parse: aws_s3_access\n- keep: [method, path, protocol, referer, user_agent]",
            line + "\n"
        )
        #expect(
            result.lines == [
                #"{"method":null,"path":null,"protocol":null,"referer":"a\"b","user_agent":"say \"hi\"!"}"#
            ],
            "\(result.rejectLines)"
        )
    }

    @Test(
        "reject lines of another shape, with the place",
        arguments: [
            ("aws_alb", "http 2018 elb", "line with too few columns at byte 13"),
            ("aws_alb", "h t e 1.2.3.4:5 - 0.1 x 0 200", "number or '-' expected at byte 22"),
            ("aws_alb", "h  e", "value expected at byte 2"),
            ("aws_alb", "h t e c:1 t:2 0 0 0 200 200 0 0 GET", "quoted text expected at byte 32"),
            (
                "aws_alb", "h t e c:1 t:2 0 0 0 200 200 0 0 \"GET / HTTP/1.1\"x",
                "quoted text expected at byte 32"
            ),
            ("aws_s3_access", "o b 06/Feb/2019 ip", "timestamp expected at byte 4"),
            ("aws_s3_access", "o b [06/Feb/2019 ip", "timestamp expected at byte 4"),
            ("aws_s3_access", "o b [t]ip", "space expected at byte 7"),
        ]
    )
    func rejects(_ parser: String, _ line: String, _ reason: String) throws {
        let result = try run("- parse: \(parser)", line + "\n")
        #expect(result.lines.isEmpty)
        #expect(result.rejectLines.first?.contains(reason) == true, "\(result.rejectLines)")
    }

    /// Examples of flow-logs-records-examples.html in the guide of Amazon VPC.
    private static let flow =
        "2 123456789010 eni-1235b8ca123456789 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 "
        + "1418530070 ACCEPT OK"

    private static let flowJSON =
        #"{"version":2,"account_id":"123456789010","interface_id":"eni-1235b8ca123456789","#
        + #""srcaddr":"172.31.16.139","#
        + #""dstaddr":"172.31.16.21","srcport":20641,"dstport":22,"protocol":6,"packets":20,"bytes":4249,"#
        + #""start":1418530010,"end":1418530070,"action":"ACCEPT","log_status":"OK"}"#

    @Test("aws_vpc_flow: reads the default format, without and with its header line")
    func vpcDefault() throws {
        let noData = "2 123456789010 eni-1235b8ca123456789 - - - - - - - 1431280876 1431280934 - NODATA"
        let noDataJSON =
            #"{"version":2,"account_id":"123456789010","interface_id":"eni-1235b8ca123456789","#
            + #""srcaddr":null,"#
            + #""dstaddr":null,"srcport":null,"dstport":null,"protocol":null,"packets":null,"bytes":null,"#
            + #""start":1431280876,"end":1431280934,"action":null,"log_status":"NODATA"}"#
        let header =
            "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes "
            + "start end action log-status"
        for text in [
            "\(Self.flow)\n\(noData)\n", "\(header)\n\(Self.flow)\n\(noData)\n",
            "\(header)\r\n\(Self.flow)\r\n\(header)\r\n\(noData)",
        ] {
            let result = try run("- parse: aws_vpc_flow", text)
            #expect(result.lines == [Self.flowJSON, noDataJSON], "\(result.rejectLines)")
            #expect(result.rejects.isEmpty)
        }
    }

    @Test("aws_vpc_flow: reads custom formats by their header line or by the option")
    func vpcCustom() throws {
        let result = try run(
            "- parse: aws_vpc_flow",
            "vpc-id srcaddr tcp-flags bytes\nvpc-1 012 19 -\nvpc-1 012\n"
        )
        #expect(result.lines == [#"{"vpc_id":"vpc-1","srcaddr":"012","tcp_flags":19,"bytes":null}"#])
        #expect(result.rejectLines.first?.contains("not as many columns as were named at byte 9") == true)
        let steps =
            "- parse: { format: aws_vpc_flow, columns: [\"${region}\", \"${bytes}\", x-own] }\n- "
            + "keep_if: bytes > 1"
        let named = try run(steps, "eu 2 1\neu 1 1\n")
        #expect(named.lines == [#"{"region":"eu","bytes":2,"x_own":"1"}"#])
    }
}
