internal import DurableLedger
internal import EventModel
internal import Execution
internal import FunctionRuntime
internal import ObjectStorage
internal import Synchronization
internal import TriggerRules

/// An object that a job itself writes, staged and durable.
struct JobObject: Sendable {
    /// Its store.
    let store: any ObjectStore
    /// Its final key.
    let key: ObjectKey
    /// Where it lies.
    let staged: StagedReference
    /// Its content.
    let digest: ContentDigest
}

extension ProcessingCore {
    /// Begins an object that a job itself writes.
    func stage(_ key: ObjectKey, in store: any ObjectStore) async throws(SluiceError) -> any StagedWriter {
        if let refusal = store.refusal(of: key) { throw refusal }
        // Tokens of attempts count up from 1, those of moves down from -1: these lie far below.
        let token = Int64.min + reports.add(1, ordering: .relaxed).newValue
        let name = StageName(ledger: ledger.id, boot: owner.boot, token: token, number: 0)
        return try await store.stage(
            name,
            for: key,
            as: ObjectAttributes(contentType: ContentTypes.type(of: key))
        )
    }

    /// Makes such objects visible, whatever lies in their places.
    func publish(_ objects: [JobObject]) async throws(SluiceError) {
        for (_, group) in Dictionary(grouping: objects, by: \.store.bucket) {
            let requests = group.map {
                PublishRequest(staged: $0.staged, key: $0.key, digest: $0.digest, expecting: .anything)
            }
            for answer in await group[0].store.publish(requests) { _ = try answer.get() }
        }
    }
}

/// The outputs of a job's one result; opened by one thread, which may block.
final class JobOutputs: OutputOpener {
    private let core: ProcessingCore
    private let place: OutputTemplate
    private let source: ObjectKey
    private let store: any ObjectStore
    private var writers: [OutputPart: (key: ObjectKey, writer: any StagedWriter)] = [:]

    /// Opens outputs at a place; `source` fills the placeholders of an object's key.
    init(_ core: ProcessingCore, at place: OutputTemplate, source: ObjectKey) throws(SluiceError) {
        guard let store = core.configuration.buckets[place.bucket]?.store else {
            throw SluiceError(.processingUnconfigured, "No bucket '\(place.bucket)' is configured.")
        }
        (self.core, self.place, self.source, self.store) = (core, place, source, store)
    }

    /// Opens one; nil for rejects: whoever made the parts had those of the objects.
    func open(_ part: OutputPart, as attributes: ObjectAttributes) throws(SluiceError) -> (any ByteSink)? {
        guard part.role == .result else { return nil }
        let key = try place.render(source: source, placeholders: part.placeholders)
        if writers.values.contains(where: { $0.key == key }) {
            throw SluiceError(
                .outputDuplicate,
                "Two parts of the result go to '\(place.bucket):\(key)'.",
                hint: "Put {output}, {partition} or {part} into the place."
            )
        }
        let (core, store) = (core, store)
        let writer = try BlockingBridge.wait { () async throws(SluiceError) in
            try await core.stage(key, in: store)
        }
        writers[part] = (key, writer)
        return writer
    }

    /// They end together.
    func close(_ part: OutputPart) {}

    /// Gives one up.
    func discard(_ part: OutputPart) { writers.removeValue(forKey: part)?.writer.abandon() }

    /// Makes all durable, ordered by key.
    func finishAll() throws(SluiceError) -> [JobObject] {
        var objects: [JobObject] = []
        for (key, writer) in writers.values.sorted(by: { $0.key < $1.key }) {
            let digest = try writer.finish()
            objects.append(JobObject(store: store, key: key, staged: writer.reference, digest: digest))
        }
        return objects
    }

    /// Gives all up; what was staged must not stay behind.
    func abandonAll() { for (_, writer) in writers.values { writer.abandon() } }
}
