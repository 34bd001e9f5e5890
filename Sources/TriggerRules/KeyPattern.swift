public import EventModel

/// Which keys a trigger takes: globs (`match:`), or prefixes and suffixes.
public struct KeyPattern: Sendable, Hashable {
    /// Any of these prefixes; empty takes all.
    public let prefixes: [ObjectKey]
    /// Any of these suffixes; empty takes all.
    public let suffixes: [ObjectKey]

    /// Takes keys that have one of the prefixes and one of the suffixes.
    public init(prefixes: [ObjectKey] = [], suffixes: [ObjectKey] = []) {
        self.prefixes = prefixes
        self.suffixes = suffixes
    }

    /// Why a key is not taken, or nil.
    public func refusal(of key: ObjectKey) -> String? {
        if !prefixes.isEmpty, !prefixes.contains(where: { key.bytes.starts(with: $0.bytes) }) {
            return "the key has none of the prefixes"
        }
        if !suffixes.isEmpty, !suffixes.contains(where: { key.bytes.suffix($0.bytes.count).elementsEqual($0.bytes) }) {
            return "the key has none of the suffixes"
        }
        return nil
    }
}

/// The `when:` of a trigger: an expression over the event.
public struct EventCondition: Sendable {
    private let evaluate: @Sendable (ObjectEvent) -> String?

    /// Wraps a check that returns why an event is not taken.
    public init(_ evaluate: @escaping @Sendable (ObjectEvent) -> String?) { self.evaluate = evaluate }

    /// Why an event is not taken, or nil.
    public func refusal(of event: ObjectEvent) -> String? { evaluate(event) }
}
