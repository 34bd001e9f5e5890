internal import DurableLedger
internal import EventModel
public import EventProcessing

/// A schedule as it is shown.
public struct ScheduleView: Codable, Sendable, Hashable {
    /// Its name.
    public let name: String
    /// When it is due.
    public let cron: String
    /// By which clock.
    public let timezone: String
    /// `skip`, `once` or `all`.
    public let catchUp: String
    /// `skip`, `queue`, `allow` or `replace`.
    public let overlap: String
    /// Whether nothing is made.
    public let paused: Bool
    /// When the next run begins; null when there is none.
    @OrNull public var next: String?
    /// When the last job was made.
    @OrNull public var lastRun: String?
    /// When that was due.
    @OrNull public var lastDue: String?
    /// The last job's number.
    @OrNull public var lastJob: Int64?
    /// Its state.
    @OrNull public var lastState: String?
    /// How many of its tasks failed.
    @OrNull public var lastFailed: Int64?
    /// How many runs wait for the former job's end.
    public let waiting: Int
    /// Runs that were left out because the former job had not ended.
    public let skipped: Int64
    /// The latest of them.
    @OrNull public var lastSkipped: String?
    /// Runs that were due while no service ran, and were left out.
    public let missed: Int64
    /// Why the last run could make no job.
    @OrNull public var failure: String?

    /// Shows a schedule.
    public init(_ status: ScheduleStatus) {
        name = status.schedule.name
        cron = status.schedule.cron.text
        timezone = status.schedule.clock.name
        catchUp = status.schedule.catchUp.rawValue
        overlap = status.schedule.overlap.rawValue
        paused = status.schedule.isPaused
        waiting = status.waiting
        skipped = status.skipped
        missed = status.missed
        next = status.next?.description
        lastRun = status.last?.made.description
        lastDue = status.last?.due.description
        lastJob = status.job?.id.rawValue
        lastState = status.job?.state.rawValue
        lastFailed = status.job?.tally.failed
        lastSkipped = status.lastSkipped?.description
        failure = status.failure
    }
}

/// All schedules.
public struct SchedulePageView: Codable, Sendable {
    /// In the order of the configuration.
    public let schedules: [ScheduleView]

    /// Shows schedules.
    init(schedules: [ScheduleView]) { self.schedules = schedules }
}
