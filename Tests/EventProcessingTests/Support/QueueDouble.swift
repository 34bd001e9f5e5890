internal import EventModel
internal import EventProcessing
internal import Foundation
internal import HTTPTransport
internal import Synchronization

/// A queue that speaks SQS's JSON protocol and does what the test says.
final class QueueDouble: Sendable {
    private struct State {
        var visible: [(id: String, body: String)] = []
        var taken: [(id: String, body: String)] = []
        var deleted: [String] = []
        var refusedDeletions = 0
        var status = 200
        var receives = 0
        var deletions = 0
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    static let queue = SQSQueue(
        url: "https://sqs.eu-west-1.amazonaws.com/123456789012/uploads",
        region: "eu-west-1"
    )
    static let credentials = StaticCredentials(Credentials(accessKey: "AK", secretKey: Secret("secret")))

    /// What was deleted, in order.
    var deleted: [String] { state.withLock { $0.deleted } }
    /// How many calls to receive came.
    var receives: Int { state.withLock { $0.receives } }
    /// How many calls to delete came.
    var deletions: Int { state.withLock { $0.deletions } }

    func add(_ id: String, _ body: String) {
        change { $0.visible.append((id, body)) }
    }

    /// What was taken and not deleted is visible again, as after the visibility timeout.
    func giveBack() {
        change { state in
            state.visible += state.taken
            state.taken = []
        }
    }

    /// Answers with this status from now on.
    func answer(_ status: Int) { change { $0.status = status } }

    /// Refuses so many entries of deletions.
    func refuseDeletions(_ count: Int) { state.withLock { $0.refusedDeletions = count } }

    private func change(_ change: (inout State) -> Void) {
        let waiters = state.withLock { state in
            change(&state)
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    func send(_ request: HTTPRequest) async -> HTTPResponse {
        let target = request.headers.first { $0.name == "x-amz-target" }?.value ?? ""
        let isSigned = request.headers.contains { $0.name == "authorization" && $0.value.contains("/sqs/") }
        guard isSigned, request.headers.contains(where: { $0.value == "application/x-amz-json-1.0" }),
            request.endpoint.host == "sqs.eu-west-1.amazonaws.com"
        else { return HTTPResponse(status: 400, body: Array(#"{"__type":"x#BadRequest"}"#.utf8)) }
        let body = (try? JSONSerialization.jsonObject(with: Data(request.body))) as? [String: Any] ?? [:]
        switch target {
        case "AmazonSQS.ReceiveMessage": return await receive()
        case "AmazonSQS.DeleteMessageBatch": return delete(body["Entries"] as? [[String: String]] ?? [])
        default: return HTTPResponse(status: 400)
        }
    }

    private func receive() async -> HTTPResponse {
        state.withLock { $0.receives += 1 }
        while !Task.isCancelled {
            let answer = state.withLock { state -> HTTPResponse? in
                guard state.status == 200 else {
                    let body = #"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"no such queue"}"#
                    return HTTPResponse(status: state.status, body: Array(body.utf8))
                }
                guard !state.visible.isEmpty else { return nil }
                let batch = Array(state.visible.prefix(10))
                state.visible.removeFirst(batch.count)
                state.taken += batch
                let messages = batch.map {
                    ["MessageId": $0.id, "ReceiptHandle": "r-\($0.id)", "Body": $0.body]
                }
                return Self.json(["Messages": messages])
            }
            if let answer { return answer }
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let isOver = state.withLock { state in
                        guard !Task.isCancelled, state.visible.isEmpty, state.status == 200 else {
                            return true
                        }
                        state.waiters.append(continuation)
                        return false
                    }
                    if isOver { continuation.resume() }
                }
            } onCancel: {
                change { _ in }
            }
        }
        return HTTPResponse(status: 200, body: Array("{}".utf8))
    }

    private func delete(_ entries: [[String: String]]) -> HTTPResponse {
        state.withLock { state in
            state.deletions += 1
            var good: [[String: Any]] = []
            var bad: [[String: Any]] = []
            for entry in entries {
                let id = String((entry["ReceiptHandle"] ?? "").dropFirst(2))
                guard state.refusedDeletions == 0 else {
                    state.refusedDeletions -= 1
                    bad.append(["Id": entry["Id"] ?? "", "SenderFault": false, "Code": "InternalError"])
                    continue
                }
                state.taken.removeAll { $0.id == id }
                state.deleted.append(id)
                good.append(["Id": entry["Id"] ?? ""])
            }
            return Self.json(["Successful": good, "Failed": bad])
        }
    }

    private static func json(_ value: [String: Any]) -> HTTPResponse {
        let body = (try? JSONSerialization.data(withJSONObject: value)) ?? Data()
        return HTTPResponse(status: 200, body: Array(body))
    }
}
