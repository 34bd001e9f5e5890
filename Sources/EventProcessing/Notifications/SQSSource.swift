package import EventModel
internal import Execution
package import HTTPTransport
internal import Logging
internal import ServiceLifecycle
internal import Synchronization

/// Takes notifications from a queue: long polls, a look at what the messages speak of, the ledger's commit,
/// and only then their deletion (trap N13: never held while objects are processed).
///
/// A message that cannot be read stays in the queue, whose redrive policy decides about it.
package final class SQSSource: Service {
    /// So many calls are under way at a time; each brings up to ten messages.
    static let parallelPolls = 4
    /// So many messages that cannot be read are remembered, so that each is logged once.
    private static let rememberedMessages = 1024

    /// A message with what it speaks of.
    private typealias Readable = (message: SQSClient.Message, objects: [NotifiedObject])

    /// What can fail by itself, and be over by itself.
    private enum Step: String, CaseIterable {
        /// Messages are asked for.
        case receive
        /// The objects of messages are looked at.
        case look
        /// Messages are deleted.
        case delete
    }

    private let core: ProcessingCore
    private let router: NotificationRouter
    private let queue: SQSQueue
    private let client: SQSClient
    private let failing = Mutex<Set<Step>>([])
    /// Messages that could not be read, the oldest first.
    private let refused = Mutex<[String]>([])

    /// Reads the queue of a subscription.
    convenience init(core: ProcessingCore, intake: Intake, subscription: SQSSubscription) {
        let http = subscription.client
        self.init(
            core: core,
            intake: intake,
            queue: subscription.queue,
            credentials: subscription.credentials,
            send: { (request, limit) async throws(SluiceError) in
                try await http.send(request, bodyLimit: limit)
            }
        )
    }

    /// Reads a queue by whatever sends requests.
    init(
        core: ProcessingCore,
        intake: Intake,
        queue: SQSQueue,
        credentials: any CredentialProvider,
        send: @escaping SQSClient.Send
    ) {
        self.core = core
        self.queue = queue
        router = NotificationRouter(core: core, intake: intake)
        client = SQSClient(queue: queue, credentials: credentials, send: send, clock: core.clock)
    }

    /// Takes messages until the task is cancelled; the queue's problems end with it.
    package func run() async {
        await withDiscardingTaskGroup { group in
            for _ in 0..<Self.parallelPolls { group.addTask { await self.pollAgainAndAgain() } }
        }
        for step in Step.allCases { succeeded(step) }
    }

    private func pollAgainAndAgain() async {
        var failures = 0
        while !Task.isCancelled {
            failures = await poll() ? 0 : failures + 1
            if failures > 0 {
                guard await core.backOff(afterFailures: failures) else { return }
            }
        }
    }

    /// One call and what follows from it; false when it failed, or brought nothing but what cannot be read,
    /// so that a queue that gives that again at once is not asked without pause.
    private func poll() async -> Bool {
        let messages: [SQSClient.Message]
        do throws(SluiceError) {
            messages = try await client.receive()
        } catch {
            failed(.receive, error)
            return false
        }
        succeeded(.receive)
        guard !messages.isEmpty else { return true }
        var readable: [Readable] = []
        for message in messages {
            switch router.read(Array(message.body.utf8), from: .queue(queue)) {
            case .objects(let objects): readable.append((message, objects))
            case .ignored: readable.append((message, []))
            case .refused(let refused): note(refused, message)
            }
        }
        guard !readable.isEmpty else { return false }
        let (done, failure) = await look(at: readable)
        if let failure { failed(.look, failure) } else { succeeded(.look) }
        guard !done.isEmpty else { return failure == nil }
        do throws(SluiceError) {
            try await delete(done)
        } catch {
            failed(.delete, error)
            return false
        }
        succeeded(.delete)
        return failure == nil
    }

    /// The messages that can be deleted, and why others must come again. One with an undecided object comes
    /// again as well; that is no failure.
    private func look(at messages: [Readable]) async -> (done: [SQSClient.Message], failure: SluiceError?) {
        do throws(SluiceError) {
            let tally = try await router.notified(messages.flatMap(\.objects), from: .queue(queue))
            return (messages.filter { tally.undecided.isDisjoint(with: $0.objects) }.map(\.message), nil)
        } catch {
            guard messages.count > 1 else { return ([], error) }
            // One by one, so that one object whose store refuses us does not hold up the others.
            var done: [SQSClient.Message] = []
            var last: SluiceError?
            for one in messages {
                let (more, failure) = await look(at: [one])
                done += more
                last = failure ?? last
            }
            return (done, last)
        }
    }

    /// What cannot be deleted, also at the second try, comes again: then its versions are known.
    private func delete(_ messages: [SQSClient.Message]) async throws(SluiceError) {
        var rest = try await client.delete(messages)
        if !rest.isEmpty { rest = try await client.delete(rest) }
        guard !rest.isEmpty else { return }
        core.logger.warning(
            "messages of a queue could not be deleted and will come again",
            metadata: ["queue": "\(queue.url)", "count": "\(rest.count)"]
        )
    }

    private func subject(_ step: Step) -> String { "queue \(queue.url) \(step.rawValue)" }

    /// Noted and logged once, until a poll gets that far again: several polls are under way, and one that
    /// finds nothing proves nothing about what another one found.
    private func failed(_ step: Step, _ error: SluiceError) {
        guard !Task.isCancelled else { return }
        let isNew = failing.withLock { failing in
            guard failing.insert(step).inserted else { return false }
            core.note(problem: "queue '\(queue.url)': \(error.message)", about: subject(step))
            return true
        }
        guard isNew else { return }
        core.logger.error(
            "a queue cannot be read",
            metadata: ["queue": "\(queue.url)", "step": "\(step.rawValue)", "error": "\(error)"]
        )
    }

    private func succeeded(_ step: Step) {
        failing.withLock { failing in
            if failing.remove(step) != nil { core.clearProblem(about: subject(step)) }
        }
    }

    private func note(_ refused: RefusedNotification, _ message: SQSClient.Message) {
        let isNew = self.refused.withLock { known in
            if known.contains(message.id) { return false }
            if known.count >= Self.rememberedMessages { known.removeFirst() }
            known.append(message.id)
            return true
        }
        guard isNew else { return }
        core.logger.error(
            "a message cannot be read and stays in its queue",
            metadata: [
                "queue": "\(queue.url)", "message": "\(message.id)", "error": "\(refused.error)",
                "begins": "\(ObjectKey(bytes: Array(refused.message.prefix(200))))",
            ]
        )
    }
}

extension EventProcessor {
    /// A source for a queue that is read by whatever sends requests; the configured ones run by themselves.
    package func source(
        of queue: SQSQueue,
        credentials: any CredentialProvider,
        send: @escaping @Sendable (HTTPRequest) async -> Result<HTTPResponse, SluiceError>
    ) -> SQSSource {
        SQSSource(
            core: core,
            intake: intake,
            queue: queue,
            credentials: credentials,
            send: { (request, _) async throws(SluiceError) in try await send(request).get() }
        )
    }
}
