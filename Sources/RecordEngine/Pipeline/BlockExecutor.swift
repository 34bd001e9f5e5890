/// Runs closures on threads made for computing.
///
/// The service's compute pool is one; tests bring their own.
public protocol BlockExecutor: Sendable {
    /// How many closures run at the same time.
    var parallelism: Int { get }
    /// Runs `work` once, soon, on any thread; does not wait for it unless it runs on the caller's own.
    func execute(_ work: @escaping @Sendable () -> Void)
}

/// Runs each closure at once, on the thread that brings it.
public struct InlineExecutor: BlockExecutor {
    /// Always 1.
    public let parallelism = 1

    /// An executor without threads.
    public init() {}

    /// Runs `work` before it returns.
    public func execute(_ work: @escaping @Sendable () -> Void) { work() }
}
