/// Writes the live records of a batch.
protocol RecordEncoder: Sendable {
    /// What surrounds the records of an output, and how they are counted.
    var frame: OutputFrame { get }
    /// Appends the live records among `range`; rejects those that cannot be written.
    func encode(_ batch: RecordBatch, _ range: Range<Int>, to output: ByteBuffer)
}

extension RecordEncoder {
    /// One line a record.
    var frame: OutputFrame { OutputFrame() }
}
