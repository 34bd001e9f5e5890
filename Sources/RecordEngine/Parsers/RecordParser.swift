/// Turns the live records of a batch into fields.
protocol RecordParser {
    /// Fills fields; drops blank records and rejects malformed ones.
    func parse(_ batch: RecordBatch)
}
