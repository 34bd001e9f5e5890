public import EventModel

/// Names a job; from one sequence of the ledger.
public struct JobID: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// From 1.
    public let rawValue: Int64
    /// Wraps a number.
    public init(_ rawValue: Int64) { self.rawValue = rawValue }
    /// The number.
    public var description: String { String(rawValue) }
    /// What the names of its own triggers begin with, if it has some; a colon and a word follow.
    public var lane: String { "job:\(rawValue)" }
    /// What the names of notes about it begin with; a space and a word follow.
    public var noteName: String { "job \(rawValue)" }
    /// Whether a trigger is one of its own.
    func owns(_ trigger: TriggerName) -> Bool { trigger.rawValue.hasPrefix("\(lane):") }
    /// Whether a trigger is a lane of some job.
    static func isLane(_ trigger: TriggerName) -> Bool { trigger.rawValue.hasPrefix("job:") }
    /// Older jobs come first.
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// The life of a job.
public enum JobState: String, Hashable, Sendable, CaseIterable {
    /// Its tasks are being found.
    case preparing
    /// All its tasks are known; none was begun.
    case ready
    /// Its tasks become deliveries.
    case active
    /// Begins nothing more until it is resumed; what runs goes on to its end.
    case paused
    /// Every task has ended, which does not say that every one succeeded.
    case complete
    /// An operator ended it.
    case cancelled
    /// It ended itself: too many tasks failed, or its selection cannot be read.
    case failed

    /// Whether nothing will happen to it any more.
    public var isFinished: Bool { self == .complete || self == .cancelled || self == .failed }

    /// Whether a job may go from this state straight to `next`.
    ///
    /// A paused job goes back to where its tasks are: `preparing` while they are being found, else `active`.
    public func mayBecome(_ next: JobState) -> Bool {
        switch self {
        case .preparing: [.ready, .paused, .cancelled, .failed].contains(next)
        case .ready: [.active, .paused, .complete, .cancelled, .failed].contains(next)
        case .active: [.paused, .complete, .cancelled, .failed].contains(next)
        case .paused: [.preparing, .ready, .active, .cancelled, .failed].contains(next)
        case .complete, .cancelled, .failed: false
        }
    }

    /// Whether a job that goes there withdraws what it has ready.
    var withdraws: Bool { self == .paused || self == .cancelled || self == .failed }

    /// The number that a ledger stores; never changes.
    var order: Int {
        switch self {
        case .preparing: 0
        case .ready: 1
        case .active: 2
        case .paused: 3
        case .complete: 4
        case .cancelled: 5
        case .failed: 6
        }
    }
}

/// How many tasks of a job are in each state; kept in the same transactions as the states.
public struct JobTally: Hashable, Sendable {
    /// Tasks that are not begun.
    public var pending: Int64 = 0
    /// Tasks with a delivery under way.
    public var open: Int64 = 0
    /// Tasks whose outputs were made.
    public var succeeded: Int64 = 0
    /// Tasks whose delivery is dead.
    public var failed: Int64 = 0
    /// Tasks that needed nothing, or could not be begun.
    public var skipped: Int64 = 0
    /// Tasks that were given up with their job, or whose delivery an operator cancelled.
    public var cancelled: Int64 = 0
    /// Stored bytes of the objects of all tasks.
    public var bytes: UInt64 = 0
    /// Stored bytes of the objects of tasks that have ended.
    public var endedBytes: UInt64 = 0
    /// Objects that were selected more than once; they have one task.
    public var duplicates: Int64 = 0
    /// Bytes of the tasks' partial results that were not merged so far.
    public var partialBytes: UInt64 = 0

    /// No tasks.
    public init() {}

    /// All tasks.
    public var total: Int64 { pending + open + succeeded + failed + skipped + cancelled }
    /// Tasks that have ended.
    public var ended: Int64 { succeeded + failed + skipped + cancelled }

    /// Counts tasks of a state.
    public subscript(state: JobTaskState) -> Int64 {
        get {
            switch state {
            case .pending: pending
            case .open: open
            case .succeeded: succeeded
            case .failed: failed
            case .skipped: skipped
            case .cancelled: cancelled
            }
        }
        set {
            switch state {
            case .pending: pending = newValue
            case .open: open = newValue
            case .succeeded: succeeded = newValue
            case .failed: failed = newValue
            case .skipped: skipped = newValue
            case .cancelled: cancelled = newValue
            }
        }
    }

    /// A task goes from one state (nil: it is new) to another.
    mutating func move(_ sizeBytes: UInt64, from old: JobTaskState?, to new: JobTaskState) {
        if let old { self[old] -= 1 } else { bytes += sizeBytes }
        self[new] += 1
        let wasEnded = old?.isEnded ?? false
        if wasEnded != new.isEnded {
            endedBytes = new.isEnded ? endedBytes + sizeBytes : endedBytes - sizeBytes
        }
    }
}

/// A batch of deliveries made from existing objects.
public struct JobRow: Hashable, Sendable {
    /// Its number.
    public let id: JobID
    /// What it does, in the words of whoever made it; the ledger does not read it.
    public let specification: String
    /// Jobs of a higher priority are served first.
    public internal(set) var priority: Int
    /// Its state.
    public internal(set) var state: JobState
    /// Why it is in that state, where that needs a word.
    public internal(set) var reason: String?
    /// How far the finding of its tasks has come, in the words of whoever finds them; nil at the beginning.
    public internal(set) var cursor: String?
    /// Whether all its tasks are known.
    public internal(set) var isPrepared: Bool
    /// Its tasks by state.
    public internal(set) var tally: JobTally
    /// When it was made.
    public let created: Timestamp
    /// When its state last changed.
    public internal(set) var updated: Timestamp

    /// A new job, whose tasks are to be found.
    init(_ id: JobID, specification: String, priority: Int, at now: Timestamp) {
        self.init(
            id: id,
            specification: specification,
            priority: priority,
            state: .preparing,
            tally: JobTally(),
            created: now,
            updated: now
        )
    }

    /// Describes a job.
    public init(
        id: JobID,
        specification: String,
        priority: Int,
        state: JobState,
        reason: String? = nil,
        cursor: String? = nil,
        isPrepared: Bool = false,
        tally: JobTally,
        created: Timestamp,
        updated: Timestamp
    ) {
        self.id = id
        self.specification = specification
        self.priority = priority
        self.state = state
        self.reason = reason
        self.cursor = cursor
        self.isPrepared = isPrepared
        self.tally = tally
        self.created = created
        self.updated = updated
    }

    /// What it will look like when it has ended so.
    public func ended(_ state: JobState, at now: Timestamp) -> JobRow {
        var job = self
        job.move(to: state, reason: nil, at: now)
        return job
    }

    /// The state that a paused job goes back to.
    public var resumed: JobState { isPrepared ? .active : .preparing }

    /// Whether it may go to a state now.
    ///
    /// It is complete only when every task has ended, and begins nothing before all are known.
    public func mayBecome(_ next: JobState) -> Bool {
        guard state.mayBecome(next) else { return false }
        switch next {
        case .complete: return isPrepared && tally.pending == 0 && tally.open == 0
        case .ready, .active: return isPrepared
        case .preparing: return !isPrepared
        case .paused, .cancelled, .failed: return true
        }
    }

    /// Goes to a state that may follow.
    mutating func move(to next: JobState, reason: String?, at now: Timestamp) {
        precondition(state.mayBecome(next), "A job cannot go from \(state) to \(next).")
        state = next
        self.reason = reason
        updated = now
    }
}

/// What became of a wish to change a job's state.
public enum JobChange: Hashable, Sendable {
    /// It is in that state now.
    case changed(JobRow)
    /// It is in a state that does not lead there.
    case refused(JobRow)
    /// There is no such job.
    case unknown
}
