public import EventModel

/// Lets a thread of ours wait for asynchronous work: an attempt on an I/O thread that opens an output, for
/// instance.
public enum BlockingBridge {
    /// Runs `operation` as a task and blocks the calling thread until it is done.
    ///
    /// Never call it on the cooperative pool: it would occupy one of its few threads (trap X01). The task
    /// cannot outlive the call, so it needs no owner.
    public static func wait<Value: Sendable>(
        for operation: @escaping @Sendable () async throws(SluiceError) -> Value
    ) throws(SluiceError) -> Value {
        let answer = Monitor<Result<Value, SluiceError>?>(nil)
        Task {
            let result: Result<Value, SluiceError>
            do throws(SluiceError) {
                result = .success(try await operation())
            } catch {
                result = .failure(error)
            }
            answer.withLock { $0 = result }
            answer.wakeOne()
        }
        return try answer.wait { $0 }.get()
    }
}
