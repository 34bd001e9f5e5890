/// Writes the live records of a batch.
protocol RecordEncoder: Sendable {
    /// Appends one line per live record; rejects those that cannot be written.
    func encode(_ batch: RecordBatch, to output: ByteBuffer)
}
