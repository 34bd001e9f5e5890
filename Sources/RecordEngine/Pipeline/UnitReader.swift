package import EventModel

/// Opens the units of an object, one after another: the object itself, or each member of an archive.
///
/// What the driver needs of an `ObjectReader`, so that tests can bring units of their own. Used by one
/// thread. Reading gives the text of the unit that was opened last; what was not read of it is skipped when
/// the next one is opened.
package protocol UnitReader: TextSource {
    /// Opens the next unit; nil behind the last, when the object was read to its end and is whole.
    func nextUnit() throws(SluiceError) -> UnitInfo?
    /// Whether the next unit may be opened after the error that was thrown last.
    var canContinue: Bool { get }
    /// The member that the error thrown last is about; nil when it is about the object.
    var failedLabel: String? { get }
    /// What was read so far.
    var totals: ObjectTotals { get }
}

extension ObjectReader: UnitReader {}

/// The text of a reader's units, which notes that it was the reader that failed: what is cut of the text may
/// fail as well, and what asks whether to go on.
final class UnitText: TextSource {
    private let reader: any UnitReader
    /// Whether reading failed.
    private(set) var hasFailed = false

    /// Reads whatever unit is open.
    init(_ reader: any UnitReader) { self.reader = reader }

    /// Appends text of the unit.
    func read(into buffer: ByteBuffer, upTo byteCount: Int) throws(SluiceError) -> Int {
        do throws(SluiceError) { return try reader.read(into: buffer, upTo: byteCount) } catch {
            hasFailed = true
            throw error
        }
    }
}
