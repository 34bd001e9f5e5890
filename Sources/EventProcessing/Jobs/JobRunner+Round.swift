internal import DurableLedger
internal import EventModel
internal import Execution

extension JobRunner {
    private static let pause = Duration.milliseconds(100)

    /// Carries all jobs on as far as it goes without a service beside it: finds their objects, begins what
    /// may be begun, ends and reports those that are through.
    ///
    /// Returns whether there may be more to do once what was begun has ended. A job that cannot go on because
    /// a store cannot be used is left to the next round.
    func advance(_ memory: inout JobRounds) async throws(SluiceError) -> Bool {
        do throws(SluiceError) {
            try await prepare(try await core.ledger.openJobs().filter { $0.state == .preparing })
        } catch {
            guard error.code.blame == .outage || error.code.blame == .transient else { throw error }
        }
        let round = try await round(&memory)
        if round.progress > 0 { return !Task.isCancelled }
        guard round.isThrottled else { return false }
        do { try await core.clock.sleep(for: Self.pause) } catch { return false }
        return true
    }
}
