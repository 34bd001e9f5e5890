internal import EventModel
internal import Execution
internal import Synchronization

/// Gathers what many callers publish at the same time: one thread renames a group of outputs and
/// synchronises each changed directory once (trap D07).
final class PublicationQueue: Sendable {
    private typealias Answers = [Result<PublishedObject, SluiceError>]

    /// One call of `publish`.
    private struct Call: Sendable {
        let requests: [PublishRequest]
        let caller: CheckedContinuation<Answers, Never>
    }

    private struct State {
        /// Bounded by the number of callers: each waits for its answers.
        var waiting: [Call] = []
        /// Threads at work; at most `mostThreads`.
        var threads = 0
    }

    /// What became of one request before directories were synchronised.
    private struct Step {
        let result: Result<PublishedObject, SluiceError>
        let targets: [SyncTarget]
        let created: [[UInt8]]
    }

    /// Several, because a thread mostly waits for the disk, and syncs that wait together share one write of
    /// the file system's journal.
    private static let mostThreads = 4
    /// A group is no larger, so that no caller waits long for the others.
    private static let mostCalls = 32

    private let state = Mutex(State())

    /// Publishes on a thread of the store's pool.
    func publish(
        _ requests: [PublishRequest], in store: LocalObjectStore
    ) async -> [Result<PublishedObject, SluiceError>] {
        await withCheckedContinuation { (caller: CheckedContinuation<Answers, Never>) in
            let needsThread = state.withLock { state in
                state.waiting.append(Call(requests: requests, caller: caller))
                guard state.threads < Self.mostThreads else { return false }
                state.threads += 1
                return true
            }
            if needsThread { start(store) }
        }
    }

    private func start(_ store: LocalObjectStore) {
        do throws(SluiceError) {
            try store.pool.submit { [self] in work(store) }
        } catch {
            let calls = state.withLock { state in
                state.threads -= 1
                defer { if state.threads == 0 { state.waiting = [] } }
                return state.threads == 0 ? state.waiting : []
            }
            for call in calls { call.caller.resume(returning: call.requests.map { _ in .failure(error) }) }
        }
    }

    /// Publishes group after group until nobody waits.
    private func work(_ store: LocalObjectStore) {
        while let group = next() {
            let steps = group.map { $0.requests.map { Self.step($0, store) } }
            let failures = synchronize(steps.joined().flatMap(\.targets), store)
            for path in steps.joined().flatMap(\.created) { store.creations.end(path) }
            for (call, steps) in zip(group, steps) {
                call.caller.resume(returning: steps.map { Self.answer($0, failures, store.bucket) })
            }
        }
    }

    private func next() -> [Call]? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.threads -= 1
                return nil
            }
            let group = Array(state.waiting.prefix(Self.mostCalls))
            state.waiting.removeFirst(group.count)
            return group
        }
    }

    private static func step(_ request: PublishRequest, _ store: LocalObjectStore) -> Step {
        var publication = LocalPublication(store: store, request: request)
        let result = Result { () throws(SluiceError) in try publication.run() }
        return Step(result: result, targets: publication.targets, created: publication.created)
    }

    /// Synchronises directories, each once; returns what failed.
    private func synchronize(
        _ targets: [SyncTarget], _ store: LocalObjectStore
    ) -> [FileStatus.Identity: Errno] {
        var done: Set<FileStatus.Identity> = []
        var failures: [FileStatus.Identity: Errno] = [:]
        for target in targets where done.insert(target.identity).inserted {
            failures[target.identity] = store.syncer.synchronizeHere(target.directory)
        }
        return failures
    }

    private static func answer(
        _ step: Step, _ failures: [FileStatus.Identity: Errno], _ bucket: BucketName
    ) -> Result<PublishedObject, SluiceError> {
        guard case .success = step.result,
            let failure = step.targets.lazy.compactMap({ failures[$0.identity] }).first
        else { return step.result }
        return .failure(
            LocalFailure.error(failure, "make an output of bucket “\(bucket)” durable", scope: .bucket)
        )
    }
}
