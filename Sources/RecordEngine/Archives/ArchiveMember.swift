internal import EventModel

/// One regular file of an archive, before its bytes are read.
struct ArchiveMember {
    /// The name's bytes as the archive has them, or as UTF-8 where its charset is known; only a label.
    var name: [UInt8]
    /// How many bytes it has, where the archive says so.
    var byteCount: UInt64?
    /// When the file was changed, where the archive says so.
    var modified: Timestamp?
    /// Why it cannot be read, though the members behind it can (trap Z04).
    var refusal: SluiceError?
}

/// Entries of archives that are no regular files, by kind; none is ever followed or made (trap T01).
public struct SkippedEntries: Sendable, Hashable {
    /// Directories.
    public var directories: UInt64 = 0
    /// Symbolic and hard links.
    public var links: UInt64 = 0
    /// Devices, FIFOs and sockets.
    public var specials: UInt64 = 0

    /// None.
    public init() {}

    /// All kinds together.
    public var total: UInt64 { directories &+ links &+ specials }

    /// Adds the counts of another archive.
    static func += (left: inout Self, right: Self) {
        left.directories &+= right.directories
        left.links &+= right.links
        left.specials &+= right.specials
    }
}
