internal import DurableLedger
internal import EventModel
internal import Execution
internal import Logging
internal import Synchronization
internal import TriggerRules

/// What every part of processing shares: the edges (ledger, clock, randomness, threads) and the current
/// configuration.
final class ProcessingCore: Sendable {
    private struct State {
        var configuration: ProcessingConfiguration
        /// Triggers of jobs with a lane of their own.
        var lanes: [JobLane] = []
        /// Triggers whose first complete scan is not over, with when they became known.
        var openBaselines: [TriggerName: Timestamp] = [:]
        var paused: Set<TriggerName> = []
        /// What the operator should know now, by what it is about.
        var problems: [String: String] = [:]
        var started: Timestamp
        /// Whether an attempt's end could not be recorded.
        var isUnclean = false
        /// Why the ledger can write no more.
        var ledgerFailure: SluiceError?
        /// See `ProcessingCore.round`.
        var round: RoundTroubles?
    }

    /// Knows who owns which output.
    let ledger: any Ledger
    /// The time.
    let clock: any TimeSource
    /// For jitter and names.
    let random: any RandomSource
    /// Structured logs.
    let logger: Logger
    /// Threads that each drive one attempt; stores have pools of their own.
    let pool: BlockingPool
    /// Makes the outputs of attempts durable.
    let finisher = OutputFinisher(pool: OutputFinisher.makePool())
    /// This boot's name.
    let owner: OwnerID
    /// What happened lately.
    let feed = EventFeed()
    /// This boot's counters.
    let metrics = MetricsRecorder()
    /// Numbers this boot's copies; negative tokens are never an attempt's.
    let copies = Atomic<Int64>(0)
    /// What listings showed, so that what vanished is noticed.
    let presence = PresenceBook()
    /// Raised when a delivery may be leased that could not be before.
    let dispatchSignal = Signal()
    /// Raised when a delivery of a job ended, or a job was changed.
    let jobSignal = Signal()
    /// Raised when a job may be waiting for its tasks to be found.
    let prepareSignal = Signal()
    /// Raised when schedules may have changed.
    let scheduleSignal = Signal()
    /// Counts the objects of reports that this boot staged.
    let reports = Atomic<Int64>(0)
    /// Raised when an after-action may be due.
    let afterSignal = Signal()
    private let state: Mutex<State>

    /// Makes what all parts of one boot share.
    init(
        ledger: any Ledger,
        configuration: ProcessingConfiguration,
        clock: any TimeSource,
        random: any RandomSource,
        pool: BlockingPool,
        owner: OwnerID,
        logger: Logger
    ) {
        self.ledger = ledger
        self.clock = clock
        self.random = random
        self.pool = pool
        self.owner = owner
        self.logger = logger
        state = Mutex(State(configuration: configuration, started: clock.now))
    }

    /// The snapshot that new work binds to.
    var configuration: ProcessingConfiguration { state.withLock { $0.configuration } }

    /// When this boot began.
    var started: Timestamp { state.withLock { $0.started } }

    /// Collects the troubles of the one round that runs; nil as a service, which waits troubles out.
    var round: RoundTroubles? { state.withLock { $0.round } }

    /// This boot is one round.
    func beginRound() -> RoundTroubles {
        let round = RoundTroubles()
        state.withLock { $0.round = round }
        return round
    }

    /// Whether an attempt's end could not be recorded: such a boot has not ended cleanly.
    var isUnclean: Bool { state.withLock { $0.isUnclean } }

    /// An attempt's end could not be recorded.
    func markUnclean() { state.withLock { $0.isUnclean = true } }

    /// Why the ledger can write no more, until the process was started again.
    var ledgerFailure: SluiceError? { state.withLock { $0.ledgerFailure } }

    /// A call of the ledger failed. A full disk passes; anything else does not (trap D06: what a failed
    /// fsync left on the disk is only known after the recovery of the next start), and ends the service.
    func heed(_ error: SluiceError) {
        guard error.code == .ledgerUnavailable else { return }
        state.withLock { $0.ledgerFailure = $0.ledgerFailure ?? error }
        dispatchSignal.raise()
    }

    /// What the operator should know now.
    var problems: [String] { state.withLock { $0.problems.sorted { $0.key < $1.key }.map(\.value) } }

    /// Whether the ledger does not answer now.
    var hasLedgerProblem: Bool { state.withLock { $0.problems["ledger"] != nil } }

    /// Swaps the snapshot; the lanes of jobs stay.
    func replace(configuration: ProcessingConfiguration) {
        state.withLock { $0.configuration = configuration.with(lanes: $0.lanes) }
    }

    /// Swaps the lanes of jobs.
    func replace(lanes: [JobLane]) {
        state.withLock { state in
            state.lanes = lanes
            state.configuration = state.configuration.with(lanes: lanes)
        }
    }

    /// Whether a trigger's first complete scan is still to come.
    func hasOpenBaseline(_ trigger: TriggerName) -> Bool { baseline(of: trigger) != nil }

    /// When a trigger became known, until its first complete scan is over.
    func baseline(of trigger: TriggerName) -> Timestamp? { state.withLock { $0.openBaselines[trigger] } }

    /// Takes over what the ledger says of the triggers, and when those with an open baseline became known.
    func take(_ rows: [TriggerRow], _ baselines: [TriggerName: Timestamp]) {
        state.withLock { state in
            state.openBaselines = baselines
            state.paused = Set(rows.filter { $0.pausedReason != nil }.map(\.name))
        }
    }

    /// The triggers of which nothing may be leased.
    var paused: Set<TriggerName> { state.withLock { $0.paused } }

    /// A trigger was paused or resumed.
    func setPaused(_ trigger: TriggerName, _ isPaused: Bool) {
        state.withLock { state in
            if isPaused { state.paused.insert(trigger) } else { state.paused.remove(trigger) }
        }
        dispatchSignal.raise()
    }

    /// A trigger's first complete scan is over.
    func closeBaseline(_ trigger: TriggerName) {
        state.withLock { $0.openBaselines[trigger] = nil }
    }

    /// Notes a problem until it is cleared; returns whether it is new.
    @discardableResult func note(problem text: String, about subject: String) -> Bool {
        state.withLock { state in
            let isNew = state.problems[subject] == nil
            state.problems[subject] = text
            return isNew
        }
    }

    /// A problem is over; returns whether there was one.
    @discardableResult func clearProblem(about subject: String) -> Bool {
        state.withLock { $0.problems.removeValue(forKey: subject) != nil }
    }

    /// Whoever noted problems about these subjects has ended.
    func clearProblems(about subjects: some Sequence<String>) {
        state.withLock { state in
            for subject in subjects { state.problems[subject] = nil }
        }
    }

    /// Adds to the feed, now.
    func tell(
        _ kind: String,
        _ target: TargetID,
        delivery: DeliveryID? = nil,
        _ detail: String = ""
    ) {
        feed.add(
            kind,
            at: clock.now,
            bucket: target.bucket,
            key: target.key,
            trigger: target.trigger,
            delivery: delivery,
            detail: detail
        )
    }

    /// Adds to the feed what is about a whole bucket, now.
    func tell(_ kind: String, bucket: BucketName, trigger: TriggerName? = nil, _ detail: String) {
        feed.add(kind, at: clock.now, bucket: bucket, trigger: trigger, detail: detail)
    }

    /// Waits out a failure of the surroundings: up to 30 s, growing with the failures in a row. False:
    /// cancelled.
    func backOff(afterFailures failures: Int) async -> Bool {
        let wait = Backoff(initial: .milliseconds(500), maximum: .seconds(30)).ceiling(
            afterFailures: failures
        )
        do {
            try await clock.sleep(for: wait * (0.5 + random.fraction() / 2))
            return true
        } catch {
            return false
        }
    }
}
