/// Turns the live records of a batch into fields; one per thread.
protocol RecordParser {
    /// Fills fields; drops blank records and rejects malformed ones.
    ///
    /// What differs from unit to unit (a header, a sample, the object's time) is in `batch.unit`, what was
    /// carried on from earlier blocks in `batch.carry`.
    func parse(_ batch: RecordBatch)
}
