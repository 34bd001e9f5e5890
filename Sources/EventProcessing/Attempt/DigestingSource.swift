internal import EventModel
internal import ObjectStorage

/// Hands an object's bytes to the function and takes their digest as they pass.
final class DigestingSource: ByteSource {
    private let reader: any ObjectReader
    private let failure: SourceFailure
    private var digester = ContentDigester()

    /// Reads from an object that is open; what it cannot read is noted in `failure`.
    init(_ reader: any ObjectReader, failure: SourceFailure) {
        self.reader = reader
        self.failure = failure
    }

    /// The digest of what was read so far.
    var digest: ContentDigest { digester.digest }

    /// Reads on, as `ByteSource` says.
    func read(into buffer: inout OutputRawSpan) throws(SluiceError) {
        let before = buffer.byteCount
        do throws(SluiceError) {
            try reader.read(into: &buffer)
        } catch {
            throw failure.note(error)
        }
        guard buffer.byteCount > before else { return }
        digester.update(buffer.bytes.extracting(before..<buffer.byteCount))
    }

    /// Confirms that what was read is one version, as `ObjectReader` says.
    func confirm() throws(SluiceError) {
        do throws(SluiceError) {
            try reader.confirm()
        } catch {
            throw failure.note(error)
        }
    }

    /// Reads what the function left unread, so that the digest covers the whole object.
    func drain(checking control: AttemptControl) throws(SluiceError) {
        try control.check()
        try readToEnd { (_) throws(SluiceError) in try control.check() }
    }
}
