public import DurableLedger
public import EventModel

/// A delivery as the API and `--json` show it.
public struct DeliveryView: Codable, Sendable, Hashable {
    /// Its number.
    public let id: Int64
    /// Its trigger.
    public let trigger: String
    /// The source's bucket.
    public let bucket: String
    /// The source's key, escaped.
    public let key: String
    /// The key's bytes, where they are not UTF-8.
    public let keyBase64: String?
    /// The version it was made for.
    public let version: String
    /// The version's stored length.
    public let sizeBytes: UInt64
    /// What happened.
    public let eventType: String
    /// When the object was last modified, as its store says.
    public let eventTime: String
    /// `main`, or the job whose own lane it is.
    public let lane: String
    /// `live`, `catch-up`, `retry` or `job`.
    public let `class`: String
    /// How many commits of ours lie between it and an outside event.
    public let hop: Int
    /// The delivery whose output caused it.
    @OrNull public var cause: Int64?
    /// Its state.
    public let state: String
    /// Why it is skipped, cancelled or waiting.
    @OrNull public var reason: String?
    /// The last failure.
    @OrNull public var failure: ErrorView?
    /// How often the function itself failed.
    public let tries: Int
    /// How many attempts were begun.
    public let attempts: Int
    /// How many children that ran it alone died by a signal.
    public let crashes: Int
    /// Whether it must run alone in a child process.
    public let suspect: Bool
    /// When it was made.
    public let created: String
    /// When its state last changed.
    public let updated: String
    /// Not leased before this moment.
    @OrNull public var notBefore: String?
    /// What the function said of its successful run.
    @OrNull public var statistics: StatisticsView?

    /// Shows a delivery.
    public init(_ delivery: Delivery) {
        id = delivery.id.rawValue
        trigger = delivery.target.trigger.rawValue
        bucket = delivery.target.bucket.rawValue
        key = delivery.target.key.description
        keyBase64 = PlaceView.base64(delivery.target.key)
        version = delivery.version.identity
        sizeBytes = delivery.sizeBytes
        eventType = delivery.eventType.name
        eventTime = delivery.eventTime.description
        lane =
            switch delivery.lane {
            case .main: "main"
            case .job(let name): "job:\(name)"
            }
        `class` = delivery.deliveryClass.word
        hop = delivery.hop
        cause = delivery.cause?.rawValue
        state = delivery.state.rawValue
        reason = delivery.reason
        failure = delivery.failure.map(ErrorView.init(record:))
        tries = delivery.tries
        attempts = delivery.attempts
        crashes = delivery.crashes
        suspect = delivery.isSuspect
        created = delivery.created.description
        updated = delivery.updated.description
        notBefore = delivery.notBefore?.description
        statistics = delivery.statistics.map(StatisticsView.init)
    }

    /// Whether nothing further happens to it by itself.
    public var isFinal: Bool {
        switch DeliveryState(rawValue: state) {
        case .ready, .leased, .committing: false
        case .done, .dead, .superseded, .skipped, .cancelled, nil: true
        }
    }
}

/// What a successful run read and made.
public struct StatisticsView: Codable, Sendable, Hashable {
    /// Where records went; absent where the function does not deal in records.
    @OrNull public var records: TallyView?
    /// Stored bytes read.
    public let bytesIn: UInt64
    /// Stored bytes written.
    public let bytesOut: UInt64
    /// From lease to decision.
    public let durationSeconds: Double
    /// What the operator should know though the run succeeded.
    public let warnings: [String]
    /// What became of the members of an archive; null where the object is none.
    @OrNull public var members: MembersView?
    /// How many outputs were made, the rejects among them.
    public let outputs: UInt64
    /// How the object was read, where that was found out.
    public let notes: [String]

    /// Shows statistics.
    public init(_ statistics: DeliveryStatistics) {
        records = statistics.tally.map(TallyView.init)
        bytesIn = statistics.bytesIn
        bytesOut = statistics.bytesOut
        durationSeconds = statistics.duration / .seconds(1)
        warnings = statistics.warnings
        members = statistics.members.map(MembersView.init)
        outputs = statistics.outputs
        notes = statistics.notes
    }
}

/// What became of the members of an archive: each was written, rejected or skipped.
public struct MembersView: Codable, Sendable, Hashable {
    /// A member that could not be read to its end.
    public struct Rejected: Codable, Sendable, Hashable {
        /// Its name.
        public let name: String
        /// The error's code.
        public let code: String
        /// What failed.
        public let reason: String
    }

    /// Entries of the archive.
    public let seen: UInt64
    /// Members whose results are whole.
    public let written: UInt64
    /// Members that could not be read.
    public let rejected: UInt64
    /// The first of them.
    public let rejectedMembers: [Rejected]
    /// Entries that were not opened, by reason.
    public let skipped: [String: UInt64]

    /// Shows a tally.
    public init(_ tally: MemberTally) {
        seen = tally.seen
        written = tally.written
        rejected = tally.rejected
        rejectedMembers = tally.rejectedNames.map {
            Rejected(name: $0.name, code: $0.code, reason: $0.reason)
        }
        skipped = tally.skipped
    }
}

/// Where the records of one object went.
public struct TallyView: Codable, Sendable, Hashable {
    /// Records of the input.
    public let `in`: UInt64
    /// Records that steps made.
    public let created: UInt64
    /// Records written.
    public let out: UInt64
    /// Records dropped on purpose.
    public let dropped: UInt64
    /// Records that could not be read or processed.
    public let rejected: UInt64
    /// Records taken out as duplicates.
    public let deduplicated: UInt64
    /// Records taken into an aggregate.
    public let aggregated: UInt64

    /// Shows a tally.
    public init(_ tally: RecordTally) {
        `in` = tally.input
        created = tally.created
        out = tally.output
        dropped = tally.dropped
        rejected = tally.rejected
        deduplicated = tally.deduplicated
        aggregated = tally.aggregated
    }
}

extension ErrorView {
    /// Shows a failure that was kept.
    public init(record: FailureRecord) {
        self.init(code: record.code, message: record.message, hint: record.hint)
    }
}

extension DeliveryClass {
    /// The class as people and the API name it.
    public var word: String {
        switch self {
        case .live: "live"
        case .catchUp: "catch-up"
        case .retry: "retry"
        case .job: "job"
        }
    }
}
