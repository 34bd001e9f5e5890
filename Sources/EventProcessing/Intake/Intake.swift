internal import DurableLedger
internal import EventModel
internal import Execution
internal import Logging
internal import ObjectStorage
internal import Synchronization
internal import TriggerRules

/// Turns hints into recorded observations (DESIGN 5, steps 1 to 3): rows first, then a look at the store,
/// then a compare-and-set on what the rows said.
final class Intake: Sendable {
    /// What a call found.
    struct Tally: Sendable {
        /// Targets recorded with a delivery.
        var delivered = 0
        /// Targets recorded as there before their trigger, by trigger.
        var existing: [TriggerName: Int] = [:]
        /// Adds another call's tally.
        static func += (left: inout Tally, right: Tally) {
            left.delivered += right.delivered
            left.existing.merge(right.existing, uniquingKeysWith: +)
        }
    }

    /// A row that moved so often under our eyes is looked at again later.
    static let mostLooks = 8
    /// An output that is being committed is looked at again so much later.
    static let deferral = Duration.milliseconds(250)
    /// No key is looked at again sooner: `settle: 0s` must not make the look a loop.
    private static let shortestWait = Duration.milliseconds(10)

    /// What all parts share.
    let core: ProcessingCore
    private let waiting = Mutex(WaitingList())
    /// Buckets whose waiting keys found no place: only a rescan finds them.
    private let rescans = Mutex<Set<BucketName>>([])
    /// Wakes the one who looks again at a bucket's waiting keys.
    private let signals = Mutex<[BucketName: Signal]>([:])

    /// Uses what all parts share.
    init(core: ProcessingCore) { self.core = core }

    /// Looks at keys that may have changed; at most a page of them. Keys that cannot be decided now are kept
    /// waiting.
    func hint(_ keys: [ObjectKey], in bucket: BucketName) async {
        do throws(SluiceError) {
            _ = try await look(at: keys, in: bucket, listed: [:], via: .live)
        } catch {
            core.heed(error)
            core.logger.warning("hints wait", metadata: ["bucket": "\(bucket)", "error": "\(error)"])
            for key in keys { wait(for: key, in: bucket, version: nil, after: .seconds(1), via: .live) }
        }
    }

    /// Looks at what a listing showed; throws what keeps the scan from being complete.
    func listed(_ objects: [ObjectInfo], in bucket: BucketName) async throws(SluiceError) -> Tally {
        let byKey = Dictionary(objects.map { ($0.key, $0) }, uniquingKeysWith: { _, last in last })
        return try await look(at: Array(byKey.keys), in: bucket, listed: byKey, via: .scan)
    }

    /// Looks at keys that complete listings did not show; throws what keeps a key from being decided.
    func unlisted(_ keys: [ObjectKey], in bucket: BucketName) async throws(SluiceError) -> Tally {
        try await look(at: keys, in: bucket, listed: [:], via: .scan)
    }

    /// Looks again at the waiting keys of a bucket that are due; returns when the next one is.
    func recheck(_ bucket: BucketName) async -> Duration? {
        let due = waiting.withLock { $0.due(in: bucket, at: core.clock.uptime, limit: 256) }
        for provenance in [Provenance.live, .scan] {
            let keys = due.filter { $0.entry.provenance == provenance }.map(\.key)
            guard !keys.isEmpty else { continue }
            do throws(SluiceError) {
                _ = try await look(at: keys, in: bucket, listed: [:], via: provenance)
            } catch {
                core.heed(error)
                for key in keys {
                    wait(for: key, in: bucket, version: nil, after: .seconds(1), via: provenance)
                }
            }
        }
        return waiting.withLock { waiting in
            // Whoever must wait on was put again, with another time. For all others this look was the last:
            // there is nothing (any more), nothing new, or no object.
            for (key, entry) in due { waiting.remove(key, in: bucket, ifStill: entry) }
            return waiting.nextDue(in: bucket)
        }
    }

    /// When the next key will have rested long enough, where its store does not tell who writes it.
    func nextSettled(in bucket: BucketName) -> Duration? {
        waiting.withLock { $0.nextSettled(in: bucket) }
    }

    /// Raised when a key of the bucket begins to wait.
    func waitSignal(_ bucket: BucketName) -> Signal {
        signals.withLock { signals in
            if let signal = signals[bucket] { return signal }
            let signal = Signal()
            signals[bucket] = signal
            return signal
        }
    }

    /// How many keys wait.
    var waitingCount: Int { waiting.withLock { $0.count } }

    /// Whether a rescan is needed since the last call.
    func takeRescan(_ bucket: BucketName) -> Bool { rescans.withLock { $0.remove(bucket) != nil } }

    /// Looks at a key again later.
    func wait(
        for key: ObjectKey,
        in bucket: BucketName,
        version: ObjectVersion?,
        after delay: Duration,
        via provenance: Provenance
    ) {
        let entry = WaitingList.Entry(
            version: version,
            due: core.clock.uptime + max(delay, Self.shortestWait),
            provenance: provenance
        )
        if !waiting.withLock({ $0.put(entry, for: key, in: bucket) }) {
            rescans.withLock { _ = $0.insert(bucket) }
        }
        waitSignal(bucket).raise()
    }

    private func look(
        at keys: [ObjectKey],
        in bucket: BucketName,
        listed: [ObjectKey: ObjectInfo],
        via provenance: Provenance
    ) async throws(SluiceError) -> Tally {
        var tally = Tally()
        var pending = keys
        for round in 1...Self.mostLooks {
            guard !pending.isEmpty, let look = try await makeLook(at: pending, in: bucket, via: provenance)
            else {
                return tally
            }
            if round == 1, !listed.isEmpty {
                pending = pending.filter { key in listed[key].map { look.hasNews(key, $0) } ?? true }
            }
            let seen = try await look.heads(of: pending)
            var observations: [Observation] = []
            for sight in seen {
                let news = look.observations(of: sight.key, sight.info)
                guard !news.isEmpty, await isSettled(sight, look) else { continue }
                observations += news
            }
            pending = try await record(observations, look, into: &tally).moved
        }
        for key in pending { wait(for: key, in: bucket, version: nil, after: Self.deferral, via: provenance) }
        return tally
    }

    /// Reads the rows of keys, after which their store may be asked; nil when nobody watches the bucket.
    func makeLook(
        at keys: [ObjectKey],
        in bucket: BucketName,
        via provenance: Provenance
    ) async throws(SluiceError) -> IntakeLook? {
        let snapshot = core.configuration
        let triggers = snapshot.triggers(on: bucket)
        guard let setup = snapshot.buckets[bucket], !triggers.isEmpty else { return nil }
        let rows = try await core.ledger.targets(in: bucket, keys: keys)
        return IntakeLook(
            core: core,
            setup: setup,
            bucket: bucket,
            triggers: triggers,
            rows: Dictionary(grouping: rows, by: \.id.key),
            provenance: provenance
        )
    }

    /// Whether nobody writes the object any more; otherwise the key waits.
    func isSettled(_ sight: IntakeLook.Sight, _ look: IntakeLook) async -> Bool {
        let (key, info, known) = sight
        let (setup, bucket, provenance) = (look.setup, look.bucket, look.provenance)
        guard let info else {
            waiting.withLock { $0.remove(key, in: bucket) }
            return true
        }
        let settle = setup.watch.settle
        let writer: WriterState
        if let known { writer = known } else { writer = await setup.store.writerState(of: key) }
        switch writer {
        case .none:
            waiting.withLock { $0.remove(key, in: bucket) }
            return true
        case .writing:
            wait(for: key, in: bucket, version: nil, after: settle, via: provenance)
            return false
        case .unknown:
            let entry = waiting.withLock { $0[bucket, key] }
            if let entry, entry.version == info.version, entry.due <= core.clock.uptime {
                waiting.withLock { $0.remove(key, in: bucket) }
                return true
            }
            // Still unchanged: it keeps its time; changed or new: the time begins again.
            if entry?.version != info.version {
                wait(for: key, in: bucket, version: info.version, after: settle, via: provenance)
            }
            return false
        }
    }

    /// Keys of which nothing was recorded.
    struct Unrecorded {
        /// Their rows moved: look again at once.
        var moved: [ObjectKey] = []
        /// They are outputs under commit, and wait.
        var deferred: [ObjectKey] = []
    }

    /// Writes observations; returns the keys that are not decided by that.
    func record(
        _ observations: [Observation],
        _ look: IntakeLook,
        into tally: inout Tally
    ) async throws(SluiceError) -> Unrecorded {
        var rest = Unrecorded()
        guard !observations.isEmpty else { return rest }
        let results = try await core.ledger.observe(observations, at: core.clock.now)
        var moved: Set<ObjectKey> = []
        for (observation, result) in zip(observations, results) {
            let key = observation.target.key
            switch result {
            case .recorded(let delivery):
                tell(observation, delivery: delivery)
                if delivery != nil { tally.delivered += 1 }
                if observation.action == .skip(reason: "existing") {
                    tally.existing[observation.target.trigger, default: 0] += 1
                }
            case .unchanged: continue
            case .moved: moved.insert(key)
            case .deferred:
                rest.deferred.append(key)
                wait(for: key, in: look.bucket, version: nil, after: Self.deferral, via: look.provenance)
            }
        }
        if tally.delivered > 0 { core.dispatchSignal.raise() }
        rest.moved = Array(moved)
        return rest
    }

    private func tell(_ observation: Observation, delivery: DeliveryID?) {
        core.metrics.update { $0.observed[observation.target.bucket, default: 0] += 1 }
        if observation.object == nil {
            core.tell("removed", observation.target)
        } else {
            core.presence.observed(observation.target.key, in: observation.target.bucket)
            core.tell("seen", observation.target, delivery: delivery)
        }
    }
}
