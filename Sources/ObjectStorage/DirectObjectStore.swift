public import EventModel

/// A store that answers without a network: its calls may be made on any thread that may block, which saves
/// handing each of them to another thread and waiting for it. Never on the cooperative pool (trap X01).
public protocol DirectObjectStore: ObjectStore {
    /// `head`, on the calling thread.
    func headHere(_ key: ObjectKey) throws(SluiceError) -> ObjectInfo?

    /// Whether a key has an object, or could have one, by the same single look as `headHere`.
    func vacancyHere(_ key: ObjectKey) throws(SluiceError) -> KeyVacancy

    /// `open(_:ifMatch:)`, on the calling thread.
    func openHere(
        _ key: ObjectKey, ifMatch version: ObjectVersion?
    ) throws(SluiceError) -> any ObjectReader

    /// `stage(_:for:)`, on the calling thread.
    func stageHere(_ name: StageName, for key: ObjectKey) throws(SluiceError) -> any StagedWriter

    /// `head` and `writerState` of many keys, handed to another thread once; one answer per key, in order.
    func looks(at keys: [ObjectKey]) async throws(SluiceError) -> [Result<ObjectLook, SluiceError>]
}

/// What a store has in the place of an object to come.
public enum KeyVacancy: Sendable, Hashable {
    /// Nothing, and nothing is in the way.
    case free
    /// An object.
    case taken
    /// No object, but what keeps one from being put there: see `ObjectStore.obstacle(of:)`.
    case blocked
}

/// What a store says of one key: the object, if there is one, and whether somebody still writes it.
public struct ObjectLook: Sendable, Hashable {
    /// As `head` says.
    public let info: ObjectInfo?
    /// As `writerState` says; `.none` where there is no object.
    public let writer: WriterState

    /// Describes what was seen.
    public init(info: ObjectInfo?, writer: WriterState) {
        self.info = info
        self.writer = writer
    }
}
