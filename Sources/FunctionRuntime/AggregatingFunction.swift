public import EventModel

/// A function that folds records into groups, so that what it makes of many objects can be merged into one
/// result.
public protocol AggregatingFunction: Function {
    /// Folds one object as a part of a larger result: writes no rows, only rejects, and gives the groups.
    ///
    /// Throws what failed.
    func invokePartially(_ invocation: Invocation) throws(SluiceError) -> PartialInvocation
    /// Begins a result.
    func makeMerger() -> any PartialMerger
}

/// What an invocation gave as a part of a larger result.
public struct PartialInvocation: Sendable, Hashable {
    /// Where the records went.
    public let report: InvocationReport
    /// The groups, as bytes that a merger of the same function takes.
    public let partial: [UInt8]

    /// Describes a part of a result.
    public init(report: InvocationReport, partial: [UInt8]) {
        self.report = report
        self.partial = partial
    }
}

/// Makes one result of partial ones, in whatever order they come; used by one thread at a time.
public protocol PartialMerger: AnyObject {
    /// Records that the result so far was folded from.
    var records: UInt64 { get }
    /// Groups so far.
    var groups: Int { get }
    /// Adds a partial result.
    ///
    /// Throws when it is damaged or another function's, and when there are more groups than the function
    /// allows.
    func add(_ partial: [UInt8]) throws(SluiceError)
    /// All of it as one partial result.
    func partial() -> [UInt8]
    /// Writes the rows as the function says: further steps, encoder, compressor. Returns what happened to
    /// them.
    func write(to outputs: any OutputOpener) throws(SluiceError) -> InvocationReport
}
