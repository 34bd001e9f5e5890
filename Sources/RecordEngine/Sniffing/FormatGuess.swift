/// How a text may be read, as `sluice suggest` shows it.
public struct FormatGuess: Sendable, Hashable {
    /// The charset: `utf-8`, `utf-16le`, `utf-16be`, `gbk`, `shift_jis`, `latin1`.
    public let charset: String
    /// The value of `frame`, in YAML; nil where every line is a record.
    public let frame: String?
    /// The value of `parse`, in YAML.
    public let parse: String
    /// From 0 to 1: the part of the records that can be read so.
    public let score: Double
    /// One sentence.
    public let reason: String
}
