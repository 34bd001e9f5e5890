internal import EventModel

extension ReferenceLedger {
    // MARK: Attempts

    /// Leases what could run now.
    public func lease(_ request: LeaseRequest) -> [Lease] {
        request.picks.flatMap { pick in
            leasable(at: request.now).filter {
                $0.target.trigger == pick.trigger && $0.deliveryClass == pick.deliveryClass
                    && $0.isSuspect == pick.suspects
            }.prefix(max(0, pick.limit)).map { lease($0.id, request) }
        }
    }

    /// All that could be leased now, oldest first.
    func leasable(at now: Timestamp) -> [Delivery] {
        let open = Set(entries.values.filter(\.delivery.state.isOpen).map(\.delivery.target))
        return entries.values.map(\.delivery).filter { delivery in
            guard delivery.state == .ready, let row = rows[delivery.target.trigger] else { return false }
            let isDue = delivery.notBefore.map { $0 <= now } ?? true
            let runs = row.isConfigured && row.pausedReason == nil && row.bucket == delivery.target.bucket
            return isDue && runs && !open.contains(delivery.target)
        }.sorted { $0.id < $1.id }
    }

    private func lease(_ id: DeliveryID, _ request: LeaseRequest) -> Lease {
        guard var entry = entries[id] else { preconditionFailure("A leasable delivery exists.") }
        let token = nextToken()
        entry.delivery.lease(at: request.now)
        entry.token = token
        entry.attempts.append(
            AttemptRecord(
                token: token,
                owner: request.owner,
                started: request.now,
                ended: nil,
                outcome: nil,
                failure: nil
            )
        )
        entry.attempts = entry.attempts.suffix(50)
        entries[id] = entry
        return Lease(delivery: entry.delivery, token: token, done: targetRows[entry.delivery.target]?.done)
    }

    /// Decides a commit.
    public func decide(_ decision: CommitDecision) -> DecisionResult {
        guard var entry = entries[decision.delivery] else { return .fenced(.superseded) }
        let target = entry.delivery.target
        guard entry.delivery.state == .leased, entry.token == decision.token, var row = targetRows[target]
        else {
            return .fenced(entry.delivery.state)
        }
        if let reason = entry.cancelReason {
            entry.delivery.move(to: .cancelled, reason: reason, at: decision.now)
            close(&entry, .cancelled, ended: decision.now)
            return .fenced(.cancelled)
        }
        entry.wantsAfterAction = decision.wantsAfterAction
        let done = row.done
        let isSame = decision.skipsSameContent && done?.digest == decision.digest
        row.done = DoneRecord(
            version: decision.version,
            digest: decision.digest,
            fingerprint: isSame ? done?.fingerprint ?? decision.fingerprint : decision.fingerprint,
            generation: (done?.generation ?? 0) + (isSame ? 0 : 1)
        )
        row.accept(read: decision.version, by: entry.delivery)
        let places = decision.outputs.map { Place(bucket: $0.bucket, key: $0.key) }
        if isSame {
            targetRows[target] = row
            entry.delivery.move(to: .skipped, reason: TargetRow.sameContent, at: decision.now)
            close(&entry, .skipped, ended: decision.now)
            forgetFailures(of: target.trigger)
            wantAfterAction(entry, decision.version, at: decision.now)
            return .sameContent
        }
        if let other = places.compactMap({ outputs[$0]?.row }).first(where: { $0.owner != target }) {
            return .collision(other)
        }
        targetRows[target] = row
        for (place, planned) in zip(places, decision.outputs) {
            let row = OutputRow(
                bucket: place.bucket,
                key: place.key,
                owner: target,
                delivery: entry.delivery.id,
                version: nil,
                digest: planned.digest
            )
            let mayReplace = planned.mayReplace || outputs[place] != nil
            outputs[place] = Output(row: row, planned: planned.allowing(replacement: mayReplace))
        }
        entry.delivery.statistics = decision.statistics
        entry.delivery.move(to: .committing, at: decision.now)
        entries[entry.delivery.id] = entry
        return .commit(commit(entry))
    }

    /// What is to be published and removed.
    func commit(_ entry: Entry) -> PendingCommit {
        guard let token = entry.token else { preconditionFailure("An open delivery has a token.") }
        let owned = ownedOutputs(of: entry.delivery.target)
        return PendingCommit(
            delivery: entry.delivery,
            token: token,
            publish: owned.filter { $0.row.delivery == entry.delivery.id }.map(\.planned),
            remove: owned.filter { $0.row.delivery != entry.delivery.id }.map(\.row)
        )
    }

    /// Completes a commit.
    public func complete(_ completion: Completion) -> CompletionResult {
        guard var entry = entries[completion.delivery] else { return .fenced(.done) }
        guard entry.delivery.state == .committing, entry.token == completion.token else {
            return .fenced(entry.delivery.state)
        }
        let target = entry.delivery.target
        for output in completion.outputs {
            let place = Place(bucket: output.bucket, key: output.info.key)
            guard let old = outputs[place]?.row, old.delivery == entry.delivery.id else { continue }
            outputs[place]?.row = old.published(as: output.info.version)
        }
        outputs = outputs.filter { _, output in
            output.row.owner != target
                || output.row.delivery == completion.delivery && output.row.version != nil
        }
        entry.delivery.move(to: .done, at: completion.now)
        close(&entry, .done, ended: completion.now)
        forgetFailures(of: target.trigger)
        let caused = completion.caused.compactMap { cause($0, by: entry.delivery, at: completion.now) }
        if let version = targetRows[target]?.done?.version {
            wantAfterAction(entry, version, at: completion.now)
        }
        return .done(caused: caused)
    }

    private func cause(_ caused: Completion.Caused, by delivery: Delivery, at now: Timestamp) -> DeliveryID? {
        var row = targetRows[caused.target] ?? TargetRow(id: caused.target, revision: 0, seen: nil)
        guard row.seen != caused.object.version else { return nil }
        row.seen = caused.object.version
        row.revision += 1
        row.skippedReason = caused.delivers ? nil : caused.reason
        if caused.delivers {
            return deliver(
                row,
                caused.object,
                .createdPut,
                .live,
                hop: delivery.hop + 1,
                cause: delivery.id,
                at: now
            )
        }
        store(row, overtaking: caused.reason == TargetRow.sameContent ? .no : .newer, at: now)
        return nil
    }

    /// Ends an attempt without a commit.
    public func end(_ ending: AttemptEnding) -> EndResult {
        guard var entry = entries[ending.delivery] else { return .fenced(.superseded) }
        guard entry.delivery.state == .leased, entry.token == ending.token else {
            return .fenced(entry.delivery.state)
        }
        let target = entry.delivery.target
        let end = entry.delivery.end(
            ending.outcome,
            cancelled: entry.cancelReason,
            overtaking(entry.delivery),
            at: ending.now
        )
        close(&entry, end, ended: ending.now, failure: end == .cancelled ? nil : ending.outcome.failure)
        if end != .cancelled, case .dead(_, true) = ending.outcome {
            countFailure(of: target)
        }
        if end == .skipped { settle(target, at: ending.now) }
        return .ended(entry.delivery.state, failuresInARow: rows[target.trigger]?.failuresInARow ?? 0)
    }

    /// Keeps an entry whose attempt is over.
    func close(_ entry: inout Entry, _ end: AttemptEnd, ended: Timestamp?, failure: FailureRecord? = nil) {
        if let last = entry.attempts.popLast() {
            entry.attempts.append(
                AttemptRecord(
                    token: last.token,
                    owner: last.owner,
                    started: last.started,
                    ended: ended,
                    outcome: end.name,
                    failure: failure
                )
            )
        }
        (entry.token, entry.cancelReason) = (nil, nil)
        entries[entry.delivery.id] = entry
    }

    /// Whether the target ran ahead of the delivery.
    func overtaking(_ delivery: Delivery) -> Overtaking {
        targetRows[delivery.target]?.overtaking(delivery.id) ?? .newer
    }
}
