public import DurableLedger
public import EventModel

/// What one round did, and what it left undone; a plain value.
public struct RoundReport: Sendable {
    /// Buckets that could not be used to the end, with the first reason of each.
    public var buckets: [BucketName: SluiceError] = [:]
    /// Triggers whose surroundings were out of order at the end, with what failed last.
    public var outages: [TriggerName: FailureRecord] = [:]
    /// Deliveries that were done.
    public var done: UInt64 = 0
    /// Deliveries that died in this round.
    public var dead: UInt64 = 0
    /// Deliveries that are open at the end: they wait for a later try, or for their commit.
    public var waiting: Int64 = 0
    /// Those of them that wait because their trigger is paused.
    public var paused: Int64 = 0
    /// After-actions that failed, or were put off because others failed, and wait for a later try.
    public var afterActions = 0
    /// Jobs that have not ended and are not paused.
    public var jobs = 0
    /// Whether it was told to stop before the end.
    public var wasStopped = false

    /// A round that had nothing to do.
    public init() {}

    /// Why the round counts as failed, in one sentence that names buckets and codes; nil when everything
    /// there was to do is done.
    public var failure: SluiceError? {
        var reasons = buckets.sorted { $0.key < $1.key }.map { bucket, error in
            "bucket '\(bucket)' could not be used (\(error.code): \(error.message))"
        }
        reasons += outages.sorted { $0.key < $1.key }.map { trigger, failure in
            "trigger '\(trigger)' met an outage (\(failure.code): \(failure.message))"
        }
        if dead > 0 {
            reasons.append(dead == 1 ? "1 dead letter was made" : "\(dead) dead letters were made")
        }
        if waiting > 0 {
            let what = waiting == 1 ? "1 delivery waits" : "\(waiting) deliveries wait"
            let held = paused > 0 ? ", \(paused) for a paused trigger" : ""
            reasons.append(what + " for a later try" + held)
        }
        if afterActions > 0 {
            let what = afterActions == 1 ? "1 after-action waits" : "\(afterActions) after-actions wait"
            reasons.append(what + " for a later try")
        }
        if jobs > 0 { reasons.append(jobs == 1 ? "1 job is not complete" : "\(jobs) jobs are not complete") }
        if wasStopped { reasons.append("it was told to stop") }
        guard !reasons.isEmpty else { return nil }
        return SluiceError(
            .processingIncomplete,
            "Not everything could be processed: " + reasons.joined(separator: "; ") + ".",
            hint: hint
        )
    }

    /// What mends the first trouble; the next round goes on with what waits, whatever it was.
    private var hint: String {
        let first =
            buckets.sorted { $0.key < $1.key }.compactMap(\.value.hint).first
            ?? outages.sorted { $0.key < $1.key }.compactMap(\.value.hint).first
        if let first { return first }
        if dead > 0 { return "'sluice dead list' says why." }
        if paused > 0 { return "'sluice trigger resume' lets a trigger go on." }
        return "The next run goes on with it."
    }
}

extension SluiceError.Code {
    /// One round ended, and something is not done: what it is stands in the message.
    static let processingIncomplete = Self("processing.incomplete", .outage)
}
