internal import EventModel
internal import EventProcessing
internal import Foundation
internal import TestSupport
internal import Testing

/// Every dialect that stores and their couriers speak, and what none of them would send.
@Suite struct NotificationsDecodingTests {
    private func objects(_ text: String, headers: [String: String] = [:]) throws -> [NotifiedObject] {
        let reading = NotificationDecoder().read(Array(text.utf8), headers: headers)
        guard case .objects(let objects) = reading else {
            Issue.record("\(reading)")
            return []
        }
        return objects
    }

    private func refusal(_ text: String, headers: [String: String] = [:]) -> String? {
        let bytes = Array(text.utf8)
        guard case .refused(let refused) = NotificationDecoder().read(bytes, headers: headers) else {
            return nil
        }
        return refused.message == bytes ? refused.error.code.name : "the message is not kept"
    }

    /// A record of AWS with some of its fields set.
    static func record(
        version: String = "2.1",
        event: String = "ObjectCreated:Put",
        source: String = "aws:s3",
        bucket: String = "acme",
        key: String = "a.log",
        size: String = "1024",
        etag: String = "0123456789abcdef0123456789abcdef"
    ) -> String {
        """
        {"eventVersion":"\(version)","eventSource":"\(source)","awsRegion":"eu-west-1",
        "eventTime":"1970-01-01T00:00:00.000Z","eventName":"\(event)",
        "userIdentity":{"principalId":"P"},"requestParameters":{"sourceIPAddress":"127.0.0.1"},
        "responseElements":{"x-amz-request-id":"R","x-amz-id-2":"I"},
        "s3":{"s3SchemaVersion":"1.0","configurationId":"c","bucket":{"name":"\(bucket)",
        "ownerIdentity":{"principalId":"P"},"arn":"arn:aws:s3:::\(bucket)"},
        "object":{"key":"\(key)","size":\(size),"eTag":"\(etag)","versionId":"v1",
        "sequencer":"0055AED6DCD90281E5"}}}
        """
    }

    static func aws(_ records: String...) -> String { "{\"Records\":[\(records.joined(separator: ","))]}" }

    private func json(_ text: String) throws -> String {
        String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
    }

    @Test(
        "a message of S3 tells bucket, key, type, ETag, size and version",
        arguments: ["2.0", "2.1", "2.6", "2.99"]
    )
    func aws(version: String) throws {
        let object = try #require(try objects(Self.aws(Self.record(version: version))).first)
        let wanted = NotifiedObject(
            bucketAtStore: "acme",
            key: "a.log",
            type: .createdPut,
            etag: "0123456789abcdef0123456789abcdef",
            sizeBytes: 1024,
            versionId: "v1"
        )
        #expect(object == wanted)
    }

    @Test(
        "keys of forms are decoded once, and the raw form is kept where it differs (trap N03)",
        arguments: [
            ("red+flower.jpg", "red flower.jpg", "red+flower.jpg"), ("a%2Bb", "a+b", "a%2Bb"),
            ("a%252Bb", "a%2Bb", "a%252Bb"), ("a%25252Fb", "a%252Fb", "a%25252Fb"),
            ("logs%2F2026%2Fa.gz", "logs/2026/a.gz", "logs%2F2026%2Fa.gz"), ("plain/a.gz", "plain/a.gz", nil),
            ("100%", "100%", nil), ("%zz%4", "%zz%4", nil), ("%C3%A9", "é", "%C3%A9"),
        ] as [(String, String, String?)]
    )
    func keys(sent: String, key: String, alternate: String?) throws {
        let object = try #require(try objects(Self.aws(Self.record(key: sent))).first)
        #expect(object.key == ObjectKey(key))
        #expect(object.alternateKey == alternate.map { ObjectKey($0) })
    }

    @Test("bytes that are no UTF-8 come through as they are (trap W17)")
    func bytes() throws {
        let object = try #require(try objects(Self.aws(Self.record(key: "a%FF%00b"))).first)
        #expect(object.key == ObjectKey(bytes: [0x61, 0xFF, 0x00, 0x62]))
    }

    @Test("MinIO keeps the prefix of the event, has no region and repeats the key outside")
    func minio() throws {
        let record = Self.record(
            version: "2.0",
            event: "s3:ObjectCreated:CompleteMultipartUpload",
            source: "minio:s3",
            key: "dir%2Fa+b.gz",
            etag: "5fc7298143efe1276d39a3466d4e255f-1"
        )
        let text = """
            {"EventName":"s3:ObjectCreated:CompleteMultipartUpload","Key":"acme/a b.gz","Records":[\(record)]}
            """
        let object = try #require(try objects(text).first)
        #expect(object.type.name == "ObjectCreated:CompleteMultipartUpload")
        #expect(object.key == "dir/a b.gz" && object.etag == "5fc7298143efe1276d39a3466d4e255f-1")
    }

    @Test("Ceph, Alibaba OSS and Tencent COS have forms of their own")
    func others() throws {
        let ceph = Self.record(
            version: "2.2",
            event: "ObjectRemoved:Delete",
            source: "ceph:s3",
            size: "0",
            etag: ""
        )
        let removed = try #require(try objects(Self.aws(ceph)).first)
        #expect(removed.type == .removedDelete && removed.etag == nil)
        let oss = """
            {"events":[{"eventName":"ObjectCreated:PutObject","eventSource":"acs:oss","eventVersion":"1.0",
            "oss":{"bucket":{"name":"acme","arn":"acs:oss:x","ownerIdentity":"1","virtualBucket":""},
            "object":{"deltaSize":3,"eTag":"ABC","key":"a+b%20c","size":3},"ossSchemaVersion":"1.0"},
            "region":"cn-hangzhou"}]}
            """
        let object = try #require(try objects(oss).first)
        #expect(object.key == "a+b%20c" && object.alternateKey == "a b c")
        #expect(object.type.name == "ObjectCreated:PutObject" && object.type.isCreation)
        #expect(object.etag == "ABC" && object.sizeBytes == 3)
        let cos = """
            {"Records":[{"event":{"eventName":"cos:ObjectCreated:Put","eventVersion":"1.0","eventTime":15000,
            "eventSource":"qcs::cos"},"cos":{"cosSchemaVersion":"1.0","cosNotificationId":"n",
            "cosBucket":{"region":"gz","name":"acme","appid":"1250000000"},
            "cosObject":{"url":"http://x","key":"/1250000000/acme/dir/a.log","size":7,"meta":{},"vid":""}}}]}
            """
        let other = try #require(try objects(cos).first)
        #expect(other.bucketAtStore == "acme-1250000000" && other.key == "dir/a.log")
        #expect(other.type == .createdPut && other.sizeBytes == 7 && other.etag == nil)
    }

    static let eventBridge = """
        {"version":"0","id":"17793124-05d4-b198-2fde-7ededc63b103","detail-type":"Object Created",
        "source":"aws.s3","account":"1","time":"2021-11-12T00:00:00Z","region":"ca-central-1",
        "resources":["arn:aws:s3:::acme"],"detail":{"version":"0","bucket":{"name":"acme"},
        "object":{"key":"a+b%20c","size":5,"etag":"b1946ac92492d2347c6235b4d2611184",
        "version-id":"v7","sequencer":"00"},"request-id":"r","requester":"1","reason":"CopyObject"}}
        """

    @Test("EventBridge does not encode keys, and says why in words of its own")
    func bridge() throws {
        let object = try #require(try objects(Self.eventBridge).first)
        #expect(object.key == "a+b%20c" && object.type.name == "ObjectCreated:Copy")
        #expect(object.versionId == "v7" && object.sizeBytes == 5)
        let removed = Self.eventBridge.replacing("Object Created", with: "Object Deleted")
            .replacing("\"reason\":\"CopyObject\"", with: "\"deletion-type\":\"Delete Marker Created\"")
        #expect(try objects(removed).first?.type.name == "ObjectRemoved:DeleteMarkerCreated")
    }

    @Test("CloudEvents come structured, in base64, in batches, or with their attributes in headers")
    func cloudEvents() throws {
        let head = """
            {"specversion":"1.0","id":"R.I","source":"aws:s3.eu-west-1.acme",
            "type":"com.amazonaws.s3.ObjectCreated:Put","datacontenttype":"application/json","subject":"a.log"
            """
        let record = Self.record()
        let base64 = Data(record.utf8).base64EncodedString()
        let structured = "\(head),\"data\":\(record)}"
        for text in [structured, "\(head),\"data_base64\":\"\(base64)\"}", "[\(structured)]"] {
            #expect(try objects(text).first?.key == "a.log")
        }
        let headers = ["ce-specversion": "1.0", "ce-type": "com.amazonaws.s3.ObjectCreated:Put"]
        #expect(try objects(record, headers: headers).first?.bucketAtStore == "acme")
        #expect(try objects("[\(structured),\(structured)]").count == 2)
        #expect(refusal(record, headers: ["ce-specversion": "2.0"]) == "notification.unknown-version")
        #expect(refusal(structured.replacing("\"1.0\",\"id\"", with: "\"0.3\",\"id\"")) != nil)
    }

    @Test("SNS wraps any of them, EventBridge too")
    func envelopes() throws {
        for inner in [Self.aws(Self.record()), Self.eventBridge] {
            let text = """
                {"Type":"Notification","MessageId":"m","TopicArn":"arn:aws:sns:eu-west-1:1:t",
                "Message":\(try json(inner)),"Timestamp":"2026-01-01T00:00:00.000Z"}
                """
            #expect(try objects(text).first?.bucketAtStore == "acme")
        }
    }

    @Test("several records are several objects, and one that cannot be read refuses them all (trap N04)")
    func several() throws {
        let text = Self.aws(Self.record(key: "a"), Self.record(key: "b"), Self.record(key: "c"))
        #expect(try objects(text).map(\.key) == ["a", "b", "c"])
        let mixed = Self.aws(Self.record(key: "a"), Self.record(version: "3.0", key: "b"))
        #expect(refusal(mixed) == "notification.unknown-version")
    }

    @Test(
        "messages that speak of no object are ignored",
        arguments: [
            #"{"Service":"Amazon S3","Event":"s3:TestEvent","Time":"t","Bucket":"acme","RequestId":"r"}"#,
            #"{"Type":"SubscriptionConfirmation","TopicArn":"arn:aws:sns:eu-west-1:1:t","Token":"t"}"#,
            #"{"Records":[]}"#, "[]",
            #"{"Type":"Notification","TopicArn":"t","Message":"{\"Event\":\"s3:TestEvent\"}"}"#,
        ]
    )
    func ignored(text: String) {
        guard case .ignored = NotificationDecoder().read(Array(text.utf8)) else {
            Issue.record("\(NotificationDecoder().read(Array(text.utf8)))")
            return
        }
    }

    @Test(
        "what is of no known kind is refused, and kept",
        arguments: [
            "", "null", "1", "\"x\"", "{}", "{", #"{"Records":1}"#, #"{"Records":[1]}"#, #"{"Records":[{}]}"#,
            #"{"Records":[{"s3":{}}]}"#, #"{"Records":[{"s3":{"bucket":{"name":"a"},"object":{}}}]}"#,
            #"{"Records":[{"eventName":"x","s3":{"bucket":{"name":""},"object":{"key":"k"}}}]}"#,
            #"{"Records":[{"eventName":"x","s3":{"bucket":{"name":"a"},"object":{"key":""}}}]}"#,
            #"{"Records":[{"s3":{"bucket":{"name":"a"},"object":{"key":"k"}}}]}"#,
            #"{"Type":"Notification","TopicArn":"t","Message":7}"#, #"{"specversion":"1.0"}"#,
            #"{"detail-type":"Object Created","detail":{}}"#, "{\"a\":\"\u{FFFF}",
        ]
    )
    func refused(text: String) {
        #expect(refusal(text) == "notification.unknown-shape")
    }

    @Test("size, depth, envelopes and records have limits")
    func limits() throws {
        #expect(refusal(String(repeating: " ", count: (1 << 20) + 1)) == "notification.over-limit")
        #expect(refusal(String(repeating: "[", count: 100_000)) == "notification.over-limit")
        #expect(refusal(String(repeating: "{\"a\":", count: 33)) == "notification.over-limit")
        // Brackets in text do not count.
        let deep = Self.record(key: String(repeating: "[{\\\\\\\"", count: 100))
        #expect(try objects(Self.aws(deep)).count == 1)
        let many = Array(
            repeating: #"{"eventName":"x","s3":{"bucket":{"name":"a"},"object":{"key":"k"}}}"#,
            count: 1001
        )
        #expect(refusal("{\"Records\":[\(many.joined(separator: ","))]}") == "notification.over-limit")
        #expect(refusal("[\(many.joined(separator: ","))]") == "notification.over-limit")
        #expect(try objects("{\"Records\":[\(many.dropLast().joined(separator: ","))]}").count == 1000)
        var text = Self.aws(Self.record())
        for _ in 0..<6 { text = #"{"Type":"Notification","TopicArn":"t","Message":\#(try json(text))}"# }
        #expect(refusal(text) == "notification.over-limit")
    }

    @Test("no damage of a message makes the decoder trap")
    func damage() throws {
        var random = TestRandom(seed: 7)
        let texts = [Self.aws(Self.record(key: "a%2Fb")), Self.eventBridge]
        for _ in 0..<4000 {
            var bytes = Array(texts[random.below(2)].utf8)
            for _ in 0...random.below(4) {
                let index = random.below(bytes.count)
                switch random.below(4) {
                case 0: bytes[index] = UInt8(random.below(256))
                case 1: bytes.removeSubrange(index..<min(bytes.count, index + random.below(40)))
                case 2: bytes.insert(contentsOf: Array(#"":[{}],"1e999\u00"#.utf8), at: index)
                default: bytes = Array(bytes[..<index])
                }
                if bytes.isEmpty { bytes = [0x7B] }
            }
            _ = NotificationDecoder().read(bytes)
        }
    }

    @Test(
        "sizes are whole and not negative, or none",
        arguments: [
            ("0", 0), ("5368709120", 5_368_709_120), ("\"12\"", 12), ("-1", nil), ("1.5", nil),
            ("1e400", nil),
            ("1e15", 1_000_000_000_000_000), ("null", nil), ("[]", nil), ("99999999999999999999", nil),
        ] as [(String, UInt64?)]
    )
    func sizes(text: String, size: UInt64?) throws {
        let reading = NotificationDecoder().read(Array(Self.aws(Self.record(size: text)).utf8))
        if case .objects(let objects) = reading {
            #expect(objects.first?.sizeBytes == size)
        } else {
            #expect(size == nil, "\(reading)")
        }
    }
}
