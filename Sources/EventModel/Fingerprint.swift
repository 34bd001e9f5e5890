/// Which logic made an output: SHA-256, in lower-case hexadecimal, of a function's canonical configuration,
/// code files and the `semantics` number of each of its steps.
public struct Fingerprint: Hashable, Sendable, CustomStringConvertible {
    /// 64 hexadecimal digits.
    public let hex: String

    /// Wraps a digest in hexadecimal.
    public init(hex: String) { self.hex = hex }

    /// The digest.
    public var description: String { hex }
}
