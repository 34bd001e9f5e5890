public import EventModel

/// The life of one task of a job.
public enum JobTaskState: String, Hashable, Sendable, CaseIterable {
    /// Not begun.
    case pending
    /// Its delivery is under way: one made for it, or one that was there already.
    case open
    /// Its delivery is done.
    case succeeded
    /// Its delivery is dead.
    case failed
    /// It needed nothing, or there was nothing to begin with.
    case skipped
    /// Its job was cancelled before it began, or its delivery was cancelled.
    case cancelled

    /// Whether nothing will happen to it any more.
    public var isEnded: Bool { self != .pending && self != .open }

    /// The number that a ledger stores; never changes.
    var order: Int {
        switch self {
        case .pending: 0
        case .open: 1
        case .succeeded: 2
        case .failed: 3
        case .skipped: 4
        case .cancelled: 5
        }
    }
}

/// One object that a job was found to be about.
public struct NewJobTask: Hashable, Sendable {
    /// What is to be made up to date.
    public let target: TargetID
    /// The version that was found; nil where only the key is known.
    public let version: ObjectVersion?
    /// Its stored length; 0 where only the key is known.
    public let sizeBytes: UInt64
    /// When the object was last modified.
    public let modified: Timestamp
    /// Why nothing is to be done for it; nil when something is.
    public let skip: String?

    /// Describes an object.
    public init(
        target: TargetID,
        version: ObjectVersion?,
        sizeBytes: UInt64,
        modified: Timestamp,
        skip: String? = nil
    ) {
        self.target = target
        self.version = version
        self.sizeBytes = sizeBytes
        self.modified = modified
        self.skip = skip
    }
}

/// One task of a job: one object to be processed.
public struct JobTask: Hashable, Sendable {
    /// Its job.
    public let job: JobID
    /// Its number within the job, from 1 without gaps.
    public let number: Int64
    /// What is to be made up to date.
    public let target: TargetID
    /// The version that was found when the job was prepared; nil where only the key was known.
    public let version: ObjectVersion?
    /// The stored length then.
    public let sizeBytes: UInt64
    /// When the object was last modified then.
    public let modified: Timestamp
    /// Its state.
    public internal(set) var state: JobTaskState
    /// The delivery that it waits for, or that ended it.
    public internal(set) var delivery: DeliveryID?
    /// Why it was skipped or cancelled; of an open task, whether its delivery is due without the job too.
    public internal(set) var reason: String?
    /// Why it failed.
    public internal(set) var failure: FailureRecord?

    /// Describes a task.
    public init(
        job: JobID,
        number: Int64,
        target: TargetID,
        version: ObjectVersion?,
        sizeBytes: UInt64,
        modified: Timestamp,
        state: JobTaskState,
        delivery: DeliveryID? = nil,
        reason: String? = nil,
        failure: FailureRecord? = nil
    ) {
        self.job = job
        self.number = number
        self.target = target
        self.version = version
        self.sizeBytes = sizeBytes
        self.modified = modified
        self.state = state
        self.delivery = delivery
        self.reason = reason
        self.failure = failure
    }
}

/// Which tasks of a job to show.
public struct JobTaskQuery: Hashable, Sendable {
    /// Of this job.
    public var job: JobID
    /// In any of these states; empty means all.
    public var states: Set<JobTaskState> = []
    /// Behind this number: the cursor.
    public var after: Int64 = 0
    /// At most so many; 1 to 1000.
    public var limit: Int = 100
    /// All tasks of a job.
    public init(job: JobID) { self.job = job }
}

/// What became of a wish to begin tasks.
public struct JobFeed: Hashable, Sendable {
    /// How many tasks have a delivery now that had none.
    public var begun = 0
    /// How many of those joined one that was there.
    public var joined = 0
    /// How many could not be begun now, because their object is being written by a commit.
    public var deferred = 0
    /// The job after that; nil when there is no such job.
    public var job: JobRow?
    /// Nothing.
    public init() {}
}
