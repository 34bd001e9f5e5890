internal import CLinux
internal import EventModel
internal import Execution
internal import Glibc
internal import ObjectStorage
internal import Synchronization
internal import TestSupport

/// A local bucket in a temporary directory.
struct WatchedBucket {
    let files: TemporaryDirectory
    let store: LocalObjectStore
    let path: String

    init(path: String? = nil, excluding: String? = nil) {
        files = TemporaryDirectory()
        let root = path ?? files.path
        if let excluding { files.makeDirectory(excluding) }
        let pool = BlockingPool(name: "storage", limit: 4, stackBytes: NativeThread.smallStackBytes)
        store = LocalObjectStore(
            bucket: "watched", path: root, excluding: excluding.map { ["\(root)/\($0)"] } ?? [], pool: pool
        )
        self.path = root
    }

    func startFeed(queueLimit: Int = 65_536) async -> ObservedFeed {
        guard let feed = store.makeChangeFeed(queueLimit: queueLimit) else {
            preconditionFailure("A local bucket has a change feed.")
        }
        await feed.start()
        return ObservedFeed(feed)
    }

    func rename(_ from: String, _ to: String) { FileTree.move(files.path(from), files.path(to)) }

    func exchange(_ one: String, _ other: String) {
        let (one, other) = (files.path(one), files.path(other))
        precondition(unsafe sluice_rename_at(AT_FDCWD, one, AT_FDCWD, other, 0, 1) == 0, "No exchange.")
    }
}

extension Int {
    /// Reads a number that the kernel shows as a file.
    init?(kernelSetting path: String) {
        guard let file = unsafe fopen(path, "r") else { return nil }
        defer { unsafe fclose(file) }
        var line = [CChar](repeating: 0, count: 64)
        guard unsafe fgets(&line, 64, file) != nil else { return nil }
        self.init(String(decoding: line.prefix { $0 > 0x20 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
}

/// Collects what a feed says until something was seen.
final class ObservedFeed: Sendable {
    let feed: any ChangeFeed
    private let hints = Mutex<Set<ChangeHint>>([])

    init(_ feed: any ChangeFeed) { self.feed = feed }

    deinit { feed.stop() }

    /// All hints since the start or the last `forget`.
    var seen: Set<ChangeHint> { hints.withLock { $0 } }

    func forget() { hints.withLock { $0 = [] } }

    /// Whether all keys were announced within two minutes.
    func waits(for keys: Set<ObjectKey>) async throws -> Bool {
        let wanted = Set(keys.map(ChangeHint.changed))
        return try await waits { wanted.isSubset(of: $0) }
    }

    func waitsForOverflow() async throws -> Bool { try await waits { $0.contains(.overflow) } }

    func waitsForDegraded() async throws -> Bool {
        try await waits { $0.contains { if case .degraded = $0 { true } else { false } } }
    }

    private func waits(until isEnough: @escaping @Sendable (Set<ChangeHint>) -> Bool) async throws -> Bool {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask { [self] in
                while !isEnough(seen) {
                    let more = await feed.next()
                    if more.isEmpty { return false }
                    hints.withLock { $0.formUnion(more) }
                }
                return true
            }
            // The kernel gives no sign that nothing follows, so a deadline decides.
            group.addTask {
                try await Task.sleep(for: .seconds(120))
                return false
            }
            defer { group.cancelAll() }
            return try await group.next() ?? false
        }
    }
}
