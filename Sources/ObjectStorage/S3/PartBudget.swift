internal import Execution

/// How much memory the parts of outputs may take, over all buckets of a process; beyond it they go to files.
public final class PartBudget: Sendable {
    private struct State {
        /// Always between 0 and the limit.
        var used = 0
        /// Parts that come from files and are being sent; at most `lanes`.
        var fromFiles = 0
    }

    /// So many parts that wait in files are in memory at a time, besides the limit, so that they get on
    /// however many outputs are open.
    static let lanes = 2

    private let limit: Int
    private let state = Monitor(State())

    /// A budget of so many bytes.
    public init(limitBytes: Int = 256 << 20) { limit = limitBytes }

    /// Takes bytes; false when they are not to be had now.
    func reserve(_ count: Int) -> Bool {
        state.withLock { state in
            guard count <= limit - state.used else { return false }
            state.used += count
            return true
        }
    }

    /// Gives bytes back.
    func release(_ count: Int) { state.withLock { $0.used -= count } }

    /// Waits until a part may come from its file; blocks. Whoever has a lane waits for nothing but the store.
    func enterLane() {
        state.wait { state -> Void? in
            guard state.fromFiles < Self.lanes else { return nil }
            state.fromFiles += 1
            return ()
        }
    }

    /// Lets the next part in.
    func leaveLane() {
        state.withLock { $0.fromFiles -= 1 }
        state.wakeOne()
    }

    /// Bytes taken now.
    var usedBytes: Int { state.withLock { $0.used } }
}
