internal import DurableLedger
internal import EventModel
internal import FunctionRuntime

/// What a job's result covers, as it is written beside it.
struct JobCoverage: Encodable, Sendable {
    /// The job's number.
    let job: Int64
    /// The function that folded the records.
    let function: String
    /// Which logic that was.
    let fingerprint: String
    /// When the result was made.
    let made: String
    /// Objects that were selected.
    let objects: Int64
    /// Those of them that are in the result.
    let covered: Int64
    /// Those that failed.
    let failed: Int64
    /// Those that needed nothing, were not there, or were cancelled.
    let skipped: Int64
    /// Records that the result was folded from.
    var records: UInt64 = 0
    /// Groups in the result.
    var groups = 0
    /// The objects that the result was written to.
    var results: [String] = []
    /// Objects that are not in the result.
    var notCovered: [JobReport.Line] = []

    /// Begins with what the job counted.
    init(_ job: JobRow, function: any Function, at now: Timestamp) {
        self.job = job.id.rawValue
        self.function = function.name.rawValue
        fingerprint = function.fingerprint.hex
        made = now.description
        objects = job.tally.total
        covered = job.tally.succeeded
        failed = job.tally.failed
        skipped = job.tally.skipped + job.tally.cancelled
    }

    private enum CodingKeys: String, CodingKey {
        case job, function, fingerprint, made, objects, covered, failed, skipped, records, groups, results
        case notCovered = "not_covered"
    }
}
