internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import Foundation

extension API {
    /// At most so many deliveries may be named in one request.
    static let bulkLimit = 10_000

    /// One page of deliveries, newest first.
    static func deliveries(
        _ api: API,
        _ request: APIRequest,
        _ parameters: [String: String]
    ) async throws(SluiceError) -> APIResponse {
        var query = DeliveryQuery()
        for word in (request.query["state"] ?? "").split(separator: ",") {
            guard let state = DeliveryState(rawValue: String(word)) else {
                let known = DeliveryState.allCases.map(\.rawValue).joined(separator: ", ")
                throw SluiceError(
                    .apiParameter,
                    "There is no state '\(Escaped.text(String(word)))'.",
                    hint: "States are \(known)."
                )
            }
            query.states.insert(state)
        }
        query.trigger = request.query["trigger"].map { TriggerName($0) }
        query.bucket = request.query["bucket"].map { BucketName($0) }
        if request.query["key"] != nil || request.query["key_base64"] != nil { query.key = try request.key() }
        query.before = try request.number("before", in: 1...Int64.max).map { DeliveryID($0) }
        query.limit = Int(try request.number("limit", in: 1...1000) ?? 100)
        let page = try await api.operations.deliveries(query)
        return try .view(DeliveryPageView(page, isLast: page.count < query.limit))
    }

    /// One delivery with its attempts and outputs.
    static func delivery(
        _ api: API,
        _ request: APIRequest,
        _ parameters: [String: String]
    ) async throws(SluiceError) -> APIResponse {
        let id = try identifier(parameters)
        guard let history = try await api.operations.history(of: id) else {
            throw SluiceError(.apiNotFound, "There is no delivery \(id).")
        }
        return try .view(HistoryView(history))
    }

    /// Makes one delivery ready again.
    static func retryOne(
        _ api: API,
        _ request: APIRequest,
        _ parameters: [String: String]
    ) async throws(SluiceError) -> APIResponse {
        try await api.retry([try identifier(parameters)])
    }

    /// Cancels one delivery.
    static func cancelOne(
        _ api: API,
        _ request: APIRequest,
        _ parameters: [String: String]
    ) async throws(SluiceError) -> APIResponse {
        let reason =
            request.body.isEmpty ? nil : try ViewCoding.decode(ReasonBody.self, from: request.body).reason
        return try await api.cancel([try identifier(parameters)], reason: reason)
    }

    /// Makes many deliveries ready again.
    static func retryMany(
        _ api: API,
        _ request: APIRequest,
        _ parameters: [String: String]
    ) async throws(SluiceError) -> APIResponse {
        try await api.retry(try bulk(request).ids.map { DeliveryID($0) })
    }

    /// Cancels many deliveries.
    static func cancelMany(
        _ api: API,
        _ request: APIRequest,
        _ parameters: [String: String]
    ) async throws(SluiceError) -> APIResponse {
        let body = try bulk(request)
        return try await api.cancel(body.ids.map { DeliveryID($0) }, reason: body.reason)
    }

    /// Pauses a trigger.
    static func pause(
        _ api: API,
        _ request: APIRequest,
        _ parameters: [String: String]
    ) async throws(SluiceError) -> APIResponse {
        let reason =
            request.body.isEmpty ? nil : try ViewCoding.decode(ReasonBody.self, from: request.body).reason
        return try await api.setPaused(parameters, reason: reason ?? "operator")
    }

    /// Resumes a trigger.
    static func resume(
        _ api: API,
        _ request: APIRequest,
        _ parameters: [String: String]
    ) async throws(SluiceError) -> APIResponse {
        try await api.setPaused(parameters, reason: nil)
    }

    private func retry(_ ids: [DeliveryID]) async throws(SluiceError) -> APIResponse {
        try .view(ChangedView(asked: ids, changed: try await operations.retry(ids)))
    }

    private func cancel(_ ids: [DeliveryID], reason: String?) async throws(SluiceError) -> APIResponse {
        try .view(
            ChangedView(asked: ids, changed: try await operations.cancel(ids, reason: reason ?? "operator"))
        )
    }

    private func setPaused(
        _ parameters: [String: String],
        reason: String?
    ) async throws(SluiceError) -> APIResponse {
        let name = TriggerName(parameters["name"] ?? "")
        let triggers = try await operations.status().triggers
        guard triggers.contains(where: { $0.name == name }) else {
            throw SluiceError(
                .apiNotFound,
                "There is no trigger '\(Escaped.text(name.rawValue))'.",
                hint: "Triggers are \(triggers.map(\.name.rawValue).sorted().joined(separator: ", "))."
            )
        }
        try await operations.setPaused(name, reason: reason)
        return try .view(AcceptedView())
    }

    private static func identifier(_ parameters: [String: String]) throws(SluiceError) -> DeliveryID {
        if let number = parameters["id"].flatMap(Int64.init), number > 0 { return DeliveryID(number) }
        throw SluiceError(.apiParameter, "A delivery is named by its number.")
    }

    private static func bulk(_ request: APIRequest) throws(SluiceError) -> BulkBody {
        let body = try ViewCoding.decode(BulkBody.self, from: request.body)
        guard body.ids.count <= bulkLimit else {
            throw SluiceError(.apiTooLarge, "At most \(bulkLimit) deliveries at a time.")
        }
        return body
    }
}

/// The body of a bulk change.
package struct BulkBody: Codable, Sendable {
    /// The deliveries' numbers.
    package let ids: [Int64]
    /// Why, for a cancellation.
    package let reason: String?

    /// Names deliveries.
    package init(ids: [Int64], reason: String? = nil) {
        self.ids = ids
        self.reason = reason
    }
}

/// The body of a change that takes a reason.
package struct ReasonBody: Codable, Sendable {
    /// Why.
    package let reason: String?

    /// Gives a reason.
    package init(reason: String?) { self.reason = reason }
}

/// Text of outsiders as it is put into messages.
enum Escaped {
    /// Control and bidirectional characters escaped, as keys are (trap S10).
    static func text(_ text: String) -> String { ObjectKey(text).description }
}
