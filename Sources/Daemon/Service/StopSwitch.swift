internal import Synchronization

/// Lets a service of a group stop that group, which is made after its services.
final class StopSwitch: Sendable {
    private let action = Mutex<(@Sendable () async -> Void)?>(nil)

    /// Says what `flip` does; called once, before the group runs.
    func connect(_ action: @escaping @Sendable () async -> Void) { self.action.withLock { $0 = action } }

    /// Stops the group.
    func flip() async { await action.withLock { $0 }?() }
}
