public import EventModel
internal import Execution

/// A request under way whose answer is wanted whole.
public final class HTTPCall: Sendable {
    /// Its number within the client.
    let number: UInt64
    private let mailbox: Mailbox
    private let outcome = Monitor<Result<HTTPResponse, SluiceError>?>(nil)

    /// Makes a call that has not been sent yet.
    init(number: UInt64, mailbox: Mailbox) {
        self.number = number
        self.mailbox = mailbox
    }

    /// Takes the result.
    func finish(_ result: Result<HTTPResponse, SluiceError>) {
        outcome.withLock { $0 = result }
        outcome.wakeAll()
    }

    /// Gives the request up, if it is still under way; it ends with `transport.cancelled`.
    public func cancel() { mailbox.post(.cancel(number)) }

    /// Blocks until the answer is there; never call it on the cooperative pool.
    public func waitHere() throws(SluiceError) -> HTTPResponse { try outcome.wait { $0 }.get() }
}
