public import EventModel

/// Turns an event into the triggers that take it, and tells why the others do not; pure.
public struct TriggerMatcher: Sendable {
    /// All triggers, in the order of the configuration.
    public let triggers: [Trigger]

    /// Takes the triggers of one configuration.
    public init(triggers: [Trigger]) { self.triggers = triggers }

    /// The triggers that take this event.
    public func matching(_ event: ObjectEvent) -> [Trigger] {
        triggers.filter { Self.refusal(of: $0, for: event) == nil }
    }

    /// The verdict of every trigger, with the first condition that failed (`why`, `check --key`).
    public func verdicts(for event: ObjectEvent) -> [TriggerVerdict] {
        triggers.map { TriggerVerdict(trigger: $0.name, refusal: Self.refusal(of: $0, for: event)) }
    }

    private static func refusal(of trigger: Trigger, for event: ObjectEvent) -> String? {
        guard trigger.bucket == event.bucket else { return "it watches bucket '\(trigger.bucket)'" }
        guard trigger.events.contains(where: { event.type.matches(pattern: $0) }) else {
            return "event \(event.type) is not among \(trigger.events.map(\.name).joined(separator: ", "))"
        }
        if let refusal = trigger.keys.refusal(of: event.key) { return refusal }
        return trigger.condition?.refusal(of: event)
    }
}

/// What one trigger says to one event.
public struct TriggerVerdict: Sendable, Hashable {
    /// The trigger.
    public let trigger: TriggerName
    /// The first condition that failed, as the end of "not taken because …"; nil when the trigger takes the event.
    public let refusal: String?

    /// Describes a verdict.
    public init(trigger: TriggerName, refusal: String?) {
        self.trigger = trigger
        self.refusal = refusal
    }
}
