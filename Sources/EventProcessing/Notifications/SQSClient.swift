internal import EventModel
internal import Execution
internal import Foundation
internal import HTTPTransport

/// The two calls of SQS that are needed, in its JSON protocol (AWS, "Making Query API requests using AWS JSON
/// protocol in Amazon SQS").
struct SQSClient: Sendable {
    /// A message as the queue has it.
    struct Message: Sendable, Hashable {
        /// Stays the same when the message comes again.
        let id: String
        /// Names this receipt; needed to delete the message.
        let receipt: String
        /// What was sent.
        let body: String
    }

    /// Sends a request; the client's, or a test's.
    typealias Send = @Sendable (HTTPRequest, Int) async throws(SluiceError) -> HTTPResponse

    /// The most messages of one call ("Amazon SQS message quotas").
    static let mostMessages = 10
    /// The longest that a call may wait for the first message, in seconds.
    static let waitSeconds = 20
    /// Ten messages of the largest size, each with its JSON escaped once more.
    private static let answerLimit = 24 << 20
    private static let answerLimits: NotificationDecoder.Limits = {
        var limits = NotificationDecoder.Limits()
        limits.sizeBytes = answerLimit
        return limits
    }()

    /// Which queue.
    let queue: SQSQueue
    /// Who asks.
    let credentials: any CredentialProvider
    /// By which way.
    let send: Send
    /// Dates requests.
    private let clock: ServerClock
    private let signer = SignatureV4()

    /// Reads a queue.
    init(
        queue: SQSQueue,
        credentials: any CredentialProvider,
        send: @escaping Send,
        clock: any TimeSource
    ) {
        self.queue = queue
        self.credentials = credentials
        self.send = send
        self.clock = ServerClock(clock)
    }

    /// Up to ten messages; waits up to 20 s for the first one.
    func receive() async throws(SluiceError) -> [Message] {
        let answer = try await call(
            "ReceiveMessage",
            [
                "QueueUrl": queue.url, "MaxNumberOfMessages": Self.mostMessages,
                "WaitTimeSeconds": Self.waitSeconds,
            ],
            timeout: .seconds(Self.waitSeconds + 15),
            isLongPoll: true
        )
        let messages = answer["Messages"] as? [Any] ?? []
        return messages.compactMap { value in
            guard let message = value as? JSONObject, let id = message["MessageId"] as? String,
                let receipt = message["ReceiptHandle"] as? String
            else { return nil }
            return Message(id: id, receipt: receipt, body: message["Body"] as? String ?? "")
        }
    }

    /// Deletes up to ten messages; returns those that could not be deleted.
    func delete(_ messages: [Message]) async throws(SluiceError) -> [Message] {
        let entries = messages.enumerated().map { number, message in
            ["Id": "\(number)", "ReceiptHandle": message.receipt]
        }
        let answer = try await call(
            "DeleteMessageBatch",
            ["QueueUrl": queue.url, "Entries": entries],
            timeout: .seconds(30)
        )
        let deleted = (answer["Successful"] as? [Any] ?? []).compactMap {
            ($0 as? JSONObject)?["Id"] as? String
        }
        return messages.enumerated().filter { !deleted.contains("\($0.offset)") }.map(\.element)
    }

    private func call(
        _ action: String,
        _ parameters: JSONObject,
        timeout: Duration,
        isLongPoll: Bool = false
    ) async throws(SluiceError) -> JSONObject {
        guard let body = try? JSONSerialization.data(withJSONObject: parameters) else {
            throw SluiceError(.notificationQueue, "A request to '\(queue.url)' cannot be written.")
        }
        var request = HTTPRequest(
            method: "POST",
            endpoint: queue.address,
            path: "/",
            headers: [
                HTTPField(name: "content-type", value: "application/x-amz-json-1.0"),
                HTTPField(name: "x-amz-target", value: "AmazonSQS.\(action)"),
            ],
            body: Array(body),
            timeout: timeout
        )
        request.isLongPoll = isLongPoll
        let signedAt = clock.now
        var response = try await send(try await signed(request, at: signedAt), Self.answerLimit)
        // A clock that is off has many names here; the dates tell, whatever the words.
        if [400, 401, 403].contains(response.status), let date = response.date,
            ServerClock.isSkewed(date, signedAt: signedAt)
        {
            clock.follow(date)
            response = try await send(try await signed(request, at: clock.now), Self.answerLimit)
        }
        let value = (try? BoundedJSON.parse(response.body, Self.answerLimits)) as? JSONObject
        guard response.status == 200, let value else {
            if response.status == 401 || response.status == 403 { await credentials.invalidate() }
            throw failure(action, response, value ?? [:])
        }
        return value
    }

    private func signed(_ request: HTTPRequest, at now: Timestamp) async throws(SluiceError) -> HTTPRequest {
        guard let key = try await credentials.credentials() else { return request }
        var signed = request
        signer.sign(
            &signed,
            with: key,
            region: queue.region,
            service: "sqs",
            payload: .computed,
            at: now
        )
        return signed
    }

    /// `__type` is `com.amazonaws.sqs#QueueDoesNotExist`; older services put the code into a header.
    private func failure(_ action: String, _ response: HTTPResponse, _ value: JSONObject) -> SluiceError {
        let type = value["__type"] as? String ?? response.header("x-amzn-errortype") ?? "no code"
        let code = type.split(separator: "#").last.map { String($0.prefix(80)) } ?? "no code"
        let message = (value["message"] ?? value["Message"]) as? String ?? ""
        return SluiceError(
            .notificationQueue,
            "\(action) of '\(queue.url)' was answered \(response.status) (\(code)) \(message.prefix(300))",
            hint: "Are URL, region and credentials right, and is it allowed to receive and delete?"
        )
    }
}

extension SluiceError.Code {
    /// A queue does not answer as it should.
    static let notificationQueue = Self("notification.queue-failed", .outage)
}
