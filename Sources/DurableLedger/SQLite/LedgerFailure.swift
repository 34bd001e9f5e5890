internal import EventModel
internal import GRDB
internal import GRDBSQLite

/// Turns SQLite's result codes into our errors (https://www.sqlite.org/rescode.html).
enum LedgerFailure {
    /// What to do when the file is damaged (trap D14): the buckets are the truth, so a scan makes it anew.
    static let damageHint =
        "Restore a backup, or move the file away: the next scan of the buckets fills a new one."

    /// An error thrown by GRDB.
    static func error(_ error: any Error) -> SluiceError {
        if let error = error as? SluiceError { return error }
        guard let database = error as? DatabaseError else {
            return SluiceError(.ledgerUnavailable, "The ledger cannot be used.", cause: error)
        }
        return self.error(code: database.extendedResultCode.rawValue, message: database.message ?? "")
    }

    /// A result code (extended or primary) and SQLite's words for it.
    static func error(code: CInt, message: String) -> SluiceError {
        switch code & 0xFF {
        case SQLITE_FULL:
            SluiceError(
                .ledgerFull,
                "The ledger could not record anything: the disk is full (\(message)).",
                hint: "Make room where the state directory lies; the service goes on by itself."
            )
        case SQLITE_BUSY, SQLITE_LOCKED:
            SluiceError(
                .ledgerLocked,
                "Another process has the ledger open (\(message)).",
                hint: "Stop the other service, or use another state directory."
            )
        case SQLITE_CORRUPT, SQLITE_NOTADB:
            SluiceError(
                .ledgerUnavailable,
                "The ledger's file is damaged (\(message)).",
                hint: damageHint
            )
        case SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_AUTH:
            SluiceError(
                .ledgerUnavailable,
                "The ledger's file cannot be opened for writing (\(message)).",
                hint: "The state directory must exist and belong to the user that the service runs as."
            )
        default:
            SluiceError(
                .ledgerUnavailable,
                "The ledger failed: \(message) (SQLite result \(code)).",
                hint: "Look for errors of the disk in the system's log, then start the service again."
            )
        }
    }
}
