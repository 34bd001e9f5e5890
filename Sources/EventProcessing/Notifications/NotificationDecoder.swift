internal import EventModel
internal import Foundation

/// Reads notifications of every dialect that stores and their couriers speak (conventions.md 1 and 2). Pure;
/// never traps, whatever the bytes are.
///
/// Around the records of a store there may be an SNS envelope (its `Message` is text), an event of
/// EventBridge, or a CloudEvent, structured or with its attributes in headers.
public struct NotificationDecoder: Sendable {
    /// What one message may be.
    public struct Limits: Sendable {
        /// At most so many bytes: what SQS carries ("Amazon SQS message quotas").
        public var sizeBytes = 1 << 20
        /// At most so many brackets within each other; a record needs seven.
        public var depth = 32
        /// At most so many records; each may cost a look at the store.
        public var records = 1000

        /// The usual limits.
        public init() {}
    }

    /// Envelopes within envelopes: EventBridge or CloudEvents within SNS within SQS.
    private static let mostEnvelopes = 4
    private let limits: Limits

    /// Reads messages within limits.
    public init(limits: Limits = Limits()) { self.limits = limits }

    /// Reads one message. `headers` are those of an HTTP request, by lower-case names; only CloudEvents'
    /// count (`ce-specversion`).
    public func read(_ message: [UInt8], headers: [String: String] = [:]) -> NotificationReading {
        do throws(SluiceError) {
            if let version = headers["ce-specversion"] {
                try NotificationRecord.check(version, of: "CloudEvents", major: 1)
            }
            let content = try content(of: try BoundedJSON.parse(message, limits), envelopes: 0)
            switch content {
            case .ignored: return content
            case .refused: return content
            case .objects(let objects):
                guard !objects.isEmpty else { return .ignored(reason: "it holds no record") }
                return content
            }
        } catch {
            return .refused(RefusedNotification(error: error, message: message))
        }
    }

    private func content(of value: Any, envelopes: Int) throws(SluiceError) -> NotificationReading {
        guard envelopes <= Self.mostEnvelopes else {
            throw SluiceError(.notificationLimit, "The message has envelopes within envelopes.")
        }
        // CloudEvents' batched mode (JSON Event Format 1.0, section 4).
        if let batch = value as? [Any] { return try all(batch, envelopes: envelopes) }
        guard let message = value as? JSONObject else {
            throw SluiceError(.notificationShape, "The message is no JSON object.")
        }
        if let kind = message["Type"] as? String, message["TopicArn"] is String {
            guard kind == "Notification" else { return .ignored(reason: kind) }
            return try content(ofText: message["Message"], envelopes: envelopes)
        }
        if message["Event"] as? String == "s3:TestEvent" { return .ignored(reason: "s3:TestEvent") }
        if let version = message["specversion"] {
            try NotificationRecord.check(version, of: "CloudEvents", major: 1)
            return try contentOfCloudEvent(message, envelopes: envelopes)
        }
        if message["detail-type"] != nil, message["detail"] != nil {
            return .objects([try NotificationRecord.eventBridge(message)])
        }
        if let records = (message["Records"] ?? message["events"]) as? [Any] {
            guard records.count <= limits.records else { throw tooMany(records.count) }
            var objects: [NotifiedObject] = []
            for record in records { objects.append(try NotificationRecord.read(record)) }
            return .objects(objects)
        }
        return .objects([try NotificationRecord.read(message)])
    }

    private func contentOfCloudEvent(
        _ event: JSONObject,
        envelopes: Int
    ) throws(SluiceError) -> NotificationReading {
        if let data = event["data"] {
            if data is String { return try content(ofText: data, envelopes: envelopes) }
            return try content(of: data, envelopes: envelopes + 1)
        }
        guard let text = event["data_base64"] as? String, let data = Data(base64Encoded: text) else {
            throw SluiceError(.notificationShape, "The CloudEvent has no 'data'.")
        }
        return try content(of: try BoundedJSON.parse(Array(data), limits), envelopes: envelopes + 1)
    }

    private func content(ofText value: Any?, envelopes: Int) throws(SluiceError) -> NotificationReading {
        guard let text = value as? String else {
            throw SluiceError(.notificationShape, "The envelope holds no text of a message.")
        }
        let inner = try BoundedJSON.parse(Array(text.utf8), limits)
        return try content(of: inner, envelopes: envelopes + 1)
    }

    private func all(_ batch: [Any], envelopes: Int) throws(SluiceError) -> NotificationReading {
        var objects: [NotifiedObject] = []
        for value in batch.prefix(limits.records + 1) {
            if case .objects(let more) = try content(of: value, envelopes: envelopes + 1) { objects += more }
            guard objects.count <= limits.records else { throw tooMany(objects.count) }
        }
        guard batch.count <= limits.records else { throw tooMany(batch.count) }
        return .objects(objects)
    }

    private func tooMany(_ count: Int) -> SluiceError {
        SluiceError(
            .notificationLimit,
            "The message has \(count) records or more; at most \(limits.records) are read."
        )
    }
}
