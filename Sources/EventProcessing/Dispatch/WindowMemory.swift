/// Memory for codec windows above the ordinary, which attempts share: those that do not fit wait; a value.
///
/// Ordinary windows are part of what every attempt may need (DESIGN 7) and are not counted.
package struct WindowMemory: Sendable, Hashable {
    /// What all attempts together may need.
    package let limitBytes: Int
    /// What those that run may need.
    package private(set) var usedBytes = 0

    /// All of it is free.
    package init(limitBytes: Int = .max) { self.limitBytes = limitBytes }

    /// Whether an attempt may begin: it fits, or needs nothing, or no other has any.
    package func fits(_ windowBytes: Int) -> Bool {
        windowBytes == 0 || usedBytes == 0 || windowBytes <= limitBytes - usedBytes
    }

    /// An attempt takes its part.
    package mutating func take(_ windowBytes: Int) { usedBytes += windowBytes }
}
