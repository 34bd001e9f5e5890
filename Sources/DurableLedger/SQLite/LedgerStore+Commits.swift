internal import EventModel
internal import GRDB

extension LedgerStore {
    /// See `Ledger.decide`.
    func decide(_ decision: CommitDecision) throws(SluiceError) -> DecisionResult {
        guard var entry = try entry(decision.delivery) else { return .fenced(.superseded) }
        guard entry.delivery.state == .leased, entry.token == decision.token.rawValue else {
            return .fenced(entry.delivery.state)
        }
        let old = entry.delivery
        if let reason = entry.cancelReason {
            entry.delivery.move(to: .cancelled, reason: reason, at: decision.now)
            entry.close(.cancelled, at: decision.now)
            try release(entry, old: old)
            return .fenced(.cancelled)
        }
        var target = try target(number: entry.target)
        entry.wantsAfterAction = decision.wantsAfterAction
        let hadOutputs = target.row.done != nil
        if target.row.decide(decision, of: old) {
            try save(&target)
            return try endAsSameContent(entry, decision)
        }
        if let other = try collision(decision, entry.target) { return .collision(other) }
        try save(&target)
        let owned = hadOutputs ? try outputs(ofTarget: entry.target).map(\.row) : []
        try put(decision, entry, Dictionary(owned.map { ($0.place, $0) }, uniquingKeysWith: { $1 }))
        entry.delivery.statistics = decision.statistics
        entry.delivery.move(to: .committing, at: decision.now)
        if !hadOutputs { entry.freshOutputs = decision.outputs.count }
        try saveDecision(entry, old: old)
        if let partial = decision.partial { try keep(partial, of: old.id) }
        if decision.outputs.isEmpty, owned.isEmpty {
            _ = try complete(Completion(ofNothing: decision))
            return .done
        }
        return .commit(try hadOutputs ? commit(entry) : firstCommit(entry, decision))
    }

    private func endAsSameContent(
        _ open: LedgerEntry,
        _ decision: CommitDecision
    ) throws(SluiceError) -> DecisionResult {
        var entry = open
        entry.delivery.move(to: .skipped, reason: TargetRow.sameContent, at: decision.now)
        entry.close(.skipped, at: decision.now)
        try release(entry, old: open.delivery)
        try forgetFailures(of: open.delivery.target.trigger)
        try wantAfterAction(entry, decision.version, at: decision.now)
        return .sameContent
    }

    /// The first planned output that belongs to another target.
    private func collision(_ decision: CommitDecision, _ target: Int64) throws(SluiceError) -> OutputRow? {
        for output in decision.outputs {
            let bucket = try number(of: output.bucket)
            let owner = try sql.outputOwner.bind(bucket).bind(output.key.bytes).first { row in row.integer(0)
            }
            guard let owner, owner != target else { continue }
            return try self.output(in: output.bucket, key: output.key)
        }
        return nil
    }

    private func put(
        _ decision: CommitDecision,
        _ entry: LedgerEntry,
        _ owned: [ObjectPlace: OutputRow]
    ) throws(SluiceError) {
        for output in decision.outputs {
            let earlier = owned[output.place]
            let mayReplace = output.mayReplace || earlier != nil
            let bucket = try number(of: output.bucket)
            try sql.putOutput.bind(bucket).bind(output.key.bytes).bind(entry.target)
                .bind(decision.delivery.rawValue).bind(Int64(bitPattern: output.digest.crc64))
                .bind(Int64(bitPattern: output.digest.sizeBytes)).bind(mayReplace)
                .bind(earlier?.version?.identity).bind(output.staged).run()
        }
        memory.committingOutputs += decision.outputs.count
    }

    /// What is to be published and removed, from the rows.
    func commit(_ entry: LedgerEntry) throws(SluiceError) -> PendingCommit {
        PendingCommit(
            entry.delivery,
            AttemptToken(entry.token ?? 0),
            owned: try outputs(ofTarget: entry.target)
        )
    }

    /// The same for a target that has no outputs yet, without reading what was just written.
    private func firstCommit(_ entry: LedgerEntry, _ decision: CommitDecision) -> PendingCommit {
        let publish = decision.outputs.sorted { $0.place < $1.place }
        return PendingCommit(delivery: entry.delivery, token: decision.token, publish: publish, remove: [])
    }

    /// See `Ledger.complete`.
    func complete(_ completion: Completion) throws(SluiceError) -> CompletionResult {
        guard var entry = try entry(completion.delivery) else { return .fenced(.done) }
        guard entry.delivery.state == .committing, entry.token == completion.token.rawValue else {
            return .fenced(entry.delivery.state)
        }
        let old = entry.delivery
        var target = try target(number: entry.target)
        let overtaking = target.row.overtaking(old.id)
        try publish(completion, entry)
        let end = entry.delivery.complete(completion.loss, overtaking, at: completion.now)
        entry.close(end, at: completion.now, failed: completion.loss != nil)
        if completion.loss != nil {
            target.row.loseOutputs()
            try save(&target)
            try release(entry, old: old)
            return .lost(caused: try cause(completion, by: old))
        }
        try saveCompletion(entry, old: old)
        try forgetFailures(of: old.target.trigger)
        let caused = try cause(completion, by: old)
        if let version = target.row.done?.version {
            try wantAfterAction(entry, version, at: completion.now)
        }
        return .done(caused: caused)
    }

    private func publish(_ completion: Completion, _ entry: LedgerEntry) throws(SluiceError) {
        if entry.freshOutputs == nil {
            try sql("DELETE FROM output WHERE owner = ? AND staged IS NULL").bind(entry.target).run()
        }
        var published = 0
        for output in completion.outputs {
            let bucket = try number(of: output.bucket)
            try sql.publishOutput.bind(output.info.version.identity).bind(bucket).bind(output.info.key.bytes)
                .bind(entry.delivery.id.rawValue).run()
            published += database.changesCount
        }
        memory.committingOutputs -= published
        if entry.freshOutputs == published { return }
        if completion.loss != nil {
            let keep = """
                UPDATE output SET staged = NULL WHERE owner = ? AND staged IS NOT NULL AND version IS NOT NULL
                """
            try sql(keep).bind(entry.target).run()
            memory.committingOutputs -= database.changesCount
        }
        try sql("DELETE FROM output WHERE owner = ? AND staged IS NOT NULL").bind(entry.target).run()
        memory.committingOutputs -= database.changesCount
    }

    private func cause(
        _ completion: Completion,
        by delivery: Delivery
    ) throws(SluiceError) -> [DeliveryID] {
        var made: [DeliveryID] = []
        for caused in completion.caused {
            var target = try target(caused.target)
            guard let effect = target.row.see(caused, by: delivery) else { continue }
            if let id = try record(&target, effect, at: completion.now) { made.append(id) }
        }
        return made
    }

    // MARK: After

    /// Keeps that a version's after-action is wanted, and makes it due if nothing else waits.
    private func wantAfterAction(
        _ entry: LedgerEntry,
        _ version: ObjectVersion,
        at now: Timestamp
    ) throws(SluiceError) {
        guard entry.wantsAfterAction else { return }
        let target = entry.delivery.target
        try sql(
            """
            INSERT INTO after_action (bucket, key, version, tries) VALUES (?,?,?,0) ON CONFLICT (bucket, key)
            DO UPDATE SET version = excluded.version, tries = 0, due = NULL, failure = NULL
            WHERE version <> excluded.version
            """
        ).bind(try number(of: target.bucket)).bind(target.key.bytes).bind(version.identity).run()
        try settle(target, at: now)
    }

    /// Makes an after-action due once every configured trigger is done with the version.
    func settle(_ target: TargetID, at now: Timestamp) throws(SluiceError) {
        let bucket = try number(of: target.bucket)
        let version = try sql("SELECT version FROM after_action WHERE bucket = ? AND key = ? AND due IS NULL")
            .bind(bucket).bind(target.key.bytes).first { row in ObjectVersion(identity: row.text(0) ?? "") }
        guard let version else { return }
        for stored in try targets(in: target.bucket, key: target.key) {
            let trigger = memory.triggers[stored.row.id.trigger]?.row
            if stored.row.delaysAfterAction(for: version, trigger: trigger) { return }
        }
        try sql("UPDATE after_action SET due = ? WHERE bucket = ? AND key = ?")
            .bind(now).bind(bucket).bind(target.key.bytes).run()
    }

    /// See `Ledger.dueAfterActions`.
    func dueAfterActions(
        in bucket: BucketName?,
        limit: Int,
        at now: Timestamp
    ) throws(SluiceError) -> [AfterAction] {
        let number = try bucket.map { bucket throws(SluiceError) in try self.number(of: bucket) }
        let rows = try sql(
            """
            SELECT bucket, key, version, tries FROM after_action
            WHERE due IS NOT NULL AND due <= ?1 AND (?2 IS NULL OR bucket = ?2)
            ORDER BY due, bucket, key LIMIT ?3
            """
        ).bind(now).bind(number).bind(max(0, limit))
        var actions: [AfterAction] = []
        while try rows.next() {
            actions.append(
                AfterAction(
                    bucket: memory.bucketNames[rows.integer(0)] ?? "",
                    key: ObjectKey(bytes: rows.bytes(1)),
                    version: ObjectVersion(identity: rows.text(2) ?? ""),
                    tries: Int(rows.integer(3))
                )
            )
        }
        return actions
    }

    /// See `Ledger.finishAfterAction`.
    func finish(_ action: AfterAction, _ error: FailureRecord?, retryAt: Timestamp) throws(SluiceError) {
        let bucket = try number(of: action.bucket)
        if let error {
            try sql(
                """
                UPDATE after_action SET tries = tries + 1, due = ?, failure = ?
                WHERE bucket = ? AND key = ? AND version = ?
                """
            ).bind(retryAt).bind(error.stored).bind(bucket).bind(action.key.bytes).bind(
                action.version.identity
            ).run()
        } else {
            try sql("DELETE FROM after_action WHERE bucket = ? AND key = ? AND version = ?")
                .bind(bucket).bind(action.key.bytes).bind(action.version.identity).run()
        }
    }
}
