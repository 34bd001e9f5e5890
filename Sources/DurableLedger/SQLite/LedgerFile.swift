internal import EventModel
internal import Foundation
internal import GRDB
internal import Glibc

/// Opens the file as it must be opened, and serves it until its ledger is closed.
struct LedgerFile: Sendable {
    /// Where the file lies.
    let path: String
    /// The id of a ledger that is made.
    let newLedger: String
    /// Its limits.
    let options: SQLiteLedger.Options

    /// Runs on the committer thread: tells whether the file could be opened, then serves until the end.
    func serve(_ committer: Committer, opened: @Sendable (Result<String, SluiceError>) -> Void) {
        var isOpen = false
        do {
            try createPrivately()
            try refuseNetworkFileSystem()
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.writeWithoutTransaction { database in
                try Self.prove(database)
                try LedgerSchema.migrate(database, newLedger: newLedger, upTo: options.schema)
                try Self.serve(database, committer) {
                    isOpen = true
                    opened(.success($0))
                }
            }
            try queue.close()
            committer.end(SluiceError(.ledgerUnavailable, "The ledger is closed."))
        } catch {
            let error = LedgerFailure.error(error)
            if !isOpen { opened(.failure(error)) }
            committer.end(error)
        }
    }

    /// The store and its statements end with this call, before the connection is closed.
    private static func serve(
        _ database: Database,
        _ committer: Committer,
        opened: (String) -> Void
    ) throws(SluiceError) {
        let store = try LedgerStore(database)
        opened(store.id)
        committer.run(store)
    }

    private var configuration: Configuration {
        var configuration = Configuration()
        configuration.label = "sluice-ledger"
        configuration.foreignKeysEnabled = false
        configuration.busyMode = .immediateError
        let maximumBytes = options.maximumBytes
        configuration.prepareDatabase { database in
            // Exclusive before the log is first touched: then its index is in memory and no other process
            // gets in (https://www.sqlite.org/wal.html, "Use of WAL Without Shared-Memory").
            for pragma in [
                "PRAGMA locking_mode = EXCLUSIVE", "PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL",
                "PRAGMA wal_autocheckpoint = 4000", "PRAGMA journal_size_limit = 67108864",
                "PRAGMA cache_size = -16384",
                "PRAGMA temp_store = MEMORY",
            ] { try LedgerSchema.run(database, pragma) }
            if let maximumBytes {
                let pageSize = try LedgerSchema.integer(database, "PRAGMA page_size")
                try LedgerSchema.run(database, "PRAGMA max_page_count = \(max(1, maximumBytes / pageSize))")
            }
        }
        return configuration
    }

    /// Reads back what promise 1 rests on (trap D01).
    private static func prove(_ database: Database) throws(SluiceError) {
        for (pragma, wanted) in [
            ("journal_mode", "wal"), ("synchronous", "2"), ("locking_mode", "exclusive"),
        ] {
            let found =
                try SQLStatement(database, "PRAGMA \(pragma)").first { row in row.text(0) ?? "" } ?? ""
            guard found == wanted else {
                throw SluiceError(
                    .ledgerUnavailable,
                    "SQLite answers \(pragma) = \(found) where the ledger needs \(wanted).",
                    hint: "The state directory must lie on a local file system."
                )
            }
        }
    }

    /// Makes the file with mode 0600 before SQLite does with another (trap S37); its log gets the same mode.
    private func createPrivately() throws(SluiceError) {
        let descriptor = unsafe Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw SluiceError(
                .ledgerUnavailable,
                "The ledger's file \(path) cannot be opened: \(Self.words(errno)).",
                hint: "The state directory must exist and belong to the user that the service runs as."
            )
        }
        Glibc.close(descriptor)
    }

    private func refuseNetworkFileSystem() throws(SluiceError) {
        guard !options.allowsNetworkFileSystem,
            let type = MountTable.current()?.fileSystem(holding: path), MountTable.isNetwork(type)
        else { return }
        throw SluiceError(
            .ledgerUnavailable,
            "The ledger's file \(path) would lie on \(type), where SQLite's log is not safe.",
            hint: "Put the state directory on a local disk."
        )
    }

    private static func words(_ code: CInt) -> String { unsafe String(cString: strerror(code)) }
}
