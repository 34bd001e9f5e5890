internal import EventModel
internal import ObjectStorage

/// Hands an object's bytes to the function and takes their digest as they pass.
final class DigestingSource: ByteSource {
    private let reader: any ObjectReader
    private var digester = ContentDigester()

    /// Reads from an object that is open.
    init(_ reader: any ObjectReader) { self.reader = reader }

    /// The digest of what was read so far.
    var digest: ContentDigest { digester.digest }

    /// Reads on, as `ByteSource` says.
    func read(into buffer: inout OutputRawSpan) throws(SluiceError) {
        let before = buffer.byteCount
        try reader.read(into: &buffer)
        guard buffer.byteCount > before else { return }
        digester.update(buffer.bytes.extracting(before..<buffer.byteCount))
    }

    /// Reads what the function left unread, so that the digest covers the whole object.
    func drain(checking control: AttemptControl) throws(SluiceError) {
        try control.check()
        try readToEnd { (_) throws(SluiceError) in try control.check() }
    }
}
