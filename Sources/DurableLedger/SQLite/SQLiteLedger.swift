public import EventModel
internal import Foundation
internal import GRDB

/// The ledger in one SQLite file: one connection on one thread of its own, a group commit for all who wait.
///
/// The caller holds the lock of the state directory; the file itself is opened in exclusive mode as well, so
/// that a second opener is refused rather than let in (traps D02, D12).
public final class SQLiteLedger: Ledger {
    /// Names this ledger; made with the file.
    public let id: String
    /// Serves all calls.
    let committer: Committer

    /// Limits of a ledger.
    public struct Options: Hashable, Sendable {
        /// The file grows no further than this: then `ledger.disk-full`.
        ///
        /// Nil leaves it to the disk.
        public var maximumBytes: Int64?
        /// Whether a network file system is accepted, which SQLite's log does not work on (trap D11).
        public var allowsNetworkFileSystem = false
        /// The schema of the file; an older one is for proving that its files are brought up to date.
        package var schema = LedgerSchema.version
        /// The usual limits.
        public init() {}
    }

    private init(id: String, committer: Committer) {
        self.id = id
        self.committer = committer
    }

    deinit { committer.stop() }

    /// Opens the ledger at a path, or makes it with the id `newLedger` (32 hexadecimal digits).
    ///
    /// Throws `ledger.locked`, `ledger.newer-schema`, `ledger.unavailable` or `ledger.disk-full`. O(1) in the
    /// number of deliveries (trap Q19).
    public static func open(
        path: String,
        newLedger: String,
        options: Options = Options()
    ) async throws(SluiceError) -> SQLiteLedger {
        let committer = Committer()
        let file = LedgerFile(path: path, newLedger: newLedger, options: options)
        let result = await withCheckedContinuation {
            (opener: CheckedContinuation<Result<String, SluiceError>, Never>) in
            let thread = Thread { file.serve(committer) { opener.resume(returning: $0) } }
            thread.name = "sluice-ledger"
            thread.stackSize = 1 << 20
            thread.start()
        }
        return SQLiteLedger(id: try result.get(), committer: committer)
    }

    /// Ends the thread after all that was asked before and closes the file.
    public func close() async { await committer.close() }

    /// How many groups and operations were committed since the file was opened.
    public var statistics: LedgerStatistics { committer.statistics }
}

/// What a ledger did since it was opened.
public struct LedgerStatistics: Hashable, Sendable {
    /// Transactions committed; each is one fsync of the log.
    public internal(set) var groups = 0
    /// Operations in them.
    public internal(set) var operations = 0
    /// Operations in the largest group.
    public internal(set) var largestGroup = 0
    /// Reads served between groups.
    public internal(set) var reads = 0
    /// Nothing done.
    public init() {}
}
