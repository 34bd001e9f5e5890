public import EventModel

/// What every answer that is not a success carries, and what commands print with `--json` when they fail.
public struct ErrorView: Codable, Sendable, Hashable {
    /// The stable code.
    public let code: String
    /// What failed.
    public let message: String
    /// What the reader can do now.
    @OrNull public var hint: String?

    /// Describes a failure.
    public init(code: String, message: String, hint: String? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
    }

    /// Shows an error, its causes folded into the message.
    public init(_ error: SluiceError) {
        var message = error.message
        if let cause = error.cause { message += " (\(cause))" }
        self.init(code: error.code.name, message: message, hint: error.hint)
    }
}
