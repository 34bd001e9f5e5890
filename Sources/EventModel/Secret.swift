/// A value that never prints: logs, errors and dumps show `***` (trap S11).
public struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    private let value: String

    /// Wraps a secret value.
    public init(_ value: String) { self.value = value }

    /// The value itself; call only where it leaves the program towards its rightful reader.
    public func reveal() -> String { value }

    /// Always `***`.
    public var description: String { "***" }
    /// Always `***`.
    public var debugDescription: String { "***" }
    /// Shows nothing of the value.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
