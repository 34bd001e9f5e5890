public import EventModel

extension SluiceError.Code {
    /// A name that the configuration does not know.
    public static let configUnknownKey = Self("config.unknown-key", .usage)
    /// A name that is missing.
    public static let configMissingKey = Self("config.missing-key", .usage)
    /// A value of the wrong type or out of range.
    public static let configInvalidValue = Self("config.invalid-value", .usage)
    /// The same name twice in one mapping.
    public static let configDuplicateKey = Self("config.duplicate-key", .usage)
    /// Not YAML, or YAML that is refused: aliases, tags, depth, size.
    public static let configSyntax = Self("config.syntax", .usage)
    /// A reference to a bucket, function or trigger that does not exist.
    public static let configUnknownReference = Self("config.unknown-reference", .usage)
    /// `{ env: NAME }` or `{ file: PATH }` stands for nothing that could be read.
    public static let configMissingValue = Self("config.missing-value", .usage)
    /// A secret is written in the file itself.
    public static let configInlineSecret = Self("config.inline-secret", .usage)
}
