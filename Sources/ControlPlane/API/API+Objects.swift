internal import EventModel
internal import EventProcessing
internal import Execution
internal import Foundation
internal import ServiceLifecycle

extension API {
    /// How long `GET /v1/events` may wait for something to happen.
    static let longestWait = Duration.seconds(30)
    /// How often a waiting request looks; the latency of `events --follow`.
    static let pollInterval = Duration.milliseconds(100)

    /// Explains a key.
    static func why(
        _ api: API,
        _ request: APIRequest,
        _ parameters: [String: String]
    ) async throws(SluiceError) -> APIResponse {
        let bucket = BucketName(try request.required("bucket"))
        return try .view(ExplanationView(try await api.operations.why(bucket, try request.key())))
    }

    /// Says that keys may have changed.
    static func hints(
        _ api: API,
        _ request: APIRequest,
        _ parameters: [String: String]
    ) async throws(SluiceError) -> APIResponse {
        let hints = try ViewCoding.decode(HintsBody.self, from: request.body)
        guard hints.hints.count <= 1000 else {
            throw SluiceError(.apiTooLarge, "At most 1000 hints at a time.")
        }
        for hint in hints.hints { try await api.operations.hint(BucketName(hint.bucket), hint.objectKey) }
        return try .view(AcceptedView(), status: 202)
    }

    /// Entries of the feed after a number; with `wait` (seconds) the answer waits until there is one.
    static func events(
        _ api: API,
        _ request: APIRequest,
        _ parameters: [String: String]
    ) async throws(SluiceError) -> APIResponse {
        let after = try request.number("after", in: 0...Int64.max).map(UInt64.init) ?? 0
        let limit = Int(try request.number("limit", in: 1...1000) ?? 500)
        let wait = Duration.seconds(try request.number("wait", in: 0...longestWait.components.seconds) ?? 0)
        let deadline = api.clock.uptime + wait
        var entries = await api.operations.feed(after: after, limit: limit)
        while entries.isEmpty, api.clock.uptime < deadline, !Task.isShuttingDownGracefully, !Task.isCancelled
        {
            do { try await api.clock.sleep(for: pollInterval) } catch { break }
            entries = await api.operations.feed(after: after, limit: limit)
        }
        return try .view(FeedView(entries, after: after, boot: api.host.boot))
    }
}

/// The body of `POST /v1/hints`.
package struct HintsBody: Codable, Sendable {
    /// Where something may have changed.
    package let hints: [PlaceView]

    /// Names places.
    package init(_ hints: [PlaceView]) { self.hints = hints }
}

extension APIRequest {
    /// A parameter that must be there.
    func required(_ name: String) throws(SluiceError) -> String {
        if let value = query[name], !value.isEmpty { return value }
        throw SluiceError(.apiParameter, "The parameter '\(name)' is missing.")
    }

    /// A number within bounds, if it is there.
    func number(_ name: String, in range: ClosedRange<Int64>) throws(SluiceError) -> Int64? {
        guard let text = query[name] else { return nil }
        if let number = Int64(text), range.contains(number) { return number }
        throw SluiceError(
            .apiParameter,
            "The parameter '\(name)' must be a number from \(range.lowerBound) to \(range.upperBound)."
        )
    }

    /// The key: `key_base64` holds its bytes, `key` its escaped text.
    func key() throws(SluiceError) -> ObjectKey {
        if let encoded = query["key_base64"] {
            guard let data = Data(base64Encoded: encoded) else {
                throw SluiceError(.apiParameter, "The parameter 'key_base64' is not base64.")
            }
            return ObjectKey(bytes: Array(data))
        }
        return ObjectKey(escaped: try required("key"))
    }
}
