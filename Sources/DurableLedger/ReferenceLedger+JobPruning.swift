public import EventModel

extension ReferenceLedger {
    /// Forgets jobs that ended long ago.
    public func pruneJobs(keeping: Int, before: Timestamp, limit: Int) -> Int {
        var rest = max(0, limit)
        for id in jobRows.keys.sorted().dropLast(max(1, keeping)) where rest > 0 {
            guard let job = jobRows[id], job.state.isFinished, job.tally.open == 0, job.updated < before
            else { continue }
            let gone = (jobTasks[id] ?? []).prefix(rest)
            for task in gone {
                if id.owns(task.target.trigger) { forgetTarget(task.target) }
                jobPartials[id]?[task.number] = nil
            }
            jobTasks[id]?.removeFirst(gone.count)
            rest -= gone.count
            guard rest > 0 else { break }
            forget(id)
            rest -= 1
        }
        return max(0, limit) - rest
    }

    /// Forgets a target of a lane, unless a delivery of its may go on or an output of its exists.
    private func forgetTarget(_ target: TargetID) {
        let deliveries = entries.values.map(\.delivery).filter { $0.target == target }
        guard deliveries.allSatisfy({ $0.state.isFinished || $0.state == .dead }),
            outputs({ $0.owner == target }).isEmpty
        else { return }
        for delivery in deliveries { entries[delivery.id] = nil }
        targetRows[target] = nil
    }

    private func forget(_ id: JobID) {
        (jobRows[id], jobTasks[id], jobPartials[id]) = (nil, nil, nil)
        for name in notes.keys where name.hasPrefix("\(id.noteName) ") { notes[name] = nil }
        for (name, row) in triggerRows where id.owns(name) && !row.isConfigured { triggerRows[name] = nil }
    }
}
