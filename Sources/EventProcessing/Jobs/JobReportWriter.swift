internal import DurableLedger
internal import EventModel
internal import Execution
internal import ObjectStorage
internal import Synchronization

/// Writes a job's report into a bucket: `<prefix>/job-<id>/` with `manifest.json`, `results.csv`,
/// `results.ndjson` and `summary.txt`.
struct JobReportWriter: Sendable {
    /// What all parts share.
    let core: ProcessingCore
    /// Threads that write.
    let pool: BlockingPool

    private static let pageSize = 1000

    /// What `manifest.json` holds, as S3 Batch Operations writes it.
    private struct Manifest: Encodable {
        struct Result: Encodable {
            let TaskExecutionStatus: String
            let Bucket: String
            let Key: String
        }
        let Format = "Report_CSV_20180820"
        let ReportCreationDate: String
        let JobStatus: String
        let Results: [Result]
        let ReportSchema = "Bucket, Key, VersionId, TaskStatus, ErrorCode, HTTPStatusCode, ResultMessage"
    }

    /// Writes all parts; the manifest last, so that whoever sees it finds the rest.
    func write(_ job: JobRow, to place: String) async throws(SluiceError) {
        let (store, prefix) = try target(place, job.id)
        let specification = try JobSpecification.decode(job.specification)
        try await put(store, prefix + "results.csv", job.id) { line in
            guard let line else { return JobReport.header }
            return JobReport.csv(line)
        }
        try await put(store, prefix + "results.ndjson", job.id) { line throws(SluiceError) in
            guard let line else { return "" }
            return try JobReport.ndjson(line)
        }
        try await put(JobReport.summary(job, specification), as: prefix + "summary.txt", in: store)
        let manifest = Manifest(
            ReportCreationDate: core.clock.now.description,
            JobStatus: JobReport.batchStatus(job.state),
            Results: ["succeeded", "failed"].map {
                .init(TaskExecutionStatus: $0, Bucket: store.bucket.rawValue, Key: prefix + "results.csv")
            }
        )
        try await put(try JobReport.json(manifest), as: prefix + "manifest.json", in: store)
    }

    private func target(_ place: String, _ id: JobID) throws(SluiceError) -> (any ObjectStore, String) {
        let parts = place.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = parts.first, let store = core.configuration.buckets[BucketName(String(name))]?.store
        else {
            throw SluiceError(.processingUnconfigured, "No bucket of report place '\(place)' is configured.")
        }
        var prefix = parts.count > 1 ? String(parts[1]) : ""
        if !prefix.isEmpty, !prefix.hasSuffix("/") { prefix += "/" }
        return (store, prefix + "job-\(id)/")
    }

    /// Writes one small object.
    func put(_ text: String, as name: String, in store: any ObjectStore) async throws(SluiceError) {
        try await put(store, name, nil) { _ in text }
    }

    /// Writes one object: what `text` says to nil, then what it says to each task of `job`.
    private func put(
        _ store: any ObjectStore,
        _ name: String,
        _ job: JobID?,
        _ text: @escaping @Sendable (JobTask?) throws(SluiceError) -> String
    ) async throws(SluiceError) {
        let key = ObjectKey(name)
        let writer = try await core.stage(key, in: store)
        do throws(SluiceError) {
            try await append(try text(nil), to: writer)
            if let job {
                var query = JobTaskQuery(job: job)
                query.limit = Self.pageSize
                while true {
                    let tasks = try await core.ledger.tasks(query)
                    guard let last = tasks.last else { break }
                    query.after = last.number
                    var lines = ""
                    for task in tasks { lines += try text(task) }
                    try await append(lines, to: writer)
                }
            }
            let digest = try await pool.run { () throws(SluiceError) in try writer.finish() }
            let object = JobObject(store: store, key: key, staged: writer.reference, digest: digest)
            try await core.publish([object])
        } catch {
            // What was staged must not stay behind; it may have to ask the store, so not on this thread.
            try? await pool.run { () throws(SluiceError) in writer.abandon() }
            throw error
        }
    }

    private func append(_ text: String, to writer: any StagedWriter) async throws(SluiceError) {
        if text.isEmpty { return }
        let bytes = Array(text.utf8)
        try await pool.run { () throws(SluiceError) in
            // Read-only view of initialised bytes.
            try unsafe writer.write(bytes.span.bytes)
        }
    }
}
