public import EventModel

extension SluiceError.Code {
    /// The configuration file cannot be read.
    public static let configUnreadable = Self("config.unreadable", .usage)
    /// Something that this version does not have.
    public static let configUnsupported = Self("config.unsupported", .usage)
    /// Two directories lie within each other that must not.
    public static let configOverlappingPaths = Self("config.overlapping-paths", .usage)
    /// Something is configured that nothing uses.
    public static let configUnused = Self("config.unused", .usage)
    /// The API would listen where strangers reach it without encryption.
    public static let configExposed = Self("config.exposed", .usage)
}
