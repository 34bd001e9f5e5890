public import EventModel

/// How the stored bytes of an object become units of text.
public struct InputPlan: Sendable {
    /// The codecs around the object.
    public var layers: InputLayers
    /// How archives are taken apart; nil leaves them as bytes.
    public var archive: ArchivePlan?
    /// How much the object may ask for.
    public var limits: EngineLimits

    /// Describes an input; without an archive plan every object is one unit.
    public init(
        layers: InputLayers = .auto,
        archive: ArchivePlan? = nil,
        limits: EngineLimits = EngineLimits()
    ) {
        self.layers = layers
        self.archive = archive
        self.limits = limits
    }
}

/// What `unarchive` says.
public struct ArchivePlan: Sendable {
    /// What the object must be; `auto` also takes what is no archive, as one unit. Members are always opened
    /// by their first bytes.
    public var format: ArchiveFormat
    /// Patterns over the paths of members; a member is taken when one matches, and every one when there are
    /// none. An archive inside of an archive is only opened where it matches itself.
    public var members: [Glob]
    /// Whether all members together make one output; a bad member then fails the object.
    public var merge: Bool

    /// Describes how archives are taken apart.
    public init(format: ArchiveFormat = .auto, members: [Glob] = [], merge: Bool = false) {
        self.format = format
        self.members = members
        self.merge = merge
    }

    /// Whether a member of this path is wanted.
    func takes(_ path: [UInt8]) -> Bool {
        if members.isEmpty { return true }
        for pattern in members where pattern.matches(path) { return true }
        return false
    }
}
