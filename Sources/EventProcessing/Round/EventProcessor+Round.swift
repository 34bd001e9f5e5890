internal import DurableLedger
public import EventModel
internal import Execution
internal import Logging

extension EventProcessor {
    /// Recovers, scans every watched bucket once, and processes until nothing runs and nothing is due;
    /// deliveries that wait for a later try keep waiting.
    ///
    /// What cannot be reached is tried a few times and left to the next round, so that an outage costs all
    /// others nothing but that time; the report names it. Throws only where the ledger fails.
    @discardableResult
    public func runUntilIdle() async throws(SluiceError) -> RoundReport {
        let troubles = core.beginRound()
        let rest = try await recovery.begin()
        let result = await withTaskGroup(of: Result<Void, SluiceError>?.self) { group in
            group.addTask {
                await Self.result { () throws(SluiceError) in try await self.processUntilIdle(rest) }
            }
            group.addTask {
                await self.stopWhenAsked()
                return nil
            }
            var result: Result<Void, SluiceError> = .success(())
            for await end in group {
                guard let end else { continue }
                result = end
                group.cancelAll()
            }
            return result
        }
        try result.get()
        let report = try await report(troubles)
        try await end()
        return report
    }

    private func processUntilIdle(_ rest: [PendingCommit]) async throws(SluiceError) {
        var left = rest
        var memory = JobRounds()
        await jobs.recallRecent(&memory)
        while true {
            let open = left
            left = []
            let results = await withTaskGroup(of: Result<Void, SluiceError>.self) { group in
                dispatcher.holdIdle()
                group.addTask {
                    await Self.result { () throws(SluiceError) in try await self.dispatcher.run(.untilIdle) }
                }
                group.addTask {
                    let result = await self.look(rollingForward: open)
                    self.dispatcher.releaseIdle()
                    return result
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            for result in results { try result.get() }
            if dispatcher.isStopping { return }
            try await after.performDue()
            // An after-action may have put an object where a trigger waits for it.
            let counters = try await core.ledger.counters()
            let backlog = try await core.ledger.backlog(at: core.clock.now)
            let isIdle = backlog.oldestReady == nil || !counters.contains { $0.state == .ready }
            if !dispatcher.outages.isEmpty || Task.isCancelled { return }
            // What jobs made may have after-actions, or lie where a trigger waits for it.
            if isIdle, try await !carryJobs(&memory) { return }
        }
    }

    /// Carries jobs as far as it goes; says whether that was any way at all.
    private func carryJobs(_ memory: inout JobRounds) async throws(SluiceError) -> Bool {
        var hasMoved = false
        while try await jobs.advance(&memory) {
            hasMoved = true
            try await dispatcher.run(.untilIdle)
            if dispatcher.isStopping || !dispatcher.outages.isEmpty || Task.isCancelled { break }
        }
        return hasMoved
    }

    /// Looks at every bucket, beside the processing, until it is through or the round is told to stop.
    private func look(rollingForward rest: [PendingCommit]) async -> Result<Void, SluiceError> {
        await withTaskGroup(of: Result<Void, SluiceError>?.self) { group in
            group.addTask {
                // A store that keeps what dead boots staged does not hold up the scans of others.
                async let recovered: Void = self.recovery.goOn(with: rest)
                let result = await Self.result { () throws(SluiceError) in
                    try await self.supervisor.scanOnce { self.dispatcher.activeCount == 0 }
                }
                await recovered
                return result
            }
            group.addTask {
                await self.lookStop.wait()
                return nil
            }
            // Whichever ends first ends the other.
            let first = await group.next() ?? nil
            group.cancelAll()
            return first ?? .success(())
        }
    }

    private static let mostCounted = 1000

    private func report(_ troubles: RoundTroubles) async throws(SluiceError) -> RoundReport {
        var report = RoundReport()
        report.buckets = troubles.all
        report.outages = dispatcher.outages
        // Those that failed wait for their time, a day at most; those of a dead bucket were not tried.
        let later = core.clock.now.advanced(by: .seconds(86_400))
        report.afterActions = try await core.ledger.dueAfterActions(limit: Self.mostCounted, at: later).count
        report.wasStopped = dispatcher.isStopping
        for outcomes in metrics.objects.values {
            report.done += outcomes["done"] ?? 0
            report.dead += outcomes["dead"] ?? 0
        }
        report.jobs = try await core.ledger.openJobs().count { $0.state != .paused }
        let paused = core.paused
        for row in try await core.ledger.counters()
        where [.ready, .leased, .committing].contains(row.state)
            && core.configuration.trigger(row.trigger) != nil
        {
            report.waiting += row.count
            if row.state == .ready, paused.contains(row.trigger) { report.paused += row.count }
        }
        for (bucket, error) in report.buckets {
            core.logger.error(
                "a bucket could not be used",
                metadata: [
                    "bucket": "\(bucket)", "code": "\(error.code)", "error": "\(error.message)",
                    "hint": "\(error.hint ?? "")",
                ]
            )
        }
        return report
    }
}
