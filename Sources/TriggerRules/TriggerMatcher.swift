public import EventModel

/// Turns an event into the triggers that take it, and tells why the others do not; pure.
public struct TriggerMatcher: Sendable {
    /// All triggers, in the order of the configuration.
    public let triggers: [Trigger]
    /// Positions in `triggers` by watched bucket.
    private let positions: [BucketName: [Int]]

    /// Takes the triggers of one configuration.
    public init(triggers: [Trigger]) {
        self.triggers = triggers
        positions = Dictionary(grouping: triggers.indices) { triggers[$0].bucket }
    }

    /// The triggers that take this event.
    public func matching(_ event: ObjectEvent) -> [Trigger] {
        (positions[event.bucket] ?? []).lazy.map { triggers[$0] }.filter { $0.refusal(of: event) == nil }
    }

    /// The verdict of every trigger, with the first condition that failed (`why`, `check --key`).
    public func verdicts(for event: ObjectEvent) -> [TriggerVerdict] {
        triggers.map { TriggerVerdict(trigger: $0.name, refusal: $0.refusal(of: event)) }
    }
}

extension Trigger {
    /// Why this trigger does not take an event, as the end of "not taken because …"; nil when it does.
    public func refusal(of event: ObjectEvent) -> String? {
        guard bucket == event.bucket else { return "it watches bucket '\(bucket)'" }
        guard events.contains(where: { event.type.matches(pattern: $0) }) else {
            return "event \(event.type) is not among \(events.map(\.name).joined(separator: ", "))"
        }
        if let refusal = keys.refusal(of: event.key) { return refusal }
        return condition?.refusal(of: event)
    }
}

/// What one trigger says to one event.
public struct TriggerVerdict: Sendable, Hashable {
    /// The trigger.
    public let trigger: TriggerName
    /// The first condition that failed, as the end of "not taken because …"; nil when the trigger takes the
    /// event.
    public let refusal: String?

    /// Describes a verdict.
    public init(trigger: TriggerName, refusal: String?) {
        self.trigger = trigger
        self.refusal = refusal
    }
}
