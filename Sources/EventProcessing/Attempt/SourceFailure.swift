internal import EventModel
internal import Synchronization

/// How an attempt's source could not be read, whatever the function makes of that: "not found" of the source
/// may mean that it is gone, of an output never.
final class SourceFailure: Sendable {
    private let first = Mutex<SluiceError?>(nil)

    /// The first failure; nil while all went well.
    var error: SluiceError? { first.withLock { $0 } }

    /// Remembers a failure; returns it, to be thrown on.
    func note(_ error: SluiceError) -> SluiceError {
        first.withLock { $0 = $0 ?? error }
        return error
    }
}
