internal import DurableLedger
internal import EventModel
internal import TriggerRules

extension ProcessingCore {
    /// Makes the configured triggers and the lanes of jobs known to the ledger, and takes over what it says
    /// of them; nothing is watched for a lane, so it has no baseline.
    func register(_ configuration: ProcessingConfiguration, at now: Timestamp) async throws(SluiceError) {
        let rows = try await ledger.registerTriggers(
            configuration.runnable.map { TriggerRegistration(name: $0.name, bucket: $0.bucket) },
            at: now
        )
        var baselines: [TriggerName: Timestamp] = [:]
        let watching = Set(configuration.matcher.triggers.map(\.name))
        for row in rows where watching.contains(row.name) && !row.baselineComplete {
            baselines[row.name] = try await beginning(of: row, at: now)
        }
        take(rows, baselines)
    }

    /// When a trigger became known. Its first scan may take several boots, and what is put between them is
    /// new to it. A trigger that moved to another bucket begins anew.
    private func beginning(of row: TriggerRow, at now: Timestamp) async throws(SluiceError) -> Timestamp {
        let name = "baseline \(row.name)"
        if let note = try await ledger.recall(name), note.text == row.bucket.rawValue { return note.at }
        try await ledger.remember(name, row.bucket.rawValue, at: now)
        return now
    }
}
