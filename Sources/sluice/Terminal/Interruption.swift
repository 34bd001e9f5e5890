internal import CLinux
internal import EventModel
internal import Execution
internal import Glibc
internal import UnixSignals

/// Lets a command clean up when it is told to end.
enum Interruption {
    /// Works. The first SIGINT or SIGTERM calls `onSignal`, after which `work` fails soon and removes what it
    /// has begun; the second ends the process at once, as both do without this.
    static func watch<Value: Sendable>(
        onSignal: @escaping @Sendable () -> Void,
        _ work: () async throws(SluiceError) -> Value
    ) async throws(SluiceError) -> Value {
        let isInterrupted = Monitor(false)
        // Ends with this scope, by being cancelled.
        async let _: Void = listen {
            isInterrupted.withLock { $0 = true }
            onSignal()
        }
        defer { for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) } }
        do throws(SluiceError) {
            return try await work()
        } catch {
            guard isInterrupted.withLock({ $0 }) else { throw error }
            throw SluiceError(.cancelled, "The command was interrupted.", cause: error)
        }
    }

    private static func listen(_ onFirst: @Sendable () -> Void) async {
        var isFirst = true
        for await signal in await UnixSignalsSequence(trapping: .sigint, .sigterm) {
            guard isFirst else { _exit(128 + signal.rawValue) }
            isFirst = false
            onFirst()
        }
    }
}

/// Ends, from another thread, a reading that waits for bytes.
final class StopSign: Sendable {
    /// Can be read once the sign was raised (eventfd(2)); below 0 when the system gave none.
    private let descriptor = sluice_eventfd()

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Raises the sign, for ever.
    func raise() {
        var one: UInt64 = 1
        // Fails only when it is raised so often that it is up anyway.
        unsafe _ = Glibc.write(descriptor, &one, MemoryLayout<UInt64>.size)
    }

    /// Blocks until a file can be read or the sign is up; false when it is.
    func allowsReading(_ file: Int32) -> Bool {
        var ready: Int32 = 0
        // Without a limit, 0 means that a signal came between (poll(2)).
        repeat { ready = sluice_wait_readable(descriptor, file, -1) } while ready == 0
        // What poll(2) cannot wait for is left to the reading.
        return ready < 0 || ready & 1 == 0
    }
}
