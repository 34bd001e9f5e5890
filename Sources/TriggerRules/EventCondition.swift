public import EventModel
public import ExpressionLanguage

/// The `when:` of a trigger: an expression over the event.
public struct EventCondition: Sendable {
    private let evaluate: @Sendable (ObjectEvent) -> String?

    /// Wraps a check that returns why an event is not taken.
    public init(_ evaluate: @escaping @Sendable (ObjectEvent) -> String?) { self.evaluate = evaluate }

    /// Compiles an expression over `object.*` and `event.*`.
    public static func compile(_ source: String) -> Result<EventCondition, ExpressionError> {
        ExpressionCompiler.compileCondition(source, environment: .event).map { expression in
            let shown = source.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            return EventCondition { event in
                var slots = EventSlots(event)
                return switch slots.verdict(of: expression) {
                case .yes: nil
                case .no: "the condition '\(shown)' is false"
                case .fault(let fault): "the condition '\(shown)' cannot be evaluated: \(fault)"
                }
            }
        }
    }

    /// Compiles an expression that stands for itself; throws what is wrong with it.
    public static func parse(_ source: String) throws(SluiceError) -> EventCondition {
        switch compile(source) {
        case .success(let condition): return condition
        case .failure(let error): throw error.sluiceError
        }
    }

    /// Why an event is not taken, or nil.
    public func refusal(of event: ObjectEvent) -> String? { evaluate(event) }
}
