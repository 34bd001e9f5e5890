public import DurableLedger
internal import EventModel
public import EventProcessing

/// A job as it is shown.
public struct JobView: Codable, Sendable {
    /// Its number.
    public let id: Int64
    /// `preparing`, `ready`, `active`, `paused`, `complete`, `cancelled`, `failed`.
    public let state: String
    /// Why, where that needs a word.
    @OrNull public var reason: String?
    /// Jobs of a higher priority are served first.
    public let priority: Int
    /// What it was asked to do; null when this program cannot read it.
    @OrNull public var specification: JobSpecification?
    /// Whether all its tasks are known.
    public let isPrepared: Bool
    /// All tasks that are known.
    public let total: Int64
    /// Tasks that are not begun.
    public let pending: Int64
    /// Tasks with a delivery under way.
    public let open: Int64
    /// Tasks that succeeded.
    public let succeeded: Int64
    /// Tasks that failed.
    public let failed: Int64
    /// Tasks that needed nothing.
    public let skipped: Int64
    /// Tasks that were cancelled.
    public let cancelled: Int64
    /// Objects that were selected more than once.
    public let duplicates: Int64
    /// Stored bytes of all objects.
    public let bytes: UInt64
    /// Stored bytes of the objects whose tasks have ended.
    public let endedBytes: UInt64
    /// When it was made.
    public let created: String
    /// When its state last changed.
    public let updated: String

    /// Whether nothing will happen to it any more.
    public var isFinished: Bool { ["complete", "cancelled", "failed"].contains(state) }
    /// Tasks that have ended.
    public var ended: Int64 { succeeded + failed + skipped + cancelled }

    /// Shows a job.
    public init(_ job: JobRow) {
        id = job.id.rawValue
        state = job.state.rawValue
        priority = job.priority
        isPrepared = job.isPrepared
        total = job.tally.total
        pending = job.tally.pending
        open = job.tally.open
        succeeded = job.tally.succeeded
        failed = job.tally.failed
        skipped = job.tally.skipped
        cancelled = job.tally.cancelled
        duplicates = job.tally.duplicates
        bytes = job.tally.bytes
        endedBytes = job.tally.endedBytes
        created = job.created.description
        updated = job.updated.description
        reason = job.reason
        specification = try? JobSpecification.decode(job.specification)
    }
}

/// One page of jobs.
public struct JobPageView: Codable, Sendable {
    /// Newest first.
    public let jobs: [JobView]
    /// The cursor of the next page; null at the end.
    @OrNull public var next: Int64?

    /// Shows a page.
    public init(_ page: [JobRow], isLast: Bool) {
        jobs = page.map(JobView.init)
        next = isLast ? nil : page.last?.id.rawValue
    }
}

/// One task of a job as it is shown.
public struct JobTaskView: Codable, Sendable {
    /// Its number within the job.
    public let number: Int64
    /// The trigger, or the job's lane.
    public let trigger: String
    /// The object's bucket.
    public let bucket: String
    /// The object's key, escaped.
    public let key: String
    /// The key's bytes, where they are not UTF-8.
    public let keyBase64: String?
    /// Its stored length.
    public let sizeBytes: UInt64
    /// `pending`, `open`, `succeeded`, `failed`, `skipped`, `cancelled`.
    public let state: String
    /// Why it was skipped or cancelled.
    @OrNull public var reason: String?
    /// Why it failed.
    @OrNull public var code: String?
    /// The same in words.
    @OrNull public var message: String?
    /// Its delivery.
    @OrNull public var delivery: Int64?

    /// Shows a task.
    public init(_ task: JobTask) {
        number = task.number
        trigger = task.target.trigger.rawValue
        bucket = task.target.bucket.rawValue
        key = task.target.key.description
        keyBase64 = PlaceView.base64(task.target.key)
        sizeBytes = task.sizeBytes
        state = task.state.rawValue
        reason = task.reason
        code = task.failure?.code
        message = task.failure?.message
        delivery = task.delivery?.rawValue
    }
}

/// One page of a job's tasks.
public struct JobTaskPageView: Codable, Sendable {
    /// By number.
    public let tasks: [JobTaskView]
    /// The cursor of the next page; null at the end.
    @OrNull public var next: Int64?

    /// Shows a page.
    public init(_ page: [JobTask], isLast: Bool) {
        tasks = page.map(JobTaskView.init)
        next = isLast ? nil : page.last?.number
    }
}
