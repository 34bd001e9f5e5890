public import EventModel

/// One call of an in-memory store, as its fault hook sees it.
public struct StoreCall: Sendable, Hashable {
    /// What was called.
    public enum Operation: String, Sendable, Hashable, CaseIterable {
        /// A page of a listing.
        case list
        /// `head`.
        case head
        /// `open`.
        case open
        /// A read of an open object.
        case read
        /// `confirm` of an open object.
        case confirm
        /// `stage`.
        case stage
        /// A write of a staged output.
        case write
        /// `finish` of a staged output.
        case finish
        /// One request of a `publish`.
        case publish
        /// `discard`.
        case discard
        /// `tag`.
        case tag
        /// `delete`.
        case delete
        /// `sweep`.
        case sweep
        /// `digest`.
        case digest
    }

    /// Before the call did anything, or after it took effect and before its answer is heard.
    public enum Moment: Sendable, Hashable {
        /// Nothing has happened yet: throwing leaves everything as it was.
        case before
        /// It has happened: throwing loses the answer only.
        case after
    }

    /// What was called.
    public let operation: Operation
    /// Before or after it took effect.
    public let moment: Moment
    /// The object's or output's key, if the call concerns one.
    public let key: ObjectKey?

    /// Describes a call.
    public init(operation: Operation, moment: Moment, key: ObjectKey?) {
        self.operation = operation
        self.moment = moment
        self.key = key
    }
}
