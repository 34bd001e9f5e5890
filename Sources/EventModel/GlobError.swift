/// Why a glob cannot be used.
public struct GlobError: Error, Sendable, Hashable {
    /// What is wrong.
    public let message: String
    /// What to write instead, where we know it.
    public let hint: String?
    /// Where it is wrong, in bytes of the pattern.
    public let byteOffset: Int

    /// Describes a mistake.
    init(_ message: String, hint: String? = nil, at byteOffset: Int) {
        self.message = message
        self.hint = hint
        self.byteOffset = byteOffset
    }
}
