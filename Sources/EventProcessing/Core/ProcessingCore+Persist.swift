internal import EventModel
internal import Logging

extension ProcessingCore {
    /// Repeats a call of the ledger until it is durable; waits out every failure (trap D05). Nil: the task
    /// was cancelled.
    func persist<Value: Sendable>(
        _ call: () async throws(SluiceError) -> Value
    ) async -> Value? {
        var failures = 0
        while true {
            do throws(SluiceError) {
                let value = try await call()
                if failures > 0 { clearProblem(about: "ledger") }
                return value
            } catch {
                failures += 1
                heed(error)
                if note(problem: "the ledger does not answer: \(error.message)", about: "ledger") {
                    logger.error("the ledger does not answer", metadata: ["error": "\(error)"])
                }
                guard await backOff(afterFailures: failures) else {
                    markUnclean()
                    return nil
                }
            }
        }
    }
}
