internal import DurableLedger
internal import EventModel

/// What the runner of jobs remembers from round to round; pure.
struct JobRounds {
    /// Jobs that were open in the last round, or whose report failed; nil before the first round.
    private var known: Set<JobID> = []
    /// Tasks that a job may begin by its rate, as of a moment.
    private var allowance: [JobID: (tasks: Double, at: Duration)] = [:]

    /// Jobs that met an outage: how often in a row, and until when they are left alone.
    private var waits: [JobID: (failures: Int, until: Duration)] = [:]
    private static let longestWait = Duration.seconds(30)
    /// Bytes of what was merged of a job's partial results so far.
    var merged: [JobID: UInt64] = [:]

    /// Jobs that ended since the last round.
    mutating func left(by open: [JobRow]) -> [JobID] {
        let now = Set(open.map(\.id))
        let ended = known.subtracting(now)
        known = now
        for id in ended { (allowance[id], merged[id]) = (nil, nil) }
        return ended.sorted()
    }

    /// Whether no job is looked at again that has ended.
    func known(only open: [JobRow]) -> Bool { known.isSubset(of: open.map(\.id)) }

    /// Has these looked at in the next round as if they had just ended.
    mutating func recall(_ jobs: [JobID]) { known.formUnion(jobs) }

    /// Whether it is time to look at a job (again).
    func mayTry(_ job: JobID, at uptime: Duration) -> Bool { waits[job].map { $0.until <= uptime } ?? true }

    /// A job met an outage: it is left alone for a second, and longer from time to time.
    mutating func putOff(_ job: JobID, at uptime: Duration) {
        let failures = (waits[job]?.failures ?? 0) + 1
        let wait = min(Self.longestWait, .seconds(1 << min(failures - 1, 5)))
        waits[job] = (failures, uptime + wait)
    }

    /// A job met no outage; says whether it had met one before.
    mutating func worked(_ job: JobID) -> Bool { waits.removeValue(forKey: job) != nil }

    /// Whether some job is left alone for a while.
    var hasPutOff: Bool { !waits.isEmpty }

    /// How many tasks a job may begin now.
    mutating func room(for job: JobRow, _ rate: Double?, window: Int, at uptime: Duration) -> Int {
        guard let rate, rate > 0 else { return max(0, window) }
        let last = allowance[job.id] ?? (tasks: max(1, rate / 10), at: uptime)
        let seconds = (uptime - last.at) / .seconds(1)
        // At most a second's worth is saved up.
        let tasks = min(max(1, rate), last.tasks + seconds * rate)
        allowance[job.id] = (tasks, uptime)
        return Int(min(tasks, Double(max(0, window))))
    }

    /// Tasks were begun.
    mutating func fed(_ job: JobID, _ count: Int) { allowance[job]?.tasks -= Double(count) }
}
