internal import EventModel
internal import ObjectStorage
internal import Synchronization

/// Ends a simulated process at one of its calls: that call throws, and every later one too, as if nobody
/// were left to make it.
final class CrashPoint: Sendable {
    private struct State {
        var remaining: Int?
        var calls = 0
        var last = ""
        var onDeath: (@Sendable () -> Void)?
        var onPass: (@Sendable (String) -> Void)?
    }

    private let state = Mutex(State())

    /// How many calls were passed, and the name of the last.
    var passed: (calls: Int, last: String) { state.withLock { ($0.calls, $0.last) } }
    var isDead: Bool { state.withLock { $0.remaining == 0 } }

    /// Dies at the call number `call` (from 1); nil never does. Forgets an earlier death.
    func arm(at call: Int?) {
        state.withLock { state in
            state.remaining = call
            state.calls = 0
            state.onDeath = nil
        }
    }

    /// Calls `action` at the moment of death, at once if that is past.
    func onDeath(_ action: @escaping @Sendable () -> Void) {
        let isDead = state.withLock { state in
            state.onDeath = action
            return state.remaining == 0
        }
        if isDead { action() }
    }

    /// Calls `action` with the name of each call that is passed.
    func onPass(_ action: @escaping @Sendable (String) -> Void) { state.withLock { $0.onPass = action } }

    /// Before or after a call takes effect.
    func pass(_ name: String) throws(SluiceError) {
        state.withLock { $0.onPass }?(name)
        let (isDead, action) = state.withLock { state -> (Bool, (@Sendable () -> Void)?) in
            state.calls += 1
            guard let remaining = state.remaining else { return (false, nil) }
            if remaining == 0 { return (true, nil) }
            state.remaining = remaining - 1
            guard remaining == 1 else { return (false, nil) }
            state.last = name
            return (true, state.onDeath)
        }
        action?()
        if isDead {
            throw SluiceError(SluiceError.Code("test.crash", .outage), "The process is dead at \(name).")
        }
    }

    /// Passes at every call of a store.
    func watch(_ store: MemoryObjectStore) {
        store.setFaultHook { call throws(SluiceError) in
            try self.pass("\(store.bucket).\(call.operation) \(call.moment)")
        }
    }
}
