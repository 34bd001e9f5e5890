public import EventModel

/// What is known of a unit, an object or one member of an archive, while its records are worked on.
///
/// Made by the driver when the unit's first block is cut; the same for every block of the unit, whatever
/// thread works on it, so that parsers decide alike in all of them.
public final class UnitContext: Sendable {
    /// Text of the unit's beginning that `sample` holds, at most.
    public static let sampleBytes = 64 << 10

    /// The member's label; nil where the object is no archive.
    public let member: String?
    /// Header lines that the framing took off, without their last line ending; empty where it takes none.
    public let header: [UInt8]
    /// The first bytes of the unit's first block.
    public let sample: [UInt8]
    /// When the object was last modified; nil where nobody knows.
    public let objectTime: Timestamp?

    /// Describes a unit.
    public init(
        member: String? = nil,
        header: [UInt8] = [],
        sample: [UInt8] = [],
        objectTime: Timestamp? = nil
    ) {
        self.member = member
        self.header = header
        self.sample = sample
        self.objectTime = objectTime
    }

    /// An object of which nothing is known.
    public static let unknown = UnitContext()
}
