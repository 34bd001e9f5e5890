internal import DurableLedger
internal import EventModel
internal import FoundationEssentials

/// The lines of a job's report; pure.
enum JobReport {
    /// The columns of S3 Batch Operations' completion report, in the order that its documentation gives
    /// (Amazon S3 User Guide, "Completion reports"), with a header because its samples have another order.
    static let header = "Bucket,Key,VersionId,TaskStatus,ErrorCode,HTTPStatusCode,ResultMessage\n"

    /// The word of a task's end in a job that has ended.
    static func status(_ task: JobTask) -> String {
        switch task.state {
        case .succeeded: "succeeded"
        case .failed: "failed"
        case .skipped: "skipped"
        // Those that were never begun ended with their job.
        case .cancelled, .pending, .open: "cancelled"
        }
    }

    /// One line of CSV.
    static func csv(_ task: JobTask) -> String {
        let fields = [
            task.target.bucket.rawValue, urlEncoded(task.target.key), task.version?.identity ?? "",
            status(task),
            task.failure?.code ?? "", "", task.failure?.message ?? task.reason ?? "",
        ]
        return fields.map(quoted).joined(separator: ",") + "\n"
    }

    private static func quoted(_ text: String) -> String {
        let needsQuotes = text.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }
        if !needsQuotes { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
            + "\""
    }

    /// Percent-encodes all but what RFC 3986 leaves alone, and the slash.
    static func urlEncoded(_ key: ObjectKey) -> String {
        var text: [UInt8] = []
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in key.bytes {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E, 0x2F: text.append(byte)
            default: text += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// One line of NDJSON.
    struct Line: Encodable, Sendable {
        /// The object's bucket.
        let bucket: String
        /// Its key, as the console shows it.
        let key: String
        /// The trigger, or the lane's.
        let trigger: String
        /// The version that was found.
        let version: String?
        /// Its stored length then.
        let sizeBytes: UInt64
        /// How the task ended: see `status`.
        let status: String
        /// Why it was skipped or cancelled.
        let reason: String?
        /// The code of its failure.
        let code: String?
        /// What failed.
        let message: String?
        /// The delivery that ended it.
        let delivery: Int64?

        private enum CodingKeys: String, CodingKey {
            case bucket, key, trigger, version, status, reason, code, message, delivery
            case sizeBytes = "size_bytes"
        }

        /// What is told of a task.
        init(_ task: JobTask) {
            bucket = task.target.bucket.rawValue
            key = task.target.key.description
            trigger = task.target.trigger.rawValue
            version = task.version?.identity
            sizeBytes = task.sizeBytes
            status = JobReport.status(task)
            reason = task.reason
            code = task.failure?.code
            message = task.failure?.message
            delivery = task.delivery?.rawValue
        }
    }

    /// One line of NDJSON; a key that is no UTF-8 is written as the console shows it.
    static func ndjson(_ task: JobTask) throws(SluiceError) -> String {
        try json(Line(task)) + "\n"
    }

    /// One value as JSON.
    static func json(_ value: some Encodable) throws(SluiceError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do { return String(decoding: try encoder.encode(value), as: UTF8.self) } catch {
            throw SluiceError(.jobSpecification, "A report cannot be written as JSON.", cause: error)
        }
    }

    /// How S3 Batch Operations calls a job's state ("Job status").
    static func batchStatus(_ state: JobState) -> String {
        switch state {
        case .preparing: "Preparing"
        case .ready: "Ready"
        case .active: "Active"
        case .paused: "Paused"
        case .complete: "Complete"
        case .cancelled: "Cancelled"
        case .failed: "Failed"
        }
    }

    /// What people read first.
    static func summary(_ job: JobRow, _ specification: JobSpecification) -> String {
        let tally = job.tally
        var lines = [
            "Job \(job.id): \(job.state.rawValue)" + (job.reason.map { " (\($0))" } ?? ""),
            "began \(job.created), ended \(job.updated)",
            "\(tally.total) objects, \(tally.bytes) bytes",
            "\(tally.succeeded) succeeded, \(tally.failed) failed, \(tally.skipped) skipped, "
                + "\(tally.cancelled + tally.pending) cancelled",
        ]
        if let reduce = specification.reduce, job.state == .complete {
            lines.append(
                "the result at \(reduce) covers \(tally.succeeded) of \(tally.total) objects"
            )
        }
        if specification.manifest != nil { lines.append("\(tally.duplicates) listed more than once") }
        return lines.joined(separator: "\n") + "\n"
    }
}
