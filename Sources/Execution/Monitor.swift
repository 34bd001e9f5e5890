internal import Glibc

/// State behind a lock on which threads can wait for a condition; for our own threads, never for tasks.
///
/// `@unchecked Sendable`: `state` is touched only between `pthread_mutex_lock` and `pthread_mutex_unlock` of
/// the one mutex (`MonitorTests` drives it from many threads), and the pthread objects are made to be shared.
@safe public final class Monitor<State: Sendable>: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var state: State

    /// Takes ownership of the state.
    public init(_ state: State) {
        self.state = state
        // pthread objects must not move (pthread_mutex_init(3)), hence the heap.
        unsafe mutex = .allocate(capacity: 1)
        unsafe condition = .allocate(capacity: 1)
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(condition, nil)
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(mutex)
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    /// Runs `body` with the lock held; keep it short and wake waiters with `wakeOne` or `wakeAll` afterwards.
    public func withLock<Result, Failure: Error>(
        _ body: (inout State) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return try body(&state)
    }

    /// Blocks the calling thread until `body`, asked with the lock held after each wake-up, returns a value.
    public func wait<Result>(_ body: (inout State) -> Result?) -> Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while true {
            if let result = body(&state) { return result }
            unsafe pthread_cond_wait(condition, mutex)
        }
    }

    /// Wakes one waiting thread.
    public func wakeOne() { unsafe pthread_cond_signal(condition) }

    /// Wakes all waiting threads.
    public func wakeAll() { unsafe pthread_cond_broadcast(condition) }
}
