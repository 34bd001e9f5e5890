internal import Synchronization
internal import Testing

/// Holds a function's thread until the test opens it.
final class Gate: Sendable {
    private let isOpen = Atomic(false)
    private let entered = Atomic(0)

    /// How many threads have come.
    var enteredCount: Int { entered.load(ordering: .acquiring) }

    /// Whether it was opened.
    var isOpened: Bool { isOpen.load(ordering: .acquiring) }

    /// Lets all pass, now and later.
    func open() { isOpen.store(true, ordering: .releasing) }

    /// Somebody has come who waits otherwise.
    func enter() { entered.add(1, ordering: .acquiringAndReleasing) }

    /// On a thread of its own: waits until the gate is open, calling `check` again and again.
    func pass(_ check: () throws -> Void = {}) rethrows {
        enter()
        while !isOpen.load(ordering: .acquiring) { try check() }
    }
}

/// Waits until something that other tasks bring about is so; fails after two minutes, which only
/// a hang needs.
func eventually(
    _ what: Comment,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    let start = ContinuousClock.now
    while try await !condition() {
        try #require(start.duration(to: .now) < .seconds(300), what, sourceLocation: sourceLocation)
        // Leaves the processor to those who bring it about.
        try await Task.sleep(for: .milliseconds(1))
    }
}
