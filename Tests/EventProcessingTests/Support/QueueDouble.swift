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
        /// Polls that began before so many were ended are answered with nothing.
        var endedPolls = 0
        /// The only moment that requests may be signed for, and how an answer tells it.
        var clock: (signed: String, date: String)?
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    static let queue: SQSQueue = {
        let url = "https://sqs.eu-west-1.amazonaws.com/123456789012/uploads"
        guard let queue = SQSQueue(url: url, region: "eu-west-1") else {
            preconditionFailure("\(url) is the URL of a queue.")
        }
        return queue
    }()
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

    /// Answers all polls that wait with nothing, as after their 20 seconds.
    func endPolls() { change { $0.endedPolls += 1 } }

    /// Takes only requests that are signed for this moment.
    func setClock(signed: String, date: String) { change { $0.clock = (signed, date) } }

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
        if let clock = state.withLock({ $0.clock }),
            !request.headers.contains(HTTPField(name: "x-amz-date", value: clock.signed))
        {
            let body = #"{"__type":"com.amazon.coral.service#InvalidSignatureException"}"#
            let date = HTTPField(name: "date", value: clock.date)
            return HTTPResponse(status: 403, headers: [date], body: Array(body.utf8))
        }
        guard request.isLongPoll == (target == "AmazonSQS.ReceiveMessage") else {
            return HTTPResponse(status: 400)
        }
        let body = (try? JSONSerialization.jsonObject(with: Data(request.body))) as? [String: Any] ?? [:]
        switch target {
        case "AmazonSQS.ReceiveMessage": return await receive()
        case "AmazonSQS.DeleteMessageBatch": return delete(body["Entries"] as? [[String: String]] ?? [])
        default: return HTTPResponse(status: 400)
        }
    }

    private func receive() async -> HTTPResponse {
        let ended = state.withLock { state in
            state.receives += 1
            return state.endedPolls
        }
        while !Task.isCancelled {
            let answer = state.withLock { state -> HTTPResponse? in
                guard state.status == 200 else {
                    let body = #"{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"no such queue"}"#
                    return HTTPResponse(status: state.status, body: Array(body.utf8))
                }
                guard !state.visible.isEmpty else {
                    return state.endedPolls == ended ? nil : Self.json([:])
                }
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
                        guard !Task.isCancelled, state.visible.isEmpty, state.status == 200,
                            state.endedPolls == ended
                        else { return true }
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
