public import EventModel

/// Why an output template cannot be used.
public struct TemplateError: Error, Sendable, Hashable {
    /// What is wrong.
    public let message: String
    /// What to write instead, where we know it.
    public let hint: String?
    /// Where it is wrong, in bytes of the text.
    public let byteOffset: Int

    /// Describes a mistake.
    init(_ message: String, hint: String? = nil, at byteOffset: Int) {
        self.message = message
        self.hint = hint
        self.byteOffset = byteOffset
    }
}

extension SluiceError.Code {
    /// A template gave a key that cannot be written.
    public static let outputInvalidKey = Self("output.invalid-key", .object)
    /// An output that would trigger what made it, for ever.
    public static let configTriggerLoop = Self("config.trigger-loop", .usage)
    /// Several objects that would be written to one key.
    public static let configOutputCollision = Self("config.output-collision", .usage)
    /// A glob, template or duration that is not written as it must be.
    public static let configInvalidPattern = Self("config.invalid-pattern", .usage)
}
