/// What a task, or several that were merged, adds to the one result of its job.
public struct JobPartial: Hashable, Sendable {
    /// The number of what was merged of several tasks; tasks count from 1.
    public static let merged: Int64 = 0
    /// The task's number, or `merged`.
    public let task: Int64
    /// The partial result, in the words of whoever made it; the ledger does not read it.
    public let bytes: [UInt8]

    /// Describes a partial result.
    public init(task: Int64, bytes: [UInt8]) {
        self.task = task
        self.bytes = bytes
    }
}
