internal import EventModel
internal import EventProcessing
internal import Execution
internal import Synchronization

/// Looks at messages beside their requests: the sender has an answer in time (trap N06), and a look that
/// takes longer is finished nevertheless, so that the message, sent again, is known.
final class WebhookJobs: Sendable {
    /// What is done with one message.
    typealias Work = @Sendable () async throws(SluiceError) -> NotificationOutcome

    private struct State {
        var tasks: [Int: Task<Void, Never>] = [:]
        var lastNumber = 0
        var isClosed = false
    }

    private let limit: Int
    private let patience: Duration
    private let clock: any TimeSource
    private let state = Mutex(State())

    /// At most `limit` messages are looked at; who waits longer than `patience` is told to come again.
    init(limit: Int = 64, patience: Duration = .milliseconds(900), clock: any TimeSource) {
        self.limit = limit
        self.patience = patience
        self.clock = clock
    }

    /// Begins the work and waits for its end; throws `webhook.busy` when there are too many, or when the end
    /// does not come in time.
    func outcome(of work: @escaping Work) async throws(SluiceError) -> NotificationOutcome {
        let (results, continuation) = AsyncStream.makeStream(
            of: Result<NotificationOutcome, SluiceError>.self
        )
        let isBegun = state.withLock { state in
            guard !state.isClosed, state.tasks.count < limit else { return false }
            state.lastNumber += 1
            let number = state.lastNumber
            state.tasks[number] = Task(name: "webhook message") {
                let result: Result<NotificationOutcome, SluiceError>
                do throws(SluiceError) {
                    result = .success(try await work())
                } catch {
                    result = .failure(error)
                }
                self.state.withLock { $0.tasks[number] = nil }
                continuation.yield(result)
                continuation.finish()
            }
            return true
        }
        guard isBegun else { throw SluiceError(.webhookBusy, "Too many messages are being looked at.") }
        let result = await withTaskGroup(of: Result<NotificationOutcome, SluiceError>?.self) { group in
            group.addTask {
                var iterator = results.makeAsyncIterator()
                return await iterator.next()
            }
            group.addTask {
                // The only error is cancellation, which means that the result came first.
                try? await self.clock.sleep(for: self.patience)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
        guard let result else {
            throw SluiceError(.webhookBusy, "The store does not answer in time; the look at it goes on.")
        }
        return try result.get()
    }

    /// Ends what is under way and waits for its end; nothing more is begun.
    func close() async {
        let tasks = state.withLock { state in
            state.isClosed = true
            return Array(state.tasks.values)
        }
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }
}
