internal import DurableLedger
internal import EventModel
internal import ObjectStorage
internal import TriggerRules

/// One look at a page of keys: the rows were read, the store is asked after that (trap N01).
struct IntakeLook: Sendable {
    /// A store's clock may be behind ours by so much: what seems to have been there before a trigger by less
    /// may have come after it.
    private static let clockMargin = Duration.seconds(60)

    /// What all parts share.
    let core: ProcessingCore
    /// The bucket.
    let setup: BucketSetup
    /// The bucket's name.
    let bucket: BucketName
    /// The triggers on it.
    let triggers: [Trigger]
    /// What the ledger said of the page's keys.
    let rows: [ObjectKey: [TargetRow]]
    /// How the keys became known.
    let provenance: Provenance

    /// Whether what a listing showed differs from the rows; only then is the store asked.
    func hasNews(_ key: ObjectKey, _ info: ObjectInfo) -> Bool { !observations(of: key, info).isEmpty }

    /// What the triggers' targets should record of a key.
    func observations(of key: ObjectKey, _ info: ObjectInfo?) -> [Observation] {
        let known = rows[key] ?? []
        let matching: Set<TriggerName> =
            info.map { info in
                let event = IntakeRules.event(for: info, in: bucket)
                return Set(TriggerMatcher(triggers: triggers).matching(event).map(\.name))
            } ?? []
        return triggers.compactMap { trigger in
            IntakeRules.observation(
                of: info,
                key: key,
                by: trigger,
                matches: matching.contains(trigger.name),
                row: known.first { $0.id.trigger == trigger.name },
                via: provenance,
                baseline: core.baseline(of: trigger.name).map(onStoresClock)
            )
        }
    }

    /// A moment by the clock that says when objects were modified; a directory's is this machine's.
    private func onStoresClock(_ moment: Timestamp) -> Timestamp {
        setup.store is any DirectObjectStore ? moment : moment.advanced(by: Self.clockMargin * -1)
    }

    /// One key as the store has it.
    typealias Sight = (key: ObjectKey, info: ObjectInfo?, writer: WriterState?)

    /// What the store says of each key now, with the state of its writer where that comes with it. A key that
    /// cannot be an object is left out; any other failure throws, and ends the look.
    func heads(of keys: [ObjectKey]) async throws(SluiceError) -> [Sight] {
        let store = setup.store
        if let store = store as? any DirectObjectStore {
            var found: [Sight] = []
            for (key, look) in zip(keys, try await store.looks(at: keys)) {
                let info = look.map(\.info)
                let writer = try? look.get().writer
                if let kept = try Self.keep(key, info) { found.append((kept.0, kept.1, writer)) }
            }
            return found
        }
        if keys.count == 1, let key = keys.first {
            return try Self.keep(key, await Self.head(key, of: store)).map { [($0.0, $0.1, nil)] } ?? []
        }
        let answers = await Several.each(keys, until: { Self.isOutage($0.1) }) { key in
            (key, await Self.head(key, of: store))
        }
        var found: [Sight] = []
        for (key, answer) in answers {
            if let kept = try Self.keep(key, answer) { found.append((kept.0, kept.1, nil)) }
        }
        return found
    }

    private static func head(
        _ key: ObjectKey,
        of store: any ObjectStore
    ) async -> Result<ObjectInfo?, SluiceError> {
        do throws(SluiceError) {
            return .success(try await store.head(key))
        } catch {
            return .failure(error)
        }
    }

    /// Whether a failure is not about one key: then asking for the others would only take as long again.
    private static func isOutage(_ answer: Result<ObjectInfo?, SluiceError>) -> Bool {
        guard case .failure(let error) = answer else { return false }
        return error.code.blame != .object
    }

    private static func keep(
        _ key: ObjectKey,
        _ answer: Result<ObjectInfo?, SluiceError>
    ) throws(SluiceError) -> (ObjectKey, ObjectInfo?)? {
        switch answer {
        case .success(let info): return (key, info)
        case .failure(let error) where error.code.blame == .object: return nil
        case .failure(let error): throw error
        }
    }
}
