internal import DurableLedger
internal import EventModel
internal import Execution
internal import Logging

extension JobRunner {
    private var reducer: JobReducer { JobReducer(core: core, pool: pool) }

    /// Ends a job whose tasks have all ended, or of which too many failed; says whether it did.
    func end(_ job: JobRow, _ specification: JobSpecification) async throws(SluiceError) -> Bool {
        let tally = job.tally
        let now = core.clock.now
        if let reason = specification.maxFailures.verdict(
            failed: tally.failed,
            ended: tally.ended,
            total: tally.total
        ) {
            _ = try await core.ledger.setJob(job.id, to: .failed, reason: reason, at: now)
            core.logger.error("a job failed", metadata: ["job": "\(job.id)", "reason": "\(reason)"])
            return true
        }
        guard job.isPrepared, tally.pending == 0, tally.open == 0 else { return false }
        // Whoever waits for the job's end finds its result and its report.
        if let reduction = try JobReduction(specification, core.configuration) {
            do throws(SluiceError) {
                try await reducer.write(job, reduction)
            } catch {
                try await fail(job, error)
                return true
            }
        }
        if let place = specification.report { try await report(job.ended(.complete, at: now), to: place) }
        // Cancelled meanwhile: that stands.
        guard case .changed = try await core.ledger.setJob(job.id, to: .complete, reason: nil, at: now) else {
            return true
        }
        if specification.reduce != nil { try await reducer.forget(job.id) }
        core.logger.notice(
            "a job is complete",
            metadata: [
                "job": "\(job.id)", "succeeded": "\(tally.succeeded)", "failed": "\(tally.failed)",
                "skipped": "\(tally.skipped)",
            ]
        )
        return true
    }

    /// Merges what waits of a job's partial results, where that is much; says whether the job ended by it.
    func reduce(
        _ job: JobRow,
        _ specification: JobSpecification,
        _ memory: inout JobRounds
    ) async throws(SluiceError) -> Bool {
        do throws(SluiceError) {
            guard let reduction = try JobReduction(specification, core.configuration) else { return false }
            let enough = max(JobReducer.leastBytes, memory.merged[job.id] ?? 0)
            if job.tally.partialBytes >= enough {
                memory.merged[job.id] = try await reducer.merge(job.id, by: reduction.function)
            }
            return false
        } catch {
            try await fail(job, error)
            return true
        }
    }

    /// Fails a job that cannot go on; what only waits for better times is thrown on.
    func fail(_ job: JobRow, _ error: SluiceError) async throws(SluiceError) {
        if error.code.blame == .outage || error.code.blame == .transient { throw error }
        let reason = "\(error.code): \(error.message)"
        _ = try await core.ledger.setJob(job.id, to: .failed, reason: reason, at: core.clock.now)
        core.logger.error("a job failed", metadata: ["job": "\(job.id)", "reason": "\(reason)"])
    }

    /// Ends what a job's end leaves to do: its lane goes, and its report is written once, also after a
    /// restart. Says whether it did; not while something still runs for the job.
    func report(ended id: JobID) async throws(SluiceError) -> Bool {
        guard let job = try await core.ledger.job(id), job.state.isFinished,
            let specification = try? JobSpecification.decode(job.specification)
        else { return true }
        if job.tally.open > 0 { return false }
        if specification.isLane { try await core.updateLanes() }
        if specification.reduce != nil { try await reducer.forget(id) }
        if let place = specification.report { try await report(job, to: place) }
        return true
    }

    private func report(_ job: JobRow, to place: String) async throws(SluiceError) {
        let note = "\(job.id.noteName) report"
        if try await core.ledger.recall(note) != nil { return }
        do throws(SluiceError) {
            try await JobReportWriter(core: core, pool: pool).write(job, to: place)
            try await core.ledger.remember(note, place, at: core.clock.now)
            core.clearProblem(about: note)
        } catch {
            let words = "the report of job \(job.id) cannot be written: \(error.message)"
            core.note(problem: words, about: note)
            if error.code.blame == .outage || error.code.blame == .transient { throw error }
            // No later try would do better; the job itself is what it is.
            core.logger.error(
                "a report cannot be written",
                metadata: ["job": "\(job.id)", "error": "\(error)"]
            )
            try await core.ledger.remember(note, words, at: core.clock.now)
        }
    }
}
