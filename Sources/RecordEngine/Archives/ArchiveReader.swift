internal import EventModel

/// Takes one archive apart, member by member. Used by one thread.
///
/// After an error `isBroken` says how far it reaches: when it is false only the current member is bad, and
/// `next` goes on with the one behind it.
protocol ArchiveReader: AnyObject {
    /// The next regular file; nil behind the last, when the archive was read to its end and is whole.
    ///
    /// What was not read of the current member is skipped. Throws `archive.*`, and what its source throws.
    func next() throws(SluiceError) -> ArchiveMember?
    /// Writes at least one byte of the current member to `memory`, or none at its end, which is reported only
    /// when size and checksum matched. Throws as `next` does.
    func read(into memory: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int
    /// Whether the archive itself is bad, so that nothing more can be read from it.
    var isBroken: Bool { get }
    /// Entries so far that are no regular files.
    var skipped: SkippedEntries { get }
    /// What the operator should know though reading succeeded.
    var warnings: [String] { get }
}

/// The bytes of an archive's current member, for decoders that are laid around them.
final class MemberDecoder: StreamDecoder {
    private let reader: any ArchiveReader
    /// The archive's reader has them.
    let warnings: [String] = []

    /// Reads whatever member is the current one of `reader`.
    init(_ reader: any ArchiveReader) { self.reader = reader }

    /// Writes as much as the archive has at hand; 0 at the member's end.
    func decode(into memory: UnsafeMutableRawBufferPointer) throws(SluiceError) -> Int {
        unsafe try reader.read(into: memory)
    }
}
