internal import EventModel
internal import Synchronization

/// A request on its way to the client's thread.
struct Order: Sendable {
    /// Who gets the answer.
    enum Receiver: Sendable {
        /// All of it at once, with at most so many bytes of body.
        case whole(limit: Int, @Sendable (Result<HTTPResponse, SluiceError>) -> Void)
        /// Its body as it comes.
        case stream(StreamBody)
    }

    /// Unique within the client.
    let number: UInt64
    /// What is asked.
    let request: HTTPRequest
    /// Who gets the answer.
    let receiver: Receiver
    /// When it has to be done.
    let deadline: ContinuousClock.Instant?

    /// The request for messages; without its query, which may hold a signature.
    var title: String { "\(request.method) \(request.endpoint.url)\(request.path)" }

    /// Tells the receiver that there is no answer.
    func fail(_ error: SluiceError) {
        switch receiver {
        case .whole(_, let completion): completion(.failure(error))
        case .stream(let body): body.finish(.failure(error))
        }
    }

    /// Its time was over before a connection was free.
    var late: SluiceError {
        SluiceError(
            .transportTimeout,
            "\(title) found no free connection in time.",
            hint: "Other requests to this endpoint take long; the request can be repeated."
        )
    }

    /// Tells the receiver that the request was given up.
    func failCancelled() { fail(SluiceError(.transportCancelled, "\(title) was given up.")) }
}

/// What other threads tell the client's thread.
final class Mailbox: Sendable {
    /// One thing to do.
    enum Command: Sendable {
        /// Send a request.
        case start(Order)
        /// Give a request up, if it is still under way.
        case cancel(UInt64)
        /// There is room for bytes of a stream again.
        case resume(UInt64)
    }

    fileprivate struct State {
        var commands: [Command] = []
        /// The thread waits in libcurl, or is about to.
        var isAsleep = false
        var isStopping = false
        /// Nil once the thread has ended.
        var multi: MultiHandle?
    }

    private let state: Mutex<State>
    private let lastNumber = Atomic<UInt64>(0)

    /// An empty mailbox for the thread that works with `multi`.
    init(_ multi: MultiHandle) { state = Mutex(State(multi: multi)) }

    /// A number for the next request.
    func nextNumber() -> UInt64 { lastNumber.add(1, ordering: .relaxed).newValue }

    /// Leaves a command and wakes the thread if it sleeps; a request that nobody will send any more fails at
    /// once.
    func post(_ command: Command) {
        let isTaken = state.withLock { state in
            guard !state.isStopping, state.multi != nil else { return false }
            state.commands.append(command)
            state.wake()
            return true
        }
        if !isTaken, case .start(let order) = command { order.failCancelled() }
    }

    /// Tells the thread to end.
    func stop() {
        state.withLock { state in
            state.isStopping = true
            state.wake()
        }
    }

    /// For the thread: all commands in order, or nil when it has to end.
    func takeAll(into commands: inout [Command]) -> Bool {
        commands.removeAll(keepingCapacity: true)
        var taken = commands
        let goesOn = state.withLock { state in
            state.isAsleep = false
            swap(&taken, &state.commands)
            return !state.isStopping
        }
        commands = taken
        return goesOn
    }

    /// For the thread: whether there is nothing to do, so that it may sleep; from now on commands wake it.
    func maySleep() -> Bool {
        state.withLock { state in
            guard state.commands.isEmpty, !state.isStopping else { return false }
            state.isAsleep = true
            return true
        }
    }

    /// For the thread: takes nothing any more.
    func close() {
        let left = state.withLock { state in
            state.multi = nil
            defer { state.commands = [] }
            return state.commands
        }
        for case .start(let order) in left { order.failCancelled() }
    }
}

extension Mailbox.State {
    /// The lock is held, so `multi` cannot end meanwhile.
    fileprivate mutating func wake() {
        guard isAsleep else { return }
        isAsleep = false
        multi?.wake()
    }
}
