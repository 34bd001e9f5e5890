internal import EventModel

/// Reads one record, of whatever store.
enum NotificationRecord {
    /// A record of S3 and those that speak like it (MinIO, Ceph…), of Alibaba OSS, or of Tencent COS.
    static func read(_ value: Any) throws(SluiceError) -> NotifiedObject {
        guard let record = value as? JSONObject else { throw missing("a record") }
        if let s3 = record["s3"] as? JSONObject { return try read(record, s3: s3) }
        if let oss = record["oss"] as? JSONObject { return try read(record, oss: oss) }
        if let cos = record["cos"] as? JSONObject { return try read(record, cos: cos) }
        throw SluiceError(
            .notificationShape,
            "The message is of no known kind.",
            hint:
                "Known are those of S3, MinIO, Ceph, Alibaba OSS, Tencent COS, EventBridge, CloudEvents, SNS."
        )
    }

    /// Compare the major version for equality and take any minor one (AWS, "Event message structure"). One
    /// that is not there is taken for the known one.
    static func check(_ version: Any?, of format: String, major: Int) throws(SluiceError) {
        guard let version else { return }
        let text = BoundedJSON.text(version) ?? "?"
        guard text.split(separator: ".").first.flatMap({ Int($0) }) == major else {
            throw SluiceError(
                .notificationVersion,
                "The message is of version '\(text.prefix(20))' of \(format); \(major).x is known."
            )
        }
    }

    private static func read(_ record: JSONObject, s3: JSONObject) throws(SluiceError) -> NotifiedObject {
        try check(record["eventVersion"], of: "S3's event messages", major: 2)
        guard let bucket = (s3["bucket"] as? JSONObject)?["name"] as? String, !bucket.isEmpty else {
            throw missing("s3.bucket.name")
        }
        guard let object = s3["object"] as? JSONObject else { throw missing("s3.object") }
        return try make(object, "s3.object.key", bucket, type: record["eventName"], form: .formEncoded)
    }

    /// The form that handlers of Function Compute get; its examples use the key as it is.
    private static func read(_ record: JSONObject, oss: JSONObject) throws(SluiceError) -> NotifiedObject {
        try check(record["eventVersion"], of: "OSS's event messages", major: 1)
        guard let bucket = (oss["bucket"] as? JSONObject)?["name"] as? String, !bucket.isEmpty else {
            throw missing("oss.bucket.name")
        }
        guard let object = oss["object"] as? JSONObject else { throw missing("oss.object") }
        return try make(object, "oss.object.key", bucket, type: record["eventName"], form: .asIs)
    }

    /// A bucket of COS is called NAME-APPID everywhere but here, and the key has `/APPID/NAME/` before it
    /// (Tencent, "COS trigger").
    private static func read(_ record: JSONObject, cos: JSONObject) throws(SluiceError) -> NotifiedObject {
        let event = record["event"] as? JSONObject ?? [:]
        try check(event["eventVersion"], of: "COS's event messages", major: 1)
        guard let place = cos["cosBucket"] as? JSONObject, let name = place["name"] as? String, !name.isEmpty
        else { throw missing("cos.cosBucket.name") }
        guard var object = cos["cosObject"] as? JSONObject, let key = object["key"] as? String else {
            throw missing("cos.cosObject.key")
        }
        var bucket = name
        if let application = BoundedJSON.text(place["appid"]), !application.isEmpty {
            if !name.hasSuffix("-\(application)") { bucket = "\(name)-\(application)" }
            let plain = bucket.dropLast(application.utf8.count + 1)
            for prefix in ["/\(application)/\(plain)/", "/\(application)/\(bucket)/"]
            where key.utf8.starts(with: prefix.utf8) {
                object["key"] = String(decoding: key.utf8.dropFirst(prefix.utf8.count), as: UTF8.self)
            }
        }
        return try make(object, "cos.cosObject.key", bucket, type: event["eventName"], form: .asIs)
    }

    /// EventBridge's own form; the key is as it is (AWS, "EventBridge event message structure").
    static func eventBridge(_ event: JSONObject) throws(SluiceError) -> NotifiedObject {
        try check(event["version"], of: "EventBridge", major: 0)
        guard let detail = event["detail"] as? JSONObject,
            let bucket = (detail["bucket"] as? JSONObject)?["name"] as? String, !bucket.isEmpty
        else { throw missing("detail.bucket.name") }
        guard let object = detail["object"] as? JSONObject else { throw missing("detail.object") }
        let kind = event["detail-type"] as? String ?? ""
        let reason = (detail["reason"] ?? detail["deletion-type"]) as? String ?? ""
        return try make(
            object,
            "detail.object.key",
            bucket,
            type: Self.type(ofDetail: kind, reason: reason),
            form: .asIs
        )
    }

    private static func type(ofDetail kind: String, reason: String) -> String {
        switch (kind, reason) {
        case ("Object Created", "POST Object"): "ObjectCreated:Post"
        case ("Object Created", "CopyObject"): "ObjectCreated:Copy"
        case ("Object Created", "CompleteMultipartUpload"): "ObjectCreated:CompleteMultipartUpload"
        case ("Object Created", _): "ObjectCreated:Put"
        case ("Object Deleted", "Delete Marker Created"): "ObjectRemoved:DeleteMarkerCreated"
        case ("Object Deleted", _): "ObjectRemoved:Delete"
        default: kind
        }
    }

    /// What all have alike: key, ETag, size, version, each under the names that somebody uses.
    private static func make(
        _ object: JSONObject,
        _ path: String,
        _ bucket: String,
        type: Any?,
        form: KeyForm
    ) throws(SluiceError) -> NotifiedObject {
        guard let text = object["key"] as? String, !text.isEmpty else { throw missing(path) }
        guard var type = type as? String else { throw missing("the event's name") }
        for prefix in ["oss:", "cos:"] where type.hasPrefix(prefix) { type.removeFirst(prefix.count) }
        let (key, alternate) = form.keys(of: text)
        let etag = ((object["eTag"] ?? object["etag"]) as? String).map { etag in
            etag.filter { $0 != "\"" }
        }
        return NotifiedObject(
            bucketAtStore: bucket,
            key: key,
            alternateKey: alternate,
            type: EventType(type),
            etag: etag.flatMap { $0.isEmpty ? nil : $0 },
            sizeBytes: BoundedJSON.unsigned(object["size"]),
            versionId: (object["versionId"] ?? object["version-id"]) as? String
        )
    }

    private static func missing(_ what: String) -> SluiceError {
        SluiceError(.notificationShape, "The message lacks \(what).")
    }
}
