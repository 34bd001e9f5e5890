public import EventModel

/// One event × one trigger: the unit of work.
public struct Delivery: Hashable, Sendable {
    /// Its number.
    public let id: DeliveryID
    /// Its target.
    public let target: TargetID
    /// The version it was made for.
    public let version: ObjectVersion
    /// The version's stored length.
    public let sizeBytes: UInt64
    /// What happened.
    public let eventType: EventType
    /// When the object was last modified, as its store says.
    public let eventTime: Timestamp
    /// Its lane.
    public let lane: Lane
    /// Its class now; `retry` once a try failed or an operator wanted it tried again.
    public var deliveryClass: DeliveryClass
    /// How many commits of ours lie between it and an outside event; at most 16.
    public let hop: Int
    /// The delivery whose output caused it.
    public let cause: DeliveryID?
    /// Its state.
    public var state: DeliveryState
    /// Why it is skipped, cancelled or waiting: a stable word such as `same-content`, `gone`, or the code of
    /// the failure after which it waits.
    public var reason: String?
    /// The last failure.
    public var failure: FailureRecord?
    /// How often the function itself failed; what `retry.attempts` limits.
    public var tries: Int
    /// How many attempts were begun.
    public var attempts: Int
    /// How many children that ran it alone died by a signal.
    public var crashes: Int
    /// Whether it was leased at an unclean stop and must run alone in a child process.
    public var isSuspect: Bool
    /// When it was made.
    public let created: Timestamp
    /// When its state last changed.
    public var updated: Timestamp
    /// Not leased before this moment.
    public var notBefore: Timestamp?
    /// What the function said of its successful run.
    public var statistics: DeliveryStatistics?

    /// Describes a delivery.
    public init(
        id: DeliveryID,
        target: TargetID,
        version: ObjectVersion,
        sizeBytes: UInt64,
        eventType: EventType,
        eventTime: Timestamp,
        lane: Lane,
        deliveryClass: DeliveryClass,
        hop: Int,
        cause: DeliveryID?,
        state: DeliveryState,
        reason: String? = nil,
        failure: FailureRecord? = nil,
        tries: Int = 0,
        attempts: Int = 0,
        crashes: Int = 0,
        isSuspect: Bool = false,
        created: Timestamp,
        updated: Timestamp,
        notBefore: Timestamp? = nil,
        statistics: DeliveryStatistics? = nil
    ) {
        self.id = id
        self.target = target
        self.version = version
        self.sizeBytes = sizeBytes
        self.eventType = eventType
        self.eventTime = eventTime
        self.lane = lane
        self.deliveryClass = deliveryClass
        self.hop = hop
        self.cause = cause
        self.state = state
        self.reason = reason
        self.failure = failure
        self.tries = tries
        self.attempts = attempts
        self.crashes = crashes
        self.isSuspect = isSuspect
        self.created = created
        self.updated = updated
        self.notBefore = notBefore
        self.statistics = statistics
    }
}

/// A failure as it is kept: without its live cause.
public struct FailureRecord: Hashable, Sendable {
    /// The error's stable code.
    public let code: String
    /// What failed.
    public let message: String
    /// What the operator can do.
    public let hint: String?
    /// Describes a failure.
    public init(code: String, message: String, hint: String? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
    }
    /// Keeps an error, its causes folded into the message.
    public init(_ error: SluiceError) {
        var message = error.message
        if let cause = error.cause { message += " (\(cause))" }
        self.init(code: error.code.name, message: message, hint: error.hint)
    }
}

/// What a successful run read and made.
public struct DeliveryStatistics: Hashable, Sendable {
    /// Where records went; nil where the function does not deal in records.
    public var tally: RecordTally?
    /// Stored bytes read.
    public var bytesIn: UInt64 = 0
    /// Stored bytes written.
    public var bytesOut: UInt64 = 0
    /// From lease to decision.
    public var duration: Duration = .zero
    /// What the operator should know though the run succeeded.
    public var warnings: [String] = []
    /// What became of the members of an archive; nil where the object is none.
    public var members: MemberTally?
    /// How many outputs were made, the rejects among them.
    public var outputs: UInt64 = 0
    /// How the object was read, where that was found out: which format was recognised.
    public var notes: [String] = []
    /// Statistics of nothing.
    public init() {}
}
