public import EventModel

/// One output that an attempt staged.
public struct PlannedOutput: Hashable, Sendable {
    /// The output's bucket.
    public let bucket: BucketName
    /// The output's final key.
    public let key: ObjectKey
    /// Where it lies, as its store wrote it.
    public let staged: String
    /// Its content.
    public let digest: ContentDigest
    /// Whether anything may lie under the key (`overwrite: true`, or our own earlier output); otherwise only
    /// nothing, or the same bytes.
    public internal(set) var mayReplace: Bool
    /// Describes a staged output.
    public init(bucket: BucketName, key: ObjectKey, staged: String, digest: ContentDigest, mayReplace: Bool) {
        self.bucket = bucket
        self.key = key
        self.staged = staged
        self.digest = digest
        self.mayReplace = mayReplace
    }
}

/// The decision to commit.
public struct CommitDecision: Hashable, Sendable {
    /// Which delivery.
    public let delivery: DeliveryID
    /// The fence.
    public let token: AttemptToken
    /// The version that was read; may be newer than the delivery's when the object was replaced before it was
    /// opened.
    public let version: ObjectVersion
    /// The bytes that were read.
    public let digest: ContentDigest
    /// The function that made the outputs.
    public let fingerprint: Fingerprint
    /// All outputs of this attempt: the complete set.
    public let outputs: [PlannedOutput]
    /// What the function said of its run.
    public let statistics: DeliveryStatistics
    /// What the attempt adds to the result of the jobs that wait for the delivery; nil where none merges any.
    public let partial: [UInt8]?
    /// Whether equal content ends as `skipped(same-content)`; false for retries by an operator and for jobs.
    public let skipsSameContent: Bool
    /// Whether the source's bucket has an after-action.
    public let wantsAfterAction: Bool
    /// The time now.
    public let now: Timestamp
    /// Describes a decision.
    public init(
        delivery: DeliveryID,
        token: AttemptToken,
        version: ObjectVersion,
        digest: ContentDigest,
        fingerprint: Fingerprint,
        outputs: [PlannedOutput],
        statistics: DeliveryStatistics,
        partial: [UInt8]? = nil,
        skipsSameContent: Bool,
        wantsAfterAction: Bool,
        now: Timestamp
    ) {
        self.delivery = delivery
        self.token = token
        self.version = version
        self.digest = digest
        self.fingerprint = fingerprint
        self.outputs = outputs
        self.statistics = statistics
        self.partial = partial
        self.skipsSameContent = skipsSameContent
        self.wantsAfterAction = wantsAfterAction
        self.now = now
    }
}

/// A commit that was decided: publish these, remove those, then complete.
public struct PendingCommit: Hashable, Sendable {
    /// The delivery, in state `committing`.
    public let delivery: Delivery
    /// The fence.
    public let token: AttemptToken
    /// What to publish.
    ///
    /// `mayReplace` is also true for keys that the target already owned.
    public let publish: [PlannedOutput]
    /// Outputs of the previous generation that the new one does not make.
    public let remove: [OutputRow]
    /// Describes a decided commit.
    public init(delivery: Delivery, token: AttemptToken, publish: [PlannedOutput], remove: [OutputRow]) {
        self.delivery = delivery
        self.token = token
        self.publish = publish
        self.remove = remove
    }
}

/// What the ledger answered to a decision.
public enum DecisionResult: Hashable, Sendable {
    /// Decided: the delivery is `committing`.
    case commit(PendingCommit)
    /// There is nothing to publish and nothing to remove: the delivery is `done`, in the same transaction.
    case done
    /// The content is the one the outputs were made from: the delivery is `skipped(same-content)`, the
    /// target's version is brought up to date; the staged outputs are to be discarded.
    case sameContent
    /// Another target owns this key: nothing changed; end the attempt as dead with `output.collision`.
    case collision(OutputRow)
    /// The delivery is no longer leased under this token, or was cancelled (it is `cancelled` now): discard
    /// everything.
    case fenced(DeliveryState)
}

/// The end of a commit; with `loss`, the way back of one whose staged outputs the store lost.
public struct Completion: Hashable, Sendable {
    /// A published output with the version it has.
    public struct Output: Hashable, Sendable {
        /// Its bucket.
        public let bucket: BucketName
        /// What its store says of it.
        public let info: ObjectInfo
        /// Describes a published output.
        public init(bucket: BucketName, info: ObjectInfo) {
            self.bucket = bucket
            self.info = info
        }
    }
    /// A target that a published output reaches.
    public struct Caused: Hashable, Sendable {
        /// Which target.
        public let target: TargetID
        /// The published output.
        public let object: ObjectInfo
        /// Whether a delivery is made: false when the content did not change, or the hop limit is reached.
        ///
        /// The target's row is brought up to date in either case. None is made for a version that the row has
        /// already seen. Without one, an older ready or dead delivery stays when the content is the same,
        /// else turns superseded.
        public let delivers: Bool
        /// Why no delivery is made, for the row: `same-content`, `hop-limit`.
        public let reason: String?
        /// Describes a caused delivery.
        public init(target: TargetID, object: ObjectInfo, delivers: Bool, reason: String? = nil) {
            self.target = target
            self.object = object
            self.delivers = delivers
            self.reason = reason
        }
    }
    /// Why outputs that were decided can never be published, and have to be made again.
    public struct Loss: Hashable, Sendable {
        /// What the store lost.
        public let failure: FailureRecord
        /// Not made again before this moment; nil: at once.
        public let retryAt: Timestamp?
        /// Describes a loss.
        public init(_ failure: FailureRecord, retryAt: Timestamp? = nil) {
            self.failure = failure
            self.retryAt = retryAt
        }
    }
    /// Which delivery.
    public let delivery: DeliveryID
    /// The fence.
    public let token: AttemptToken
    /// All outputs that were published; one that was planned and is not here is forgotten.
    ///
    /// After a loss, where it was to replace an earlier one of the target's, that one stays the target's, in
    /// the version that was published: the next attempt may replace it, and nothing else is ever removed.
    public let outputs: [Output]
    /// What they cause; class `live`, or `job` where this delivery is a job's; hop one more than this one's.
    public let caused: [Caused]
    /// What the store lost of what was staged; nil when all planned outputs were published.
    ///
    /// With it the delivery goes back to `ready` (overtaken: superseded, or skipped when its object is gone),
    /// and no after-action becomes wanted.
    public let loss: Loss?
    /// The time now.
    public let now: Timestamp
    /// Describes the end of a commit.
    public init(
        delivery: DeliveryID,
        token: AttemptToken,
        outputs: [Output],
        caused: [Caused],
        loss: Loss? = nil,
        now: Timestamp
    ) {
        self.delivery = delivery
        self.token = token
        self.outputs = outputs
        self.caused = caused
        self.loss = loss
        self.now = now
    }
}

extension Completion {
    /// The end of a commit that had nothing to publish or to remove.
    init(ofNothing decision: CommitDecision) {
        self.init(
            delivery: decision.delivery,
            token: decision.token,
            outputs: [],
            caused: [],
            now: decision.now
        )
    }
}

/// What became of a completion.
public enum CompletionResult: Hashable, Sendable {
    /// Done, with the deliveries it caused.
    case done(caused: [DeliveryID])
    /// Outputs were lost: the delivery waits to make them again, unless it was overtaken. With the deliveries
    /// that those which were published caused.
    case lost(caused: [DeliveryID])
    /// It was complete already (or belongs to another token).
    case fenced(DeliveryState)
}
