internal import DurableLedger
internal import EventModel
internal import Execution

extension ProcessingCore {
    /// Brings the lanes up to date with the jobs that are open, here and in the ledger.
    func updateLanes() async throws(SluiceError) {
        let lanes = JobLane.lanes(of: try await ledger.openJobs(), configuration)
        try await register(configuration.with(lanes: lanes), at: clock.now)
        replace(lanes: lanes)
        dispatchSignal.raise()
    }
}
