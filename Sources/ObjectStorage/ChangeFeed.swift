public import EventModel

/// Tells at once what a scan would find later. Hints only: each may be late, repeated or missing, and the
/// scan is the truth (DESIGN 1).
public protocol ChangeFeed: Sendable {
    /// Begins to watch; when it returns, every later change is announced. Scan after this, not before. Calls
    /// that follow the first do nothing. What cannot be watched is told as `.degraded`, not thrown.
    func start() async
    /// The next hints, at least one and few enough to be looked at within a second, what concerns the whole
    /// bucket first; suspends until there are some. Empty once the feed was stopped, or when
    /// the waiting task is cancelled.
    func next() async -> [ChangeHint]
    /// Ends the watching; `next` returns what is left, then nothing.
    func stop()
}

/// One hint of a change feed.
public enum ChangeHint: Sendable, Hashable {
    /// Something happened to this key: made, written, replaced or removed; a `head` tells what.
    case changed(ObjectKey)
    /// Hints were lost: a full scan that starts after this hint finds everything (trap W01).
    case overflow
    /// Part of the bucket is not watched; only scans find what happens there (trap W11).
    case degraded(reason: String)
}
