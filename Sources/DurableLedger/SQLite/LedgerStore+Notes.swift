internal import EventModel

extension LedgerStore {
    /// See `Ledger.remember`.
    func remember(_ name: String, _ text: String, at now: Timestamp) throws(SluiceError) {
        try sql("INSERT OR REPLACE INTO note (name, text, at) VALUES (?,?,?)").bind(name).bind(text).bind(now)
            .run()
    }

    /// See `Ledger.recall`.
    func recall(_ name: String) throws(SluiceError) -> LedgerNote? {
        try sql("SELECT text, at FROM note WHERE name = ?").bind(name).first { row in
            LedgerNote(text: row.text(0) ?? "", at: row.moment(1) ?? Timestamp(nanoseconds: 0))
        }
    }
}
