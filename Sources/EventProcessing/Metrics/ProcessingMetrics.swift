internal import DurableLedger
public import EventModel
internal import Synchronization

/// Counters of this boot, as the control plane renders them; a plain value.
public struct ProcessingMetrics: Sendable, Hashable {
    /// How attempts ended, by trigger and outcome (`done`, `retry`, `dead`, `skipped`, `superseded`,
    /// `released`…).
    public internal(set) var objects: [TriggerName: [String: UInt64]] = [:]
    /// Where records went, by trigger, over all committed objects.
    public internal(set) var records: [TriggerName: RecordTally] = [:]
    /// What became of the members of archives, by trigger and result (`written`, `rejected`, `skipped`), over
    /// all committed objects.
    public internal(set) var members: [TriggerName: [String: UInt64]] = [:]
    /// Stored bytes read by committed attempts, by trigger.
    public internal(set) var bytesIn: [TriggerName: UInt64] = [:]
    /// Stored bytes written by committed attempts, by trigger.
    public internal(set) var bytesOut: [TriggerName: UInt64] = [:]
    /// From lease to `done`, by trigger.
    public internal(set) var durations: [TriggerName: DurationHistogram] = [:]
    /// How many object versions were observed as new, by bucket.
    public internal(set) var observed: [BucketName: UInt64] = [:]
    /// How often a notification queue overflowed, by bucket.
    public internal(set) var overflows: [BucketName: UInt64] = [:]
    /// How many complete scans ended, by bucket.
    public internal(set) var scans: [BucketName: UInt64] = [:]
    /// What notifications brought, by bucket and way (`webhook`, `sqs`); under the empty name what concerns
    /// no bucket.
    public internal(set) var notifications: [BucketName: [String: NotificationCounts]] = [:]

    /// Counts nothing yet.
    public init() {}

    /// What was rejected, by trigger; of those that committed anything.
    public var rejected: [TriggerName: RejectedCounts] {
        let triggers = Set(records.keys).union(members.keys)
        return Dictionary(
            uniqueKeysWithValues: triggers.map { trigger in
                let members = members[trigger]?["rejected"] ?? 0
                return (trigger, RejectedCounts(records: records[trigger]?.rejected ?? 0, members: members))
            }
        )
    }
}

/// How often a duration fell into each bucket of a fixed scale.
public struct DurationHistogram: Sendable, Hashable {
    /// Upper bounds in seconds; what is longer falls into the last, unbounded bucket.
    public static let boundsSeconds = [
        0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800,
    ]
    /// How many fell into each bucket, not cumulated; one more than there are bounds.
    public private(set) var counts = [UInt64](repeating: 0, count: boundsSeconds.count + 1)
    /// The sum of all durations in seconds.
    public private(set) var sumSeconds: Double = 0

    /// Counts nothing yet.
    public init() {}

    /// How many durations were counted.
    public var count: UInt64 { counts.reduce(0, +) }

    /// Counts one duration.
    public mutating func add(_ duration: Duration) {
        let seconds = duration / .seconds(1)
        let index = Self.boundsSeconds.firstIndex { seconds <= $0 } ?? Self.boundsSeconds.count
        counts[index] += 1
        sumSeconds += seconds
    }
}

/// Owns the counters of one boot.
final class MetricsRecorder: Sendable {
    private let state = Mutex(ProcessingMetrics())

    /// The counters now.
    var snapshot: ProcessingMetrics { state.withLock { $0 } }

    /// Changes the counters.
    func update(_ change: (inout ProcessingMetrics) -> Void) { state.withLock { change(&$0) } }

    /// Counts the end of an attempt.
    func ended(_ trigger: TriggerName, _ outcome: String) {
        update { $0.objects[trigger, default: [:]][outcome, default: 0] += 1 }
    }

    /// Counts a committed object.
    func done(_ trigger: TriggerName, _ statistics: DeliveryStatistics, took duration: Duration) {
        update { metrics in
            metrics.objects[trigger, default: [:]]["done", default: 0] += 1
            if let tally = statistics.tally { metrics.records[trigger, default: RecordTally()] += tally }
            if let members = statistics.members {
                let counts = [
                    "written": members.written, "rejected": members.rejected,
                    "skipped": members.skipped.values.reduce(0, &+),
                ]
                metrics.members[trigger, default: [:]].merge(counts) { $0 &+ $1 }
            }
            metrics.bytesIn[trigger, default: 0] &+= statistics.bytesIn
            metrics.bytesOut[trigger, default: 0] &+= statistics.bytesOut
            metrics.durations[trigger, default: DurationHistogram()].add(duration)
        }
    }
}
