/// What a step, parser or encoder is called, does and guarantees: help and fingerprints are made from it.
public struct ComponentSpec: Sendable, Hashable {
    /// The word in the configuration.
    public let name: String
    /// One sentence.
    public let summary: String
    /// Raised whenever the same configuration makes other bytes of the same input; part of the fingerprint.
    public let semantics: Int
    /// YAML.
    public let example: String
    /// The fields it makes, where they are always the same.
    public var fields: [String] = []
}
