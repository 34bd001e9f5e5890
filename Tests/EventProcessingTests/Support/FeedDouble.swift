internal import EventModel
internal import ObjectStorage
internal import Synchronization

/// A change feed that says what the test says.
final class FeedDouble: ChangeFeed {
    private let hints: AsyncStream<[ChangeHint]>
    private let continuation: AsyncStream<[ChangeHint]>.Continuation

    init() { (hints, continuation) = AsyncStream.makeStream(of: [ChangeHint].self) }

    func say(_ hints: ChangeHint...) { continuation.yield(hints) }
    func start() async {}
    func next() async -> [ChangeHint] {
        var iterator = hints.makeAsyncIterator()
        return await iterator.next() ?? []
    }
    func stop() { continuation.finish() }
}
