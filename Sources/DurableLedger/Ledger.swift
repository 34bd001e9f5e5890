public import EventModel

/// The durable memory of the service: which object versions were seen, what became of them, who made which
/// output.
///
/// Three implementations under one contract suite: `ReferenceLedger` (memory), SQLite, and later Postgres.
/// Every mutating call is one durable transaction: when it returns, its effect is on stable storage (promise
/// 1). Calls may share a group commit. All times come from the caller; the ledger has no clock and no
/// randomness.
public protocol Ledger: Sendable {
    /// Names this ledger; part of every staged output's path. 32 hexadecimal digits, made with the ledger.
    var id: String { get }

    // MARK: Boots

    /// Begins a boot: ends every lease of earlier boots (to `ready`; as suspects when that boot did not end
    /// cleanly) and says what must be rolled forward before anything is leased.
    func beginBoot(_ owner: OwnerID, at now: Timestamp) async throws(SluiceError) -> BootReport
    /// Ends a boot cleanly.
    func endBoot(_ owner: OwnerID, at now: Timestamp) async throws(SluiceError)

    // MARK: Triggers

    /// Makes the configured triggers known. A trigger that is new begins with `baselineComplete == false`;
    /// those that are no longer configured keep their rows and lease nothing.
    func registerTriggers(
        _ triggers: [TriggerRegistration],
        at now: Timestamp
    ) async throws(SluiceError) -> [TriggerRow]
    /// The first complete scan after a trigger became known is over: from now on every object is new to it.
    func completeBaseline(_ trigger: TriggerName, at now: Timestamp) async throws(SluiceError)
    /// Pauses or resumes a trigger; nothing of a paused trigger is leased. `reason` nil resumes and forgets
    /// its failures.
    func setPaused(_ trigger: TriggerName, reason: String?, at now: Timestamp) async throws(SluiceError)
    /// All trigger rows.
    func triggers() async throws(SluiceError) -> [TriggerRow]

    // MARK: Observing

    /// The target rows of these keys for all triggers: one lookup per page of a listing.
    func targets(in bucket: BucketName, keys: [ObjectKey]) async throws(SluiceError) -> [TargetRow]
    /// One page of the keys that some configured trigger of the bucket has as present (`seen` is not nil),
    /// each once, in byte order, from the first one behind `after`; at most `limit` (1 to 1000). Empty at the
    /// end.
    func presentKeys(
        in bucket: BucketName,
        after: ObjectKey?,
        limit: Int
    ) async throws(SluiceError) -> [ObjectKey]
    /// Records what was seen, all in one transaction, each by compare-and-set on its target's revision; one
    /// answer per observation, in order. See `Observation`.
    func observe(
        _ observations: [Observation],
        at now: Timestamp
    ) async throws(SluiceError) -> [ObservationResult]

    // MARK: Attempts

    /// Leases ready deliveries, oldest first within each pick. Never two open attempts of one target and
    /// lane; none of a paused or unconfigured trigger; none before its `notBefore`; suspects only where a
    /// pick asks for them.
    func lease(_ request: LeaseRequest) async throws(SluiceError) -> [Lease]
    /// The decision (DESIGN 5.6 c), conditional on state `leased` and the token.
    func decide(_ decision: CommitDecision) async throws(SluiceError) -> DecisionResult
    /// The end of a commit (DESIGN 5.6 f), conditional on state `committing` and the token: `done`, the
    /// outputs with their versions, and the deliveries that they cause. Repeating it is harmless.
    ///
    /// `committing` has one way out: forward, or back to `ready` when the store lost what was staged (see
    /// `Completion.loss`); the target then owns what it published before. The attempt then made is never
    /// taken for one of equal content.
    func complete(_ completion: Completion) async throws(SluiceError) -> CompletionResult
    /// Ends an attempt without a commit, conditional on state `leased` and the token.
    func end(_ ending: AttemptEnding) async throws(SluiceError) -> EndResult

    // MARK: After

    /// Object versions of a bucket (nil: of any) whose after-action is due, oldest first: the commit wanted
    /// one, and every configured trigger that knows the key has seen this version and is done with it (or
    /// skipped it).
    func dueAfterActions(
        in bucket: BucketName?,
        limit: Int,
        at now: Timestamp
    ) async throws(SluiceError) -> [AfterAction]
    /// Records what became of an after-action: nil error is done (or no longer applicable); otherwise again
    /// at `retryAt`.
    func finishAfterAction(
        _ action: AfterAction,
        error: FailureRecord?,
        retryAt: Timestamp?,
        at now: Timestamp
    ) async throws(SluiceError)

    // MARK: Jobs

    /// Makes a job, in state `preparing`; with a note that is kept in the same transaction, so that whoever
    /// makes jobs by a plan knows after any stop which it has made.
    func createJob(
        _ specification: String,
        priority: Int,
        remembering note: JobNote?,
        at now: Timestamp
    ) async throws(SluiceError) -> JobRow
    /// Adds tasks to a job that is preparing, and how far that has come; `isLast` makes it ready. A target
    /// that has a task already gets no other. A job that is not preparing (any more) stays as it is.
    func addTasks(
        _ tasks: [NewJobTask],
        to job: JobID,
        cursor: String?,
        isLast: Bool,
        at now: Timestamp
    ) async throws(SluiceError) -> JobRow?
    /// Begins up to `limit` pending tasks of an active job, in order: each joins the delivery that is ready
    /// or under way for its target, else makes one of class `job`. Every later transaction that ends such a
    /// delivery ends its tasks too.
    func feedJob(_ job: JobID, limit: Int, at now: Timestamp) async throws(SluiceError) -> JobFeed
    /// Changes a job's state. `paused`, `cancelled` and `failed` withdraw what it has ready: deliveries made
    /// for it alone are cancelled, and their tasks are pending again, or cancelled with the job. When a job
    /// is cancelled or failed, what runs for it alone is told to end.
    func setJob(
        _ job: JobID,
        to state: JobState,
        reason: String?,
        at now: Timestamp
    ) async throws(SluiceError) -> JobChange
    /// Changes a job's priority.
    func setPriority(of job: JobID, to priority: Int, at now: Timestamp) async throws(SluiceError) -> JobRow?
    /// One page of jobs, newest first, of those before `before`; at most `limit` (1 to 1000).
    func jobs(before: JobID?, limit: Int) async throws(SluiceError) -> [JobRow]
    /// Jobs that have not ended, by number.
    func openJobs() async throws(SluiceError) -> [JobRow]
    /// One job.
    func job(_ id: JobID) async throws(SluiceError) -> JobRow?
    /// One page of a job's tasks, by number.
    func tasks(_ query: JobTaskQuery) async throws(SluiceError) -> [JobTask]
    /// The partial results of a job behind task `after` (nil: from what was merged on), by number; about
    /// `bytes` of them, and at least one. Only those of tasks that succeeded. Empty at the end.
    func partials(
        of job: JobID,
        after: Int64?,
        bytes: Int
    ) async throws(SluiceError) -> [JobPartial]
    /// Puts what was merged in the place of earlier merges and of these tasks' partial results.
    func mergePartials(of job: JobID, _ tasks: [Int64], into bytes: [UInt8]) async throws(SluiceError)
    /// Forgets up to `limit` partial results of a job; returns how many.
    func forgetPartials(of job: JobID, limit: Int) async throws(SluiceError) -> Int
    /// Forgets jobs that ended before a moment, oldest first, except the newest `keeping` (the newest of all
    /// stays in any case, so that no number is given twice) and those with open tasks: their tasks, partial
    /// results and notes, and of a lane the targets with their deliveries and the trigger's row. A lane's
    /// target stays, with its deliveries, while an output of its exists or a delivery may go on. Forgets up
    /// to `limit` tasks and jobs; returns how many. Repeating it goes on where a stop ended it.
    func pruneJobs(keeping: Int, before: Timestamp, limit: Int) async throws(SluiceError) -> Int
    /// One page of the targets of a trigger in a bucket, in byte order of their keys, from the first one
    /// behind `after`; at most `limit` (1 to 1000). Empty at the end.
    func targets(
        of trigger: TriggerName,
        in bucket: BucketName,
        after: ObjectKey?,
        limit: Int
    ) async throws(SluiceError) -> [TargetRow]

    // MARK: Notes

    /// Keeps a text under a name, instead of the one that was kept there: what a part of the service found
    /// out and would not like to find out again.
    func remember(_ name: String, _ text: String, at now: Timestamp) async throws(SluiceError)
    /// The note under a name, if there is one.
    func recall(_ name: String) async throws(SluiceError) -> LedgerNote?

    // MARK: Operators

    /// Dead (or cancelled) deliveries become ready again in class `retry`, tries and crashes at zero; returns
    /// those that did. One that was overtaken (`TargetRow.overtaking`) turns superseded instead and is not
    /// returned.
    func retry(_ deliveries: [DeliveryID], at now: Timestamp) async throws(SluiceError) -> [DeliveryID]
    /// Ready and dead deliveries become cancelled; a leased one is marked so that its attempt ends as
    /// cancelled at its next transition (`committing` goes forward). Returns those that were changed or
    /// marked.
    func cancel(
        _ deliveries: [DeliveryID],
        reason: String,
        at now: Timestamp
    ) async throws(SluiceError) -> [DeliveryID]
    /// Forgets finished deliveries older than the newest `keeping` numbers, looking at no more than `limit`
    /// rows per call; never one that is its target's latest or whose outputs exist. Returns how many were
    /// forgotten.
    func prune(keeping: Int, limit: Int) async throws(SluiceError) -> Int

    // MARK: Reading (each call within 5 ms; keyset-paged)

    /// One page of deliveries, newest first.
    func deliveries(_ query: DeliveryQuery) async throws(SluiceError) -> [Delivery]
    /// One delivery with its attempts and outputs.
    func history(of delivery: DeliveryID) async throws(SluiceError) -> DeliveryHistory?
    /// Who owns an output key.
    func output(in bucket: BucketName, key: ObjectKey) async throws(SluiceError) -> OutputRow?
    /// Which outputs a target has now.
    func outputs(of target: TargetID) async throws(SluiceError) -> [OutputRow]
    /// How many deliveries are in each state, by trigger and class; kept in the same transactions as the
    /// states.
    func counters() async throws(SluiceError) -> [CounterRow]
    /// When the next delivery that waits for its `notBefore` becomes due, and since when the oldest that
    /// could be leased now waits.
    func backlog(at now: Timestamp) async throws(SluiceError) -> Backlog
    /// Proves the counters against the rows, and the rows' own invariants; empty when all is well. May take
    /// long: works in steps of at most 5 ms.
    func verify() async throws(SluiceError) -> [String]
}

extension Ledger {
    /// Makes a job, in state `preparing`.
    public func createJob(
        _ specification: String,
        priority: Int,
        at now: Timestamp
    ) async throws(SluiceError) -> JobRow {
        try await createJob(specification, priority: priority, remembering: nil, at: now)
    }

    /// Those of all buckets.
    public func dueAfterActions(limit: Int, at now: Timestamp) async throws(SluiceError) -> [AfterAction] {
        try await dueAfterActions(in: nil, limit: limit, at: now)
    }
}

extension SluiceError.Code {
    /// The ledger's file cannot be opened or is damaged.
    public static let ledgerUnavailable = Self("ledger.unavailable", .outage)
    /// The ledger was made by a newer version of this program.
    public static let ledgerTooNew = Self("ledger.newer-schema", .usage)
    /// The disk is full: nothing was recorded.
    public static let ledgerFull = Self("ledger.disk-full", .outage)
    /// Another service uses this state directory.
    public static let ledgerLocked = Self("ledger.locked", .usage)
}
