/// A name from the configuration; the phantom `Kind` keeps a bucket's name from being used as a trigger's.
public struct Name<Kind>: Hashable, Sendable, Comparable, ExpressibleByStringLiteral, CustomStringConvertible
{
    /// The name as written.
    public let rawValue: String

    /// Wraps a name as written.
    public init(_ rawValue: String) { self.rawValue = rawValue }

    /// Wraps a literal.
    public init(stringLiteral value: String) { self.rawValue = value }

    /// The name as written.
    public var description: String { rawValue }

    /// Orders by the text of the names.
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// Tag of `BucketName`.
public enum BucketKind {}
/// Tag of `TriggerName`.
public enum TriggerKind {}
/// Tag of `FunctionName`.
public enum FunctionKind {}

/// The configured name of a bucket.
public typealias BucketName = Name<BucketKind>
/// The configured name of a trigger.
public typealias TriggerName = Name<TriggerKind>
/// The configured name of a function.
public typealias FunctionName = Name<FunctionKind>
