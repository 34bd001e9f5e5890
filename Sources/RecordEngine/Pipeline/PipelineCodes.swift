public import EventModel

extension SluiceError.Code {
    /// A step that does not exist.
    public static let configUnknownStep = Self("config.unknown-step", .usage)
    /// Steps in an order that makes no sense: `encode` before `parse`.
    public static let configStepOrder = Self("config.step-order", .usage)
    /// A field that no earlier step makes.
    public static let configUnknownField = Self("config.unknown-field", .usage)
    /// The records of one object go to more outputs than the limits allow.
    public static let engineTooManyOutputs = Self("engine.too-many-outputs", .object)
    /// The records of one object, or the partial results of many, make more groups than the step allows.
    public static let engineTooManyGroups = Self("engine.too-many-groups", .object)
    /// Bytes that are no partial result, or a damaged one.
    public static let engineDamagedPartial = Self("engine.damaged-partial", .object)
    /// A partial result of another function, or of another version of this one.
    public static let engineForeignPartial = Self("engine.foreign-partial", .object)
    /// A time zone that this machine has no table of.
    public static let configUnknownZone = Self("config.unknown-zone", .usage)
    /// A pattern that backtracks without end, or for too long, on some texts.
    public static let configPatternExplodes = Self("config.pattern-explodes", .usage)
}
