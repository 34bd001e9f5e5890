internal import DurableLedger
internal import EventModel
internal import Execution
internal import ObjectStorage
internal import TriggerRules

extension Intake {
    /// So many keys are looked up in the ledger at a time.
    private static let notifiedBatch = 256

    /// What a notification says of one key.
    private struct Hint {
        let key: ObjectKey
        var alternate: ObjectKey?
        /// The contents it claims to be there; several when it speaks of the key more than once, for their
        /// order says nothing (trap N01).
        var claims: [ObjectInfo] = []
        /// Whether it speaks of something else than a version that is there.
        var isOpen = false
        /// Whether it says that the object is gone.
        var isRemoval = false
    }

    /// Looks at what a notification speaks of: rows first; where they do not know the version, one look at
    /// the store for each key, and one more for the alternate form of a key that is not there.
    ///
    /// Returns after the ledger's commit, so that the source can be acknowledged, but for the objects that
    /// the tally names as undecided: those wait in memory alone (DESIGN 3, promise 1). Throws when the store
    /// or the ledger does not answer. An object that is not there yet (trap N07), or not yet in the announced
    /// version (trap N08), is decided: it is the scan's.
    func notified(
        _ objects: [NotifiedObject],
        in bucket: BucketName
    ) async throws(SluiceError) -> NotifiedTally {
        var tally = NotifiedTally()
        tally.received = objects.count
        guard let setup = core.configuration.buckets[bucket],
            !core.configuration.triggers(on: bucket).isEmpty
        else {
            tally.ignored = objects.count
            return tally
        }
        let hints = hints(of: objects, for: setup.store)
        tally.ignored = objects.count - objects.count { hints[$0.key] != nil }
        var rest = Array(hints.values)[...]
        var undecided: Set<ObjectKey> = []
        while !rest.isEmpty {
            let batch = Array(rest.prefix(Self.notifiedBatch))
            undecided.formUnion(try await look(at: batch, in: bucket, into: &tally))
            rest = rest.dropFirst(Self.notifiedBatch)
        }
        if !undecided.isEmpty { tally.undecided = Set(objects.filter { undecided.contains($0.key) }) }
        return tally
    }

    private func hints(of objects: [NotifiedObject], for store: any ObjectStore) -> [ObjectKey: Hint] {
        var hints: [ObjectKey: Hint] = [:]
        for object in objects where store.refusal(of: object.key) == nil {
            var hint = hints[object.key] ?? Hint(key: object.key)
            if let alternate = object.alternateKey, store.refusal(of: alternate) == nil {
                hint.alternate = alternate
            }
            if let version = object.claimedVersion {
                let info = ObjectInfo(
                    key: object.key,
                    version: version,
                    sizeBytes: object.sizeBytes ?? 0,
                    modified: core.clock.now
                )
                hint.claims.append(info)
            } else {
                hint.isOpen = true
            }
            if object.isRemoval { hint.isRemoval = true }
            hints[object.key] = hint
        }
        return hints
    }

    /// Looks until no row moves any more; in the first round at each key once. Returns the keys that could
    /// not be decided now. They are looked at again soon, which makes them known to the next message; that
    /// look would be lost with this process. Writers at work count as well, though stores tell of none and a
    /// directory takes no notifications.
    private func look(
        at hints: [Hint],
        in bucket: BucketName,
        into tally: inout NotifiedTally
    ) async throws(SluiceError) -> Set<ObjectKey> {
        var undecided: Set<ObjectKey> = []
        var pending = hints
        for round in 1...Self.mostLooks where !pending.isEmpty {
            let keys = pending.flatMap { [$0.key] + ($0.alternate.map { [$0] } ?? []) }
            guard let look = try await makeLook(at: keys, in: bucket, via: .live) else { return [] }
            let unknown = pending.filter { Self.needsLook($0, look) }
            if round == 1 { tally.known += pending.count - unknown.count }
            let sights = try await Self.sights(of: unknown, by: look, &tally)
            var observations: [Observation] = []
            for (hint, sight) in sights {
                // A key that was announced and is not there was perhaps not visible yet.
                guard sight.info != nil || hint.isRemoval else { continue }
                let news = look.observations(of: sight.key, sight.info)
                guard !news.isEmpty else { continue }
                if await isSettled(sight, look) { observations += news } else { undecided.insert(hint.key) }
            }
            var recorded = Tally()
            let rest = try await record(observations, look, into: &recorded)
            tally.delivered += recorded.delivered
            for (hint, sight) in sights where rest.deferred.contains(sight.key) { undecided.insert(hint.key) }
            pending = sights.filter { rest.moved.contains($0.1.key) }.map(\.0)
        }
        for hint in pending {
            wait(for: hint.key, in: bucket, version: nil, after: Self.deferral, via: .live)
        }
        return undecided.union(pending.map(\.key))
    }

    /// Whether the store must be asked: not when each claimed version is the one that the rows have, or one
    /// that no trigger wants.
    private static func needsLook(_ hint: Hint, _ look: IntakeLook) -> Bool {
        hint.isOpen || hint.claims.contains { look.hasNews(hint.key, $0) }
    }

    /// Asks for each key; for its alternate form where there is nothing, and never was.
    private static func sights(
        of hints: [Hint],
        by look: IntakeLook,
        _ tally: inout NotifiedTally
    ) async throws(SluiceError) -> [(Hint, IntakeLook.Sight)] {
        guard !hints.isEmpty else { return [] }
        let byKey = Dictionary(hints.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        tally.asked += hints.count
        var sights: [(Hint, IntakeLook.Sight)] = []
        var others: [ObjectKey: Hint] = [:]
        for sight in try await look.heads(of: hints.map(\.key)) {
            guard let hint = byKey[sight.key] else { continue }
            let wasThere = look.rows[sight.key]?.contains { $0.seen != nil } ?? false
            if sight.info == nil, !wasThere, let alternate = hint.alternate {
                others[alternate] = hint
            } else {
                sights.append((hint, sight))
            }
        }
        guard !others.isEmpty else { return sights }
        tally.asked += others.count
        for sight in try await look.heads(of: Array(others.keys)) {
            guard let hint = others[sight.key] else { continue }
            if sight.info != nil { tally.alternate += 1 }
            sights.append((hint, sight))
        }
        return sights
    }
}
