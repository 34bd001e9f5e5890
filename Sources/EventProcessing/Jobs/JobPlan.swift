internal import DurableLedger
internal import EventModel

/// What a job would do, found without doing it.
public struct JobPlan: Sendable, Hashable, Codable {
    /// Objects that would be processed.
    public var objects: Int64 = 0
    /// Their stored bytes, as far as they are known.
    public var bytes: UInt64 = 0
    /// Objects that were looked at and would not be processed, by reason.
    public var passed: [String: Int] = [:]
    /// Objects that would be told to have no source any more, by reason.
    public var skipped: [String: Int] = [:]
    /// Objects that were tried out.
    public var sampled = 0
    /// Stored bytes of those.
    public var sampledBytes: UInt64 = 0
    /// Formats that were recognised among them, with how many there are.
    public var formats: [String: Int] = [:]
    /// How many of them failed, by error.
    public var failures: [String: Int] = [:]
    /// How many failures to expect of all objects.
    public var expectedFailures: Int64 = 0
    /// How long it takes with today's workers, in seconds; nil when nothing could be sampled.
    public var expectedSeconds: Double?
    /// Requests to stores: listing, reading, writing.
    public var requests: Int64 = 0
    /// Units of 100 ms of one worker's time that would be counted as used.
    public var billedUnits: Int64 = 0
    /// A few of the objects, to check the selection.
    public var examples: [String] = []

    /// Nothing.
    public init() {}

    /// Adds a page of the selection.
    mutating func add(_ page: JobFinder.Page) {
        requests += Int64(page.requests)
        for (reason, count) in page.passed where count > 0 { passed[reason, default: 0] += count }
        for task in page.tasks {
            if let skip = task.skip {
                skipped[skip, default: 0] += 1
                continue
            }
            objects += 1
            bytes += task.sizeBytes
            if examples.count < Self.mostExamples {
                examples.append("\(task.target.bucket):\(task.target.key)")
            }
        }
    }

    private static let mostExamples = 5

    /// Adds what trying some objects out came to.
    mutating func extrapolate(_ samples: [JobSample], workers: Int) {
        sampled = samples.count
        sampledBytes = samples.reduce(0) { $0 + $1.sizeBytes }
        for sample in samples {
            if let failure = sample.failure { failures[failure, default: 0] += 1 }
            for format in sample.formats { formats[format, default: 0] += 1 }
        }
        guard objects > 0, !samples.isEmpty else { return }
        let seconds = samples.reduce(0) { $0 + $1.duration / .seconds(1) }
        // Large objects take longer: by bytes where they are known, else by objects.
        let scale =
            sampledBytes > 0 && bytes > 0
            ? Double(bytes) / Double(sampledBytes) : Double(objects) / Double(samples.count)
        let total = seconds * scale
        expectedSeconds = total / Double(max(1, workers))
        let perObject = Double(objects) / Double(samples.count)
        expectedFailures = Int64((Double(failures.values.reduce(0, +)) * perObject).rounded())
        let outputs = samples.reduce(0) { $0 + $1.outputs }
        requests += objects + Int64((Double(outputs) * perObject).rounded())
        billedUnits = max(objects, Int64((total * 10).rounded(.up)))
    }
}

/// What trying one object out came to.
struct JobSample: Sendable, Hashable {
    /// Its stored length.
    let sizeBytes: UInt64
    /// How long the function ran.
    let duration: Duration
    /// How many outputs it made.
    let outputs: Int
    /// How the object was recognised.
    let formats: [String]
    /// The error's code when it failed.
    let failure: String?
}
