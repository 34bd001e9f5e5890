internal import EventModel

extension LedgerStore {
    /// How many rows one slice of a walk over present keys looks at: about 1 ms, also where the rows of other
    /// buckets lie between.
    static let presenceRows = 1_000

    /// Part of a page of present keys, and the key after which the next part begins; nil at the end.
    struct KeySlice {
        /// In byte order, each once.
        var keys: [ObjectKey] = []
        /// The last key that was looked at.
        var next: ObjectKey?
    }

    /// The next part of a page, behind `after`, at most `limit`; see `Ledger.presentKeys`.
    ///
    /// Walks the index of keys, so every slice begins where the last one ended in O(log n). Rows of other
    /// buckets and of triggers that are no longer configured are passed over within the index: `CASE` leaves
    /// their table rows unread (https://www.sqlite.org/opcode.html#DeferredSeek).
    func presentKeys(
        in bucket: BucketName,
        after: ObjectKey?,
        limit: Int
    ) throws(SluiceError) -> KeySlice {
        guard let number = memory.buckets[bucket] else { return KeySlice() }
        let rows = try sql(
            """
            SELECT key, CASE WHEN stream IN (SELECT s.id FROM stream s JOIN configured_trigger c
                ON c.name = s.trigger AND c.bucket = s.bucket WHERE s.bucket = ? AND c.is_configured)
                THEN seen IS NOT NULL END
            FROM target INDEXED BY target_key WHERE key >= ? ORDER BY key, stream
            """
        )
        // The first byte string behind a key is that key and a zero byte.
        rows.bind(number).bind(after.map { $0.bytes + [0] } ?? [])
        var slice = KeySlice()
        var last: ObjectKey?
        var visited = 0
        while try rows.next() {
            let key = ObjectKey(bytes: rows.bytes(0))
            if key != last {
                if visited >= Self.presenceRows || slice.keys.count == limit {
                    slice.next = last
                    rows.reset()
                    break
                }
                last = key
            }
            visited += 1
            if rows.integer(1) != 0, slice.keys.last != key { slice.keys.append(key) }
        }
        return slice
    }
}
