public import EventModel
public import FunctionRuntime
internal import ObjectStorage
public import TriggerRules

/// One snapshot of everything that processing takes from the configuration; swapped whole by a reload.
///
/// An attempt binds to the snapshot that was current at its lease, so a reload never mixes two of them (trap
/// Q17).
public struct ProcessingConfiguration: Sendable {
    /// All buckets by name.
    public let buckets: [BucketName: BucketSetup]
    /// Which events go to which triggers.
    public let matcher: TriggerMatcher
    /// All functions by name.
    public let functions: [FunctionName: any Function]
    /// At most so many functions run at a time; at least 1.
    public let workers: Int
    /// Scans pause while so many deliveries are ready; chained deliveries and live events do not.
    public let maxPending: Int
    /// What attempts that run at the same time may need for codec windows above the ordinary, in bytes; one
    /// that needs more runs alone.
    public let memoryBytes: Int
    /// What makes jobs when, in the order of the configuration.
    public let schedules: [Schedule]
    private let byBucket: [BucketName: [Trigger]]
    private var byName: [TriggerName: Trigger]
    /// Triggers of jobs with a lane of their own: their deliveries run, and nothing watches for them.
    private(set) var lanes: [JobLane] = []

    /// Takes one snapshot.
    public init(
        buckets: [BucketSetup],
        matcher: TriggerMatcher,
        functions: [any Function],
        workers: Int,
        maxPending: Int = 1_000_000,
        memoryBytes: Int = 1 << 30,
        schedules: [Schedule] = []
    ) {
        self.buckets = Dictionary(
            buckets.map { ($0.store.bucket, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        self.matcher = matcher
        self.functions = Dictionary(functions.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        self.workers = max(1, workers)
        self.maxPending = max(1, maxPending)
        self.memoryBytes = max(0, memoryBytes)
        self.schedules = schedules
        byBucket = Dictionary(grouping: matcher.triggers, by: \.bucket)
        byName = Dictionary(matcher.triggers.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The same with these lanes instead of its own.
    func with(lanes: [JobLane]) -> ProcessingConfiguration {
        var configuration = self
        for lane in self.lanes { configuration.byName[lane.trigger.name] = nil }
        for lane in lanes { configuration.byName[lane.trigger.name] = lane.trigger }
        configuration.lanes = lanes
        return configuration
    }

    /// All triggers whose deliveries may run: the configured ones, and the lanes of jobs.
    var runnable: [Trigger] { matcher.triggers + lanes.map(\.trigger) }

    /// The lane that a trigger is, if it is no configured one.
    func lane(_ name: TriggerName) -> JobLane? { lanes.first { $0.trigger.name == name } }

    /// The trigger of this name, if it is configured or a job's lane.
    public func trigger(_ name: TriggerName) -> Trigger? { byName[name] }

    /// The triggers that watch a bucket, in the order of the configuration.
    public func triggers(on bucket: BucketName) -> [Trigger] { byBucket[bucket] ?? [] }

    /// The buckets that some trigger watches, ordered by name.
    public var watchedBuckets: [BucketName] { byBucket.keys.filter { buckets[$0] != nil }.sorted() }
}
