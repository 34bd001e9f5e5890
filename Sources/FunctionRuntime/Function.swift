public import EventModel

/// Handles one object: built-in record pipelines, and later programs, Lambda handlers and web hooks.
///
/// Gets bytes, the event and a context; never sees a store's credentials. May run more than once for one
/// version.
public protocol Function: Sendable {
    /// The configured name.
    var name: FunctionName { get }
    /// Which logic this is; recorded with every output.
    var fingerprint: Fingerprint { get }
    /// Bytes of memory that one run may need on top of what every run may; 0 unless the configuration allows
    /// windows of codecs above the ordinary.
    var windowBytes: Int { get }
    /// The function as one whose results can be merged; nil where they cannot.
    var aggregating: (any AggregatingFunction)? { get }
    /// Runs on one object, on an I/O thread (it may block); reads the source to its end unless it fails.
    ///
    /// Throws what failed; the error's code says whose failure it is.
    func invoke(_ invocation: Invocation) throws(SluiceError) -> InvocationReport
}

extension Function {
    /// No more than every run.
    public var windowBytes: Int { 0 }
    /// Not to be merged.
    public var aggregating: (any AggregatingFunction)? { nil }
}

/// What a function is given for one object.
public struct Invocation {
    /// What happened.
    public let event: ObjectEvent
    /// The same for every attempt of one delivery: the key that makes outside effects idempotent.
    public let idempotencyKey: String
    /// The object's stored bytes.
    public let source: any ByteSource
    /// What the source's store keeps beside the bytes, without tags.
    public let sourceAttributes: ObjectAttributes
    /// Asks the source's store for the object's tags, which costs a request; blocks.
    public let sourceTags: @Sendable () throws(SluiceError) -> [String: String]
    /// Opens outputs.
    public let outputs: any OutputOpener
    /// Whether the attempt shall end: deadline passed, delivery cancelled or service stopping; asked between
    /// blocks.
    public let checkCancellation: @Sendable () throws(SluiceError) -> Void

    /// Describes one invocation.
    public init(
        event: ObjectEvent,
        idempotencyKey: String,
        source: any ByteSource,
        sourceAttributes: ObjectAttributes = ObjectAttributes(),
        sourceTags: @escaping @Sendable () throws(SluiceError) -> [String: String] = {
            () throws(SluiceError) in [:]
        },
        outputs: any OutputOpener,
        checkCancellation: @escaping @Sendable () throws(SluiceError) -> Void
    ) {
        self.event = event
        self.idempotencyKey = idempotencyKey
        self.source = source
        self.sourceAttributes = sourceAttributes
        self.sourceTags = sourceTags
        self.outputs = outputs
        self.checkCancellation = checkCancellation
    }
}

/// What distinguishes one output of an invocation from its others; fills the placeholders of the key
/// template.
public struct OutputPart: Hashable, Sendable {
    /// Whether this is the rejects' output (template `rejects:`) or a result (template `output:`).
    public enum Role: Hashable, Sendable {
        /// A result.
        case result
        /// The records that could not be processed.
        case rejects
    }

    /// Result or rejects.
    public let role: Role
    /// Values of further placeholders: `member`, `output`, `partition`, `part`.
    public let placeholders: [String: String]

    /// Describes an output.
    public init(role: Role, placeholders: [String: String] = [:]) {
        self.role = role
        self.placeholders = placeholders
    }
}

/// Opens an invocation's outputs; nobody sees them until the delivery commits.
public protocol OutputOpener: AnyObject {
    /// Opens one output; each part once. Returns nil when the trigger names no place for this role (rejects
    /// only): the function then counts them and goes on. `attributes` are kept beside the bytes where the
    /// output's store can.
    func open(_ part: OutputPart, as attributes: ObjectAttributes) throws(SluiceError) -> (any ByteSink)?
    /// Says that nothing more is written to a part that was opened; a part that is never closed ends with the
    /// invocation.
    func close(_ part: OutputPart) throws(SluiceError)
    /// Takes back a part that was opened: it is no output of the invocation.
    func discard(_ part: OutputPart) throws(SluiceError)
}

extension OutputOpener {
    /// Opens an output of which the function says nothing beside its bytes.
    public func open(_ part: OutputPart) throws(SluiceError) -> (any ByteSink)? {
        try open(part, as: ObjectAttributes())
    }
}

/// What a function says of its run.
public struct InvocationReport: Sendable, Hashable {
    /// Where records went; nil for functions that do not deal in records.
    public var tally: RecordTally?
    /// Uncompressed bytes of input and encoded bytes of output.
    public var textBytesIn: UInt64 = 0
    /// Encoded bytes before compression.
    public var textBytesOut: UInt64 = 0
    /// Where records went step by step, in order; none for functions that do not deal in records.
    public var stages: [Stage] = []
    /// What the operator should know though the run succeeded: trailing garbage, invalid UTF-8 repaired.
    public var warnings: [String] = []
    /// What became of the members of an archive; nil where the object is none.
    public var members: MemberTally?
    /// How the object was read, where that was found out: which format was recognised.
    public var notes: [String] = []

    /// A report of nothing.
    public init() {}

    /// Where the records of one step went; what is neither dropped nor rejected went on.
    public struct Stage: Sendable, Hashable {
        /// The step as the configuration calls it: `parse: json`, `drop_if`.
        public let name: String
        /// Records that came to it.
        public let input: UInt64
        /// Records that it dropped on purpose.
        public let dropped: UInt64
        /// Records that it rejected.
        public let rejected: UInt64
        /// Records that it found to be copies of others.
        public let deduplicated: UInt64

        /// Describes a step's share.
        public init(
            name: String,
            input: UInt64,
            dropped: UInt64,
            rejected: UInt64,
            deduplicated: UInt64 = 0
        ) {
            self.deduplicated = deduplicated
            self.name = name
            self.input = input
            self.dropped = dropped
            self.rejected = rejected
        }
    }
}
