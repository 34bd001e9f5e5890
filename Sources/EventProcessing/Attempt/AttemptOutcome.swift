internal import DurableLedger
internal import EventModel
internal import ObjectStorage

/// What one attempt came to, before anything is decided.
enum AttemptOutcome: Sendable {
    /// One consistent version was read, and all outputs are staged and durable.
    case staged(StagedRun)
    /// The store says that there is no such object (any more): a look decides (trap W14).
    case gone
    /// The object changed while it was read: nothing of this attempt counts (trap W13).
    case changed
    /// The newest version is not one that the trigger takes.
    case unwanted
    /// It failed.
    case failed(SluiceError)
    /// The child process that ran it alone died by a signal.
    case crashed(FailureRecord)
}

/// A run whose outputs are staged and durable.
struct StagedRun: Sendable {
    /// The version that was read.
    var version: ObjectVersion
    /// Its bytes.
    var digest: ContentDigest
    /// The complete set of outputs.
    var outputs: [StagedOutput]
    /// What the function said of its run.
    var statistics: DeliveryStatistics
    /// What it adds to the result of the delivery's job, where that merges results.
    var partial: [UInt8]?
}

/// One staged output.
struct StagedOutput: Sendable, Hashable {
    /// The output's bucket.
    let bucket: BucketName
    /// Its final key.
    let key: ObjectKey
    /// Where it lies.
    let staged: StagedReference
    /// Its content.
    let digest: ContentDigest
    /// What lay in its place once it was staged; nil where that was not asked. When nothing did, the decision
    /// needs no further look.
    var vacancy: KeyVacancy?
}

extension SluiceError.Code {
    /// The attempt names a bucket, trigger or function that the configuration does not have.
    static let processingUnconfigured = Self("processing.not-configured", .outage)
    /// Two parts of one invocation map to the same output key.
    static let outputDuplicate = Self("output.duplicate-key", .object)
    /// An invocation makes more outputs than one decision takes.
    static let outputTooMany = Self("output.too-many", .object)
    /// The function's own counts do not add up: nothing is committed (promise 4).
    static let processingUnbalanced = Self("processing.unbalanced", .object)
}
