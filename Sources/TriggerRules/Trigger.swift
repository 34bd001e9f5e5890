public import EventModel

/// A rule: which events go to which function, and where output goes.
public struct Trigger: Sendable {
    /// Its name.
    public let name: TriggerName
    /// The bucket it watches.
    public let bucket: BucketName
    /// Event types it takes; patterns such as `ObjectCreated:*`.
    public let events: [EventType]
    /// Which keys it takes.
    public let keys: KeyPattern
    /// Further condition over the event.
    public let condition: EventCondition?
    /// What to do with objects that were there before the trigger.
    public let existing: ExistingPolicy
    /// The function it calls.
    public let function: FunctionName
    /// Where results go.
    public let output: OutputTemplate
    /// Where rejected records go; nil counts them only.
    public let rejects: OutputTemplate?
    /// When a failed delivery is tried again.
    public let retry: RetryPolicy
    /// At most so many attempts at a time; nil for as many as there are workers.
    public let concurrency: Int?
    /// Whether objects that are not ours may be replaced.
    public let overwrite: Bool
    /// An attempt that runs longer is ended.
    public let timeout: Duration
    /// What S3-compatible stores keep beside the results.
    public let storing: OutputStoring

    /// Describes a trigger.
    public init(
        name: TriggerName,
        bucket: BucketName,
        events: [EventType] = [EventType("ObjectCreated:*")],
        keys: KeyPattern,
        condition: EventCondition? = nil,
        existing: ExistingPolicy = .process,
        function: FunctionName,
        output: OutputTemplate,
        rejects: OutputTemplate? = nil,
        retry: RetryPolicy = RetryPolicy(),
        concurrency: Int? = nil,
        overwrite: Bool = false,
        timeout: Duration = .seconds(3600),
        storing: OutputStoring = OutputStoring()
    ) {
        self.name = name
        self.bucket = bucket
        self.events = events
        self.keys = keys
        self.condition = condition
        self.existing = existing
        self.function = function
        self.output = output
        self.rejects = rejects
        self.retry = retry
        self.concurrency = concurrency
        self.overwrite = overwrite
        self.timeout = timeout
        self.storing = storing
    }
}

/// What S3-compatible stores are told of a trigger's results; local buckets keep none of it.
public struct OutputStoring: Sendable, Hashable {
    /// The media type of every result; nil goes by the ending of its key.
    public let contentType: String?
    /// The storage class of every result; nil is the bucket's.
    public let storageClass: String?

    /// Describes how results are stored.
    public init(contentType: String? = nil, storageClass: String? = nil) {
        self.contentType = contentType
        self.storageClass = storageClass
    }
}

/// What to do with objects that were there before the trigger.
public enum ExistingPolicy: String, Sendable, Hashable, CaseIterable {
    /// Process them, in the class `catchUp`.
    case process
    /// Record them as seen.
    case skip
}

/// When a failed delivery is tried again: capped exponential backoff with full jitter.
public struct RetryPolicy: Sendable, Hashable {
    /// How often the function may fail before the delivery is dead; at least 1.
    public let attempts: Int
    /// Upper bound of the first wait.
    public let minimumBackoff: Duration
    /// Upper bound of every wait.
    public let maximumBackoff: Duration

    /// Describes a policy.
    public init(
        attempts: Int = 5,
        minimumBackoff: Duration = .seconds(1),
        maximumBackoff: Duration = .seconds(300)
    ) {
        self.attempts = attempts
        self.minimumBackoff = minimumBackoff
        self.maximumBackoff = maximumBackoff
    }

    /// The wait after failure number `tries` (from 1): `random` (0 to 1) times min(maximum, minimum ×
    /// 2^(tries−1)).
    public func wait(afterTries tries: Int, random: Double) -> Duration {
        let cap = min(maximumBackoff, minimumBackoff * (1 << min(max(tries, 1) - 1, 30)))
        return cap * random
    }
}
