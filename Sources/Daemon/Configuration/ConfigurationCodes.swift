public import EventModel

extension SluiceError.Code {
    /// The configuration file cannot be read.
    public static let configUnreadable = Self("config.unreadable", .usage)
    /// A text is no cron expression.
    public static let configInvalidCron = Self("config.invalid-cron", .usage)
    /// A cron expression names no day that there is.
    public static let configNeverDue = Self("config.never-due", .usage)
    /// Something that this version does not have.
    public static let configUnsupported = Self("config.unsupported", .usage)
    /// Two directories lie within each other that must not.
    public static let configOverlappingPaths = Self("config.overlapping-paths", .usage)
    /// Something is configured that nothing uses.
    public static let configUnused = Self("config.unused", .usage)
    /// Something is configured that has no effect where it stands.
    public static let configIgnored = Self("config.ignored", .usage)
    /// What goes over the network, or a door to it, lies open to strangers.
    public static let configExposed = Self("config.exposed", .usage)
}
