public import DurableLedger
public import EventModel

extension EventProcessor {
    /// What a job would do.
    public func plan(_ specification: JobSpecification) async throws(SluiceError) -> JobPlan {
        try await atRest.plan(specification)
    }

    /// Makes a job and begins to find its objects.
    public func startJob(_ specification: JobSpecification) async throws(SluiceError) -> JobRow {
        let job = try await atRest.startJob(specification)
        try await core.welcome(specification)
        return job
    }

    /// One page of jobs, newest first.
    public func jobs(before: JobID?, limit: Int) async throws(SluiceError) -> [JobRow] {
        try await atRest.jobs(before: before, limit: limit)
    }

    /// One job.
    public func job(_ id: JobID) async throws(SluiceError) -> JobRow? { try await atRest.job(id) }

    /// One page of a job's tasks.
    public func tasks(_ query: JobTaskQuery) async throws(SluiceError) -> [JobTask] {
        try await atRest.tasks(query)
    }

    /// Pauses, resumes or cancels a job; what runs for a cancelled one alone is told to end.
    public func change(_ id: JobID, _ wish: JobWish, reason: String?) async throws(SluiceError) -> JobRow {
        let job = try await atRest.change(id, wish, reason: reason)
        if job.state == .cancelled { try await endAttempts(of: id) }
        core.prepareSignal.raise()
        core.jobSignal.raise()
        return job
    }

    /// Changes a job's priority.
    public func setPriority(of id: JobID, to priority: Int) async throws(SluiceError) -> JobRow {
        try await atRest.setPriority(of: id, to: priority)
    }

    /// Tells the attempts of a cancelled job to end: those of its tasks that are still open.
    private func endAttempts(of id: JobID) async throws(SluiceError) {
        let running = dispatcher.jobDeliveries
        guard !running.isEmpty else { return }
        var query = JobTaskQuery(job: id)
        (query.states, query.limit) = ([.open], 1000)
        let open = Set(try await core.ledger.tasks(query).compactMap(\.delivery))
        dispatcher.cancel(running.filter(open.contains))
    }
}
