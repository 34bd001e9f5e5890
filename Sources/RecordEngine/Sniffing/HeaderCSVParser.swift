internal import CSimdjson

/// Separated values whose delimiter and columns are found in the sample of each unit.
///
/// What `parse: csv` does with a configured delimiter and framing. The header line, and lines that repeat it,
/// are dropped; line feeds within quotes end records here.
@safe final class HeaderCSVParser: RecordParser {
    private var unit: UnitContext?
    private var header: [UInt8] = []
    private var inner: CSVParser?

    /// Fills the fields of every live record; drops headers and empty lines, rejects malformed ones.
    func parse(_ batch: RecordBatch) {
        if unit !== batch.unit { begin(batch) }
        guard let inner else {
            unsafe batch.parseLines(fieldBound: 0) { _, _, _ in .rejected(.csvNoHeader) }
            return
        }
        for index in 0..<batch.count where unsafe batch.records[index].isLive {
            let record = unsafe batch.records[index]
            guard Int(record.length) == header.count else { continue }
            let start = unsafe batch.text + Int(record.offset)
            if unsafe UnsafeBufferPointer(start: start, count: header.count).elementsEqual(header) {
                unsafe batch.records[index].drop()
            }
        }
        inner.parse(batch)
    }

    private func begin(_ batch: RecordBatch) {
        unit = batch.unit
        inner = nil
        guard let shape = SampleText(batch.unit).separated else { return }
        let dialect = CSVDialect(delimiter: shape.delimiter, quote: UInt8(ascii: "\""), isTyped: false)
        guard let names = CSVColumns.names(of: shape.header, dialect) else { return }
        header = shape.header
        inner = CSVParser(dialect, .reject, CSVColumns(names: names, batch.symbols))
    }
}
