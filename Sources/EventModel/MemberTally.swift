/// What became of the members of one archive: each entry was written, rejected or skipped.
public struct MemberTally: Hashable, Sendable, Codable {
    /// A member that could not be read to its end; nothing of it was published.
    public struct Rejected: Hashable, Sendable, Codable {
        /// The member's name, as people read it.
        public let name: String
        /// The error's stable code.
        public let code: String
        /// What failed.
        public let reason: String

        /// Describes a member that was lost.
        public init(name: String, code: String, reason: String) {
            self.name = name
            self.code = code
            self.reason = reason
        }
    }

    /// So many rejected members are named; all are counted, and each has its line in the rejects.
    public static let mostNames = 20

    /// Entries of the archive.
    public var seen: UInt64 = 0
    /// Members whose results are whole.
    public var written: UInt64 = 0
    /// Members that could not be read.
    public var rejected: UInt64 = 0
    /// The first of them; at most `mostNames`.
    public var rejectedNames: [Rejected] = []
    /// Entries that were not opened, by reason: `not selected`, `directory`, `link`.
    public var skipped: [String: UInt64] = [:]

    /// No members.
    public init() {}

    /// Whether every entry is accounted for.
    public var isBalanced: Bool { seen == skipped.values.reduce(written &+ rejected, &+) }
}
