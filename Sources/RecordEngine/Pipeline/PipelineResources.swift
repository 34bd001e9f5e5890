public import Settings

/// What steps need beside the configuration while they are compiled; passed in, because the engine reads no
/// files.
public struct PipelineResources: Sendable {
    /// The tables of time zones.
    public let zones: ZoneFiles

    /// Takes the tables.
    public init(zones: ZoneFiles) { self.zones = zones }

    /// Those of this machine.
    public static let system = Self(zones: .system)
    /// None.
    public static let none = Self(zones: ZoneFiles(read: { _ in nil }, names: { [] }))
}
