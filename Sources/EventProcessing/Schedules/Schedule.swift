public import EventModel

/// When a job is made, and what happens when that cannot be on time.
public struct Schedule: Sendable {
    /// What becomes of runs that were due while no service ran.
    public enum CatchUp: String, Sendable, Hashable, CaseIterable {
        /// They are left out.
        case skip
        /// The latest is made, for all of them.
        case once
        /// Each is made, one after another; at most `catchUpLimit`, the latest.
        case all
    }

    /// What becomes of a run that is due while a job of the same schedule has not ended.
    public enum Overlap: String, Sendable, Hashable, CaseIterable {
        /// It is left out.
        case skip
        /// It waits for the job's end.
        case queue
        /// It is made besides.
        case allow
        /// The job is cancelled, and it is made.
        case replace
    }

    /// At most so many runs are caught up.
    public static let catchUpLimit = 1000

    /// Its name.
    public let name: String
    /// When it is due.
    public let cron: CronExpression
    /// By which clock.
    public let clock: LocalClock
    /// What becomes of missed runs.
    public let catchUp: CatchUp
    /// Runs are put off by up to so much.
    public let jitter: Duration
    /// What becomes of runs while the former job has not ended.
    public let overlap: Overlap
    /// Whether nothing is made, and nothing caught up afterwards.
    public let isPaused: Bool
    /// What is made.
    public let job: ScheduledJob

    /// Describes a schedule.
    public init(
        name: String,
        cron: CronExpression,
        clock: LocalClock = .utc,
        catchUp: CatchUp = .once,
        jitter: Duration = .zero,
        overlap: Overlap = .skip,
        isPaused: Bool = false,
        job: ScheduledJob
    ) {
        self.name = name
        self.cron = cron
        self.clock = clock
        self.catchUp = catchUp
        self.jitter = jitter
        self.overlap = overlap
        self.isPaused = isPaused
        self.job = job
    }

    /// Who a job of this schedule says has asked for it.
    var origin: String { "schedule \(name)" }

    /// What its due moments follow from; they are others when this changes.
    var timing: String { "\(cron.text) \(clock.name)" }

    /// When a run is begun that is due at a moment: put off by the jitter, by the same time after every
    /// restart.
    package func begin(of due: Timestamp) -> Timestamp {
        let limit = UInt64(max(0, jitter / .milliseconds(1)))
        guard limit > 0 else { return due }
        // FNV-1a, and the last steps of SplitMix64, for neighbouring moments differ by a digit only.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in "\(name) \(due.seconds)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        hash = (hash ^ hash >> 30) &* 0xBF58_476D_1CE4_E5B9
        hash = (hash ^ hash >> 27) &* 0x94D0_49BB_1331_11EB
        return due.advanced(by: .milliseconds((hash ^ hash >> 31) % limit))
    }
}

/// The job of a schedule: a specification whose texts and bounds depend on the due moment.
public struct ScheduledJob: Sendable, Hashable {
    /// Names that texts may hold in braces, by the schedule's clock.
    public static let placeholders = ["year", "month", "day", "hour", "minute"]

    /// What is done; prefixes, globs, manifest, output, rejects, reduce and report may hold placeholders.
    public var specification: JobSpecification
    /// Objects modified so long before the due moment, or later.
    public var since: Duration?
    /// Objects modified longer before the due moment.
    public var before: Duration?
    /// How far from the due moment, by the clock, the placeholders tell.
    public var offset: Duration

    /// Describes a job.
    public init(
        _ specification: JobSpecification,
        since: Duration? = nil,
        before: Duration? = nil,
        offset: Duration = .zero
    ) {
        self.specification = specification
        self.since = since
        self.before = before
        self.offset = offset
    }

    /// The job of one run.
    public func specification(due: Timestamp, clock: LocalClock) -> JobSpecification {
        let local = clock.local(at: due) + offset.components.seconds
        let texts = Timestamp(seconds: local).description.utf8.split { !(0x30...0x39 ~= $0) }
        let values = zip(Self.placeholders, texts.map { String(decoding: Array($0), as: UTF8.self) })
        func filled(_ text: String) -> String {
            values.reduce(text) { $0.replacing("{\($1.0)}", with: $1.1) }
        }
        var job = specification
        job.prefixes = job.prefixes.map(filled)
        job.globs = job.globs.map(filled)
        job.manifest = job.manifest.map(filled)
        job.output = job.output.map(filled)
        job.rejects = job.rejects.map(filled)
        job.reduce = job.reduce.map(filled)
        job.report = job.report.map(filled)
        if let since { job.since = due.advanced(by: .zero - since) }
        if let before { job.before = due.advanced(by: .zero - before) }
        return job
    }
}
