public import EventModel

/// Hands elements from producer threads to consumer threads, at most `capacity` waiting: the back-pressure of
/// the house.
///
/// Both ends block, so neither is used on the cooperative pool.
public final class BoundedChannel<Element: Sendable>: Sendable {
    private struct State {
        /// Elements in order; never more than `capacity`.
        var elements: [Element] = []
        /// No element comes after those that wait.
        var isFinished = false
        /// Thrown once the elements are used up.
        var failure: SluiceError?
        /// The consumer wants no more.
        var isCancelled = false
    }

    /// The most elements that wait.
    public let capacity: Int
    private let monitor = Monitor(State())

    /// Makes an empty channel; `capacity` is at least 1.
    public init(capacity: Int) { self.capacity = max(1, capacity) }

    /// Elements waiting now.
    public var count: Int { monitor.withLock { $0.elements.count } }

    /// Hands an element over, blocking while the channel is full; false when nobody wants elements any more.
    @discardableResult public func send(_ element: Element) -> Bool {
        let isTaken = monitor.wait { state -> Bool? in
            if state.isCancelled || state.isFinished { return false }
            guard state.elements.count < capacity else { return nil }
            state.elements.append(element)
            return true
        }
        monitor.wakeAll()
        return isTaken
    }

    /// Hands an element over if there is room now.
    public func trySend(_ element: Element) -> Bool {
        let isTaken = monitor.withLock { state in
            guard !state.isCancelled, !state.isFinished, state.elements.count < capacity else { return false }
            state.elements.append(element)
            return true
        }
        monitor.wakeAll()
        return isTaken
    }

    /// Takes the next element, blocking while there is none; nil at the end, or throws what `finish` was
    /// given.
    public func receive() throws(SluiceError) -> Element? {
        let result = monitor.wait { state -> Result<Element?, SluiceError>? in
            if !state.elements.isEmpty, !state.isCancelled { return .success(state.elements.removeFirst()) }
            if state.isCancelled { return .success(nil) }
            guard state.isFinished else { return nil }
            if let failure = state.failure { return .failure(failure) }
            return .success(nil)
        }
        monitor.wakeAll()
        return try result.get()
    }

    /// Says that no element follows, and why if that is a failure; the first call counts.
    public func finish(with failure: SluiceError? = nil) {
        monitor.withLock { state in
            guard !state.isFinished else { return }
            state.isFinished = true
            state.failure = failure
        }
        monitor.wakeAll()
    }

    /// Says that no element is wanted any more; drops those that wait.
    public func cancel() {
        monitor.withLock { state in
            state.isCancelled = true
            state.elements = []
        }
        monitor.wakeAll()
    }
}
