public import DurableLedger
public import EventModel
internal import Execution
internal import FunctionRuntime

/// What operators can ask about batch jobs.
public protocol JobOperations: Sendable {
    /// What a job would do; writes nothing.
    func plan(_ specification: JobSpecification) async throws(SluiceError) -> JobPlan
    /// Makes a job; its objects are found and processed by the service.
    func startJob(_ specification: JobSpecification) async throws(SluiceError) -> JobRow
    /// One page of jobs, newest first.
    func jobs(before: JobID?, limit: Int) async throws(SluiceError) -> [JobRow]
    /// One job.
    func job(_ id: JobID) async throws(SluiceError) -> JobRow?
    /// One page of a job's tasks.
    func tasks(_ query: JobTaskQuery) async throws(SluiceError) -> [JobTask]
    /// Pauses, resumes or cancels a job. Throws `job.unknown` and `job.wrong-state`.
    func change(_ job: JobID, _ change: JobWish, reason: String?) async throws(SluiceError) -> JobRow
    /// Changes a job's priority.
    func setPriority(of job: JobID, to priority: Int) async throws(SluiceError) -> JobRow
}

/// What an operator wants of a job.
public enum JobWish: String, Sendable, Hashable, CaseIterable {
    /// To begin nothing more until it is resumed.
    case pause
    /// To go on.
    case resume
    /// To end.
    case cancel
}

extension LedgerOperations {
    /// What a job would do.
    public func plan(_ specification: JobSpecification) async throws(SluiceError) -> JobPlan {
        let planner = JobPlanner(
            ledger: ledger,
            configuration: try configured(),
            clock: clock,
            random: SystemRandomSource()
        )
        return try await planner.plan(specification)
    }

    /// Makes a job, which begins with the next start of the service.
    public func startJob(_ specification: JobSpecification) async throws(SluiceError) -> JobRow {
        try await makeJob(specification, remembering: nil)
    }

    /// Makes a job if it can be one; with a note that is kept in the same transaction.
    func makeJob(
        _ specification: JobSpecification,
        remembering note: JobNote?
    ) async throws(SluiceError) -> JobRow {
        let configuration = try configured()
        _ = try JobRules(specification, configuration, lane: "job")
        var specification = specification
        specification.fingerprint = nil
        if let reduction = try JobReduction(specification, configuration) {
            specification.fingerprint = reduction.function.fingerprint.hex
        }
        if let place = specification.report {
            let bucket = BucketName(String(place.prefix { $0 != ":" }))
            guard configuration.buckets[bucket] != nil, place.contains(":") else {
                throw SluiceError(
                    .jobSpecification,
                    "The report cannot go to '\(place)'.",
                    hint: "Write BUCKET:PREFIX, with a bucket of the configuration."
                )
            }
        }
        return try await ledger.createJob(
            try specification.encoded(),
            priority: specification.priority,
            remembering: note,
            at: clock.now
        )
    }

    private func configured() throws(SluiceError) -> ProcessingConfiguration {
        if let configuration { return configuration }
        throw SluiceError(.processingUnconfigured, "There is no configuration to plan with.")
    }

    /// One page of jobs, newest first.
    public func jobs(before: JobID?, limit: Int) async throws(SluiceError) -> [JobRow] {
        try await ledger.jobs(before: before, limit: limit)
    }

    /// One job.
    public func job(_ id: JobID) async throws(SluiceError) -> JobRow? { try await ledger.job(id) }

    /// One page of a job's tasks.
    public func tasks(_ query: JobTaskQuery) async throws(SluiceError) -> [JobTask] {
        try await ledger.tasks(query)
    }

    /// Pauses, resumes or cancels a job.
    public func change(_ id: JobID, _ wish: JobWish, reason: String?) async throws(SluiceError) -> JobRow {
        guard let job = try await ledger.job(id) else { throw Self.unknown(id) }
        let state: JobState =
            switch wish {
            case .pause: .paused
            case .resume: job.resumed
            case .cancel: .cancelled
            }
        switch try await ledger.setJob(id, to: state, reason: reason, at: clock.now) {
        case .changed(let job): return job
        case .unknown: throw Self.unknown(id)
        case .refused(let job):
            throw SluiceError(
                .jobState,
                "Job \(id) is \(job.state.rawValue) and cannot be asked to \(wish.rawValue)."
            )
        }
    }

    /// Changes a job's priority.
    public func setPriority(of id: JobID, to priority: Int) async throws(SluiceError) -> JobRow {
        guard let job = try await ledger.setPriority(of: id, to: priority, at: clock.now) else {
            throw Self.unknown(id)
        }
        return job
    }

    private static func unknown(_ id: JobID) -> SluiceError {
        SluiceError(.jobUnknown, "There is no job \(id).", hint: "`sluice job list` shows them.")
    }
}
