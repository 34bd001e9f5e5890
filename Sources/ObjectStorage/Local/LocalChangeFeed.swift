internal import CLinux
internal import EventModel
internal import Execution
internal import Glibc
internal import Synchronization

/// Announces what happens in a local bucket, by inotify on a thread of its own.
final class LocalChangeFeed: ChangeFeed {
    private let root: BucketRoot
    private let hints: HintQueue
    private let queueLimit: Int
    /// An eventfd that ends the thread once it was written to; nil when the system had none.
    private let stopSignal: OpenFile?
    private let hasStarted = Atomic<Bool>(false)

    private let beforeReading: @Sendable () -> Void

    /// A feed that watches nothing yet.
    init(root: BucketRoot, queueLimit: Int, beforeReading: @escaping @Sendable () -> Void = {}) {
        self.beforeReading = beforeReading
        self.root = root
        self.queueLimit = queueLimit
        hints = HintQueue(limit: queueLimit)
        let number = sluice_eventfd()
        stopSignal = number >= 0 ? OpenFile(owning: number) : nil
    }

    deinit { stop() }

    /// Starts the thread and returns when all directories are watched.
    func start() async {
        if hasStarted.exchange(true, ordering: .relaxed) { return }
        guard let stopSignal else {
            hints.put([.degraded(reason: "the limit of open files is reached, so only scans find changes")])
            return
        }
        await withCheckedContinuation { (ready: CheckedContinuation<Void, Never>) in
            do throws(SluiceError) {
                let stack = NativeThread.smallStackBytes
                try NativeThread.start(name: "watch \(root.bucket)", stackBytes: stack) {
                    [root, hints, queueLimit, beforeReading] in
                    var watcher = DirectoryWatcher(
                        root: root, hints: hints, stopSignal: stopSignal, creationLimit: queueLimit,
                        beforeReading: beforeReading
                    )
                    watcher.establish()
                    ready.resume()
                    watcher.run()
                }
            } catch {
                hints.put([.degraded(reason: "there is no thread to watch on: \(error.message)")])
                ready.resume()
            }
        }
    }

    /// What the thread has seen.
    func next() async -> [ChangeHint] { await hints.next() }

    /// Ends the thread.
    func stop() {
        if let stopSignal {
            var one: UInt64 = 1
            // eventfd(2): adds the number to the counter, which makes it readable; it fails only when it
            // already is.
            _ = unsafe write(stopSignal.number, &one, 8)
        }
        hints.close()
    }
}
