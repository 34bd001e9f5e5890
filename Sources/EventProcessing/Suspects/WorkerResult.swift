internal import DurableLedger
public import EventModel
internal import FoundationEssentials
internal import ObjectStorage

/// What a child process says of the attempt it ran: JSON on its standard output.
public struct WorkerResult: Sendable, Hashable, Codable {
    /// One staged output.
    struct Output: Sendable, Hashable, Codable {
        /// Its bucket.
        let bucket: String
        /// Its final key; Base64 in JSON, which is the shortest form of bytes there.
        let key: Data
        /// Where it lies.
        let staged: String
        /// CRC-64 of its bytes.
        let crc64: UInt64
        /// How many bytes.
        let sizeBytes: UInt64
    }

    /// A run whose outputs are staged.
    struct Run: Sendable, Hashable, Codable {
        /// The version that was read.
        let version: String
        /// CRC-64 of its bytes.
        let crc64: UInt64
        /// How many bytes.
        let sizeBytes: UInt64
        /// The complete set of outputs.
        let outputs: [Output]
        /// Where records went.
        let tally: RecordTally?
        /// Stored bytes read.
        let bytesIn: UInt64
        /// Stored bytes written.
        let bytesOut: UInt64
        /// What the operator should know.
        let warnings: [String]
        /// How the object was read.
        let notes: [String]
        /// What became of the members of an archive.
        let members: MemberTally?
        /// What it adds to the result of the delivery's job.
        let partial: Data?
    }

    /// A failure, with its code's blame, so that the parent classifies it as its own.
    struct Failure: Sendable, Hashable, Codable {
        /// The error's code.
        let code: String
        /// Whose failure it is.
        let blame: String
        /// What failed.
        let message: String
        /// What the operator can do.
        let hint: String?
    }

    /// `staged`, `gone`, `changed`, `unwanted` or `failed`.
    let kind: String
    /// With kind `staged`.
    let run: Run?
    /// With kind `failed`.
    let failure: Failure?

    /// Writes an outcome down.
    init(_ outcome: AttemptOutcome) {
        var run: Run?
        var failure: Failure?
        switch outcome {
        case .staged(let staged):
            kind = "staged"
            run = Run(staged)
        case .gone: kind = "gone"
        case .changed: kind = "changed"
        case .unwanted: kind = "unwanted"
        case .crashed(let record):
            kind = "failed"
            failure = Failure(
                code: record.code,
                blame: SluiceError.Blame.object.rawValue,
                message: record.message,
                hint: record.hint
            )
        case .failed(let error):
            kind = "failed"
            failure = Failure(
                code: error.code.name,
                blame: error.code.blame.rawValue,
                message: FailureRecord(error).message,
                hint: error.hint
            )
        }
        self.run = run
        self.failure = failure
    }

    /// The outcome as the parent goes on with it.
    var outcome: AttemptOutcome {
        switch (kind, run, failure) {
        case ("staged", let run?, _): .staged(run.staged)
        case ("gone", _, _): .gone
        case ("changed", _, _): .changed
        case ("unwanted", _, _): .unwanted
        case ("failed", _, let failure?): .failed(failure.error)
        default: .failed(SluiceError(.workerProtocol, "A worker's answer makes no sense: kind '\(kind)'."))
        }
    }
}

extension WorkerResult.Run {
    fileprivate init(_ run: StagedRun) {
        self.init(
            version: run.version.identity,
            crc64: run.digest.crc64,
            sizeBytes: run.digest.sizeBytes,
            outputs: run.outputs.map {
                WorkerResult.Output(
                    bucket: $0.bucket.rawValue,
                    key: Data($0.key.bytes),
                    staged: $0.staged.text,
                    crc64: $0.digest.crc64,
                    sizeBytes: $0.digest.sizeBytes
                )
            },
            tally: run.statistics.tally,
            bytesIn: run.statistics.bytesIn,
            bytesOut: run.statistics.bytesOut,
            warnings: run.statistics.warnings,
            notes: run.statistics.notes,
            members: run.statistics.members,
            partial: run.partial.map { Data($0) }
        )
    }

    fileprivate var staged: StagedRun {
        var statistics = DeliveryStatistics()
        statistics.tally = tally
        statistics.bytesIn = bytesIn
        statistics.bytesOut = bytesOut
        statistics.warnings = warnings
        statistics.notes = notes
        statistics.members = members
        statistics.outputs = UInt64(self.outputs.count)
        let outputs = outputs.map {
            StagedOutput(
                bucket: BucketName($0.bucket),
                key: ObjectKey(bytes: Array($0.key)),
                staged: StagedReference(text: $0.staged),
                digest: ContentDigest(crc64: $0.crc64, sizeBytes: $0.sizeBytes)
            )
        }
        return StagedRun(
            version: ObjectVersion(identity: version),
            digest: ContentDigest(crc64: crc64, sizeBytes: sizeBytes),
            outputs: outputs,
            statistics: statistics,
            partial: partial.map(Array.init)
        )
    }
}

extension WorkerResult.Failure {
    fileprivate var error: SluiceError {
        let code = SluiceError.Code(code, SluiceError.Blame(rawValue: blame) ?? .transient)
        return SluiceError(code, message, hint: hint)
    }
}

extension SluiceError.Code {
    /// A child process gave no answer, or one that makes no sense.
    public static let workerProtocol = Self("worker.no-answer", .transient)
    /// A child process cannot be started.
    public static let workerSpawn = Self("worker.cannot-start", .outage)
    /// The function killed the process that ran it.
    public static let functionCrashed = Self("function.crashed", .object)
}
