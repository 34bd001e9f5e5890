internal import DurableLedger
internal import EventModel
internal import Execution
internal import TriggerRules

extension ProcessingCore {
    /// Brings the lanes up to date with the jobs that are open, here and in the ledger.
    ///
    /// Several may do so at a time: whoever ends last finds everything as it registered it.
    func updateLanes() async throws(SluiceError) {
        var registered: [TriggerName]?
        while true {
            let lanes = JobLane.lanes(of: try await ledger.openJobs(), configuration)
            let names = lanes.map(\.trigger.name)
            if registered == names, self.lanes == names { break }
            try await register(configuration.with(lanes: lanes), at: clock.now)
            replace(lanes: lanes)
            registered = names
        }
        dispatchSignal.raise()
    }

    private var lanes: [TriggerName] { configuration.lanes.map(\.trigger.name) }
}
