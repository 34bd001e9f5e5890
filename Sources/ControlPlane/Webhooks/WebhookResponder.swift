internal import EventModel
internal import EventProcessing
internal import Execution
internal import Foundation
internal import Synchronization

/// A request to the webhook, before its body was read.
struct WebhookRequest: Sendable {
    /// `POST`, or `GET` and `HEAD` of those who only ask whether somebody listens.
    let method: String
    /// Without the query.
    let path: String
    /// By lower-case names; of a repeated one the last.
    let headers: [String: String]
    /// Reads the body, up to `WebhookResponder.bodyLimit`.
    let body: @Sendable () async throws(SluiceError) -> [UInt8]
}

/// The webhook without its transport.
///
/// What a message says is never trusted: it names a bucket that takes notifications, and costs at most one
/// look at the store for each key (trap S14). Without a proof, nothing of a message is looked at.
struct WebhookResponder: Sendable {
    /// At most so many bytes of body.
    static let bodyLimit = 1 << 20
    /// Where messages are taken.
    static let paths: Set<String> = ["/", "/webhook"]
    /// What MinIO and others do to see whether somebody listens; does nothing.
    private static let probes: Set<String> = ["GET", "HEAD"]

    private let settings: WebhookSettings
    private let receiver: any NotificationReceiver
    private let sns: SNSVerifier
    private let clock: any TimeSource
    private let jobs: WebhookJobs
    private let replays: ReplayGuard

    /// Puts a webhook before a receiver.
    init(
        settings: WebhookSettings,
        receiver: any NotificationReceiver,
        fetch: @escaping SNSVerifier.Fetch,
        clock: any TimeSource,
        jobs: WebhookJobs
    ) {
        self.settings = settings
        self.receiver = receiver
        self.clock = clock
        self.jobs = jobs
        sns = SNSVerifier(topics: settings.topics, clock: clock, fetch: fetch)
        replays = ReplayGuard()
    }

    /// Answers a request. Never throws: failures are answers.
    func respond(to request: WebhookRequest) async -> APIResponse {
        do throws(SluiceError) {
            return try await answer(to: request)
        } catch {
            return .failure(error)
        }
    }

    private func answer(to request: WebhookRequest) async throws(SluiceError) -> APIResponse {
        let head = RequestHead(
            authority: request.headers["host"] ?? "",
            origin: request.headers["origin"],
            authorization: request.headers["authorization"],
            contentType: request.headers["content-type"]
        )
        try AccessPolicy.checkNames(head, hosts: settings.hosts)
        if Self.probes.contains(request.method) {
            return APIResponse(status: 200, contentType: "text/plain", body: Data())
        }
        guard Self.paths.contains(request.path) else {
            throw SluiceError(.apiNotFound, "There is no such path.", hint: "Post to /webhook.")
        }
        guard request.method == "POST" else {
            throw SluiceError(.apiMethod, "This path does not take \(Escaped.text(request.method)).")
        }
        let isOfSNS = request.headers["x-amz-sns-message-type"] != nil && !settings.topics.isEmpty
        var isProven = false
        if case .token(let token) = settings.proof {
            isProven = Self.bears(token, head.authorization ?? "")
            guard isProven || isOfSNS else { throw Self.unproven }
        }
        try Self.checkType(request.headers, isOfSNS: isOfSNS)
        let body = try await request.body()
        if case .hmac(let secret) = settings.proof, !isOfSNS {
            return try await answer(to: request, body: body, signedWith: secret)
        }
        return try await look(at: body, request, isOfSNS: !isProven)
    }

    /// A message that was accepted before is not looked at again; the sender, who may have missed the answer,
    /// is told that all is well.
    private func answer(
        to request: WebhookRequest,
        body: [UInt8],
        signedWith secret: Secret
    ) async throws(SluiceError) -> APIResponse {
        let id = request.headers["webhook-id"]
        let now = clock.now
        try StandardWebhook(secret: secret).check(
            id: id,
            timestamp: request.headers["webhook-timestamp"],
            signatures: request.headers["webhook-signature"],
            body: body,
            now: now
        )
        if let id, replays.holds(id, now: now) { return try .view(["ignored": "repeated"]) }
        let answer = try await look(at: body, request, isOfSNS: false)
        if let id, answer.status == 200 { replays.insert(id, now: now) }
        return answer
    }

    private func look(
        at body: [UInt8],
        _ request: WebhookRequest,
        isOfSNS: Bool
    ) async throws(SluiceError) -> APIResponse {
        let (sns, receiver) = (self.sns, self.receiver)
        let headers = request.headers
        let outcome = try await jobs.outcome { () async throws(SluiceError) in
            if isOfSNS {
                let envelope = try SNSEnvelope(body)
                try await sns.verify(envelope)
                if envelope.kind == "SubscriptionConfirmation" {
                    try await sns.confirm(envelope)
                    return .ignored(reason: "the subscription is confirmed")
                }
            }
            return try await receiver.receive(body, headers: isOfSNS ? [:] : headers, from: .webhook)
        }
        switch outcome {
        case .accepted(let tally):
            return try .view([
                "received": tally.received, "ignored": tally.ignored, "known": tally.known,
                "delivered": tally.delivered,
            ])
        case .ignored(let reason): return try .view(["ignored": reason])
        case .refused(let refused): throw refused.error
        }
    }

    /// MinIO sends its `auth_token` as it is when there is a space in it, else after `Bearer` (trap S14).
    private static func bears(_ token: Secret, _ given: String) -> Bool {
        let wanted = Array(token.reveal().utf8)
        let scheme = "bearer "
        let isBearer = given.prefix(scheme.count).lowercased() == scheme
        let bare = isBearer ? Array(given.utf8.dropFirst(scheme.utf8.count)) : Array(given.utf8)
        return AccessPolicy.isEqual(bare, wanted)
    }

    private static var unproven: SluiceError {
        SluiceError(
            .apiUnauthorized,
            "This needs the token of the webhook.",
            hint: "Send it as 'Authorization: Bearer …'; MinIO calls it auth_token."
        )
    }

    /// JSON only, and not compressed (trap S33); SNS calls its JSON plain text (AWS, "HTTP/HTTPS headers").
    private static func checkType(_ headers: [String: String], isOfSNS: Bool) throws(SluiceError) {
        let type = (headers["content-type"] ?? "").prefix { $0 != ";" }.lowercased()
            .trimmingCharacters(in: .whitespaces)
        let isJSON =
            type == "application/json" || type == "application/x-amz-json-1.0"
            || (type.hasPrefix("application/") && type.hasSuffix("+json"))
        guard isJSON || (isOfSNS && type == "text/plain") else {
            throw SluiceError(.apiMediaType, "The body must be application/json, or CloudEvents in JSON.")
        }
        guard ["", "identity"].contains(headers["content-encoding"]?.lowercased() ?? "") else {
            throw SluiceError(.apiMediaType, "The body must not be compressed.")
        }
    }
}

/// Owns the ids that were accepted.
private final class ReplayGuard: Sendable {
    private let cache = Mutex(ReplayCache())

    func holds(_ id: String, now: Timestamp) -> Bool { cache.withLock { $0.holds(id, now: now) } }

    func insert(_ id: String, now: Timestamp) { cache.withLock { $0.insert(id, now: now) } }
}
