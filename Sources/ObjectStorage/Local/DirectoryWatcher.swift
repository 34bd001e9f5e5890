internal import EventModel
internal import Execution
internal import Glibc

/// What the watching thread does: keeps a watch on each directory of a bucket and turns events into hints.
///
/// A directory is watched first and read afterwards, so what appears in between is seen at least once (traps
/// W02, W03).
struct DirectoryWatcher {
    /// How long a made file may wait for the end of its writing before it is announced all the same: a hard
    /// link or an `O_TMPFILE` that got its name is never announced otherwise (trap W05).
    private static let creationDelay = Duration.milliseconds(50)
    /// How often the bucket's directory is compared with the watched one; a mount over it raises no event.
    private static let rootInterval = Duration.seconds(10)
    /// How often a bucket that is missing is looked for.
    private static let retryInterval = Duration.seconds(1)

    private let root: BucketRoot
    private let hints: HintQueue
    private let stopSignal: OpenFile
    /// Nil while the bucket cannot be watched.
    private var inotify: Inotify?
    private var rootIdentity: FileStatus.Identity?
    private var tree = WatchTree()
    private var excluded: Set<FileStatus.Identity> = []
    private var creations: PendingCreations
    private var isLimitReported = false
    /// Why the bucket cannot be watched, as it was said last.
    private var lostReason: String?
    /// Hints of the events in hand, put into the queue together.
    private var batch: [ChangeHint] = []

    /// Called before events are read; lets a test fill the kernel's queue.
    private let beforeReading: @Sendable () -> Void

    /// A watcher that watches nothing yet; `stopSignal` is an eventfd(2).
    init(
        root: BucketRoot, hints: HintQueue, stopSignal: OpenFile, creationLimit: Int,
        beforeReading: @escaping @Sendable () -> Void
    ) {
        self.beforeReading = beforeReading
        self.root = root
        self.hints = hints
        self.stopSignal = stopSignal
        creations = PendingCreations(limit: creationLimit, delay: Self.creationDelay)
    }

    /// Watches the bucket's directory and all below it, from the beginning.
    mutating func establish() {
        defer { flush() }
        (inotify, tree, isLimitReported) = (nil, WatchTree(), false)
        let directory: OpenFile
        do throws(SluiceError) {
            directory = try root.directory()
        } catch {
            return lose(error.message)
        }
        guard case .success(let status) = directory.status() else { return }
        let instance: Inotify
        switch Inotify.open() {
        case .success(let opened): instance = opened
        case .failure(let failure):
            return lose(Self.reason("no inotify instance is left", failure, "fs.inotify.max_user_instances"))
        }
        let watch: Int32
        switch instance.watch(directory) {
        case .success(let first): watch = first
        case .failure(let failure):
            return lose(Self.reason("the bucket is not watched", failure, "fs.inotify.max_user_watches"))
        }
        (inotify, rootIdentity, lostReason) = (instance, status.identity, nil)
        excluded = root.excludedIdentities()
        if directory.isShared {
            batch.append(.degraded(reason: "changes that other machines make here are not announced"))
        }
        tree.setRoot(watch)
        walk(from: watch, announcing: false)
    }

    /// Handles events until the feed is stopped.
    mutating func run() {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let interval = inotify == nil ? Self.retryInterval : Self.rootInterval
            let milliseconds = Int32(max(1, min(interval, creations.wait ?? interval) / .milliseconds(1)))
            let (hasEvents, isStopped) = Inotify.wait(inotify, orFor: stopSignal, milliseconds: milliseconds)
            if isStopped { return }
            if hasEvents, let inotify {
                beforeReading()
                for event in inotify.read(into: &buffer) { handle(event) }
            } else if isRootReplaced {
                establish()
                // Whatever happened meanwhile was not seen.
                if inotify != nil { batch.append(.overflow) }
            }
            batch += creations.takeDue().map(ChangeHint.changed)
            flush()
        }
    }

    private var isRootReplaced: Bool {
        guard inotify != nil, tree.root != nil else { return true }
        guard creations.wait == nil else { return false }
        let status = try? root.directory().status().get()
        return status?.identity != rootIdentity
    }

    private mutating func flush() {
        hints.put(batch)
        batch = []
    }

    private mutating func handle(_ event: Inotify.Event) {
        if event.change.contains(.overflow) { return recover() }
        if event.change.contains(.watchEnded) { return unwatch(tree.remove(event.watch)) }
        guard let prefix = tree.prefix(of: event.watch) else { return }
        if event.name.isEmpty {
            let isLost = event.change.contains(.selfGone) || event.change.contains(.selfMoved)
            if isLost, event.watch == tree.root { lose("the bucket's directory was removed or renamed") }
            return
        }
        if event.name.elementsEqual(StagePath.reservedName.utf8) { return }
        if event.change.contains(.directory) {
            if !event.change.isDisjoint(with: [.movedOut, .deleted]) {
                unwatch(tree.remove(name: event.name, below: event.watch))
            }
            // Looked for also after it went: another may have its name already (trap W06).
            return enter(event.name, below: event.watch, announcing: true)
        }
        let key = ObjectKey(bytes: prefix + event.name)
        if event.change.contains(.created), creations.add(key) { return }
        creations.remove(key)
        batch.append(.changed(key))
    }

    /// Events were lost, those of new directories among them: walks the whole tree again, then asks for a
    /// scan.
    private mutating func recover() {
        if let watch = tree.root { walk(from: watch, announcing: false) }
        batch.append(.overflow)
        flush()
    }

    /// The bucket cannot be watched now; said once per reason, and tried again.
    private mutating func lose(_ reason: String) {
        (inotify, tree) = (nil, WatchTree())
        if lostReason != reason { batch.append(.degraded(reason: reason)) }
        lostReason = reason
    }

    private static func reason(_ what: String, _ failure: Errno, _ setting: String) -> String {
        let reason = NativeThread.errorText(failure.number)
        return "\(what): \(reason); raise \(setting) (sysctl); scans find the changes"
    }

    private func unwatch(_ watches: [Int32]) {
        for watch in watches { inotify?.unwatch(watch) }
    }
}

extension DirectoryWatcher {
    /// Watches one sub-directory, if it is one, and everything below it.
    private mutating func enter(_ name: [UInt8], below parent: Int32, announcing: Bool) {
        if let watch = watch(name, below: parent) { walk(from: watch, announcing: announcing) }
    }

    /// Adds the watch of one sub-directory; nil when it is gone, excluded or cannot be watched.
    private mutating func watch(_ name: [UInt8], below parent: Int32) -> Int32? {
        guard let inotify, let prefix = tree.prefix(of: parent), let directory = open(prefix + name) else {
            return nil
        }
        if case .success(let status) = directory.status(), excluded.contains(status.identity) { return nil }
        // An excluded directory may have been made after the watch began.
        if root.isExcluded(ObjectKey(bytes: prefix + name)) { return nil }
        switch inotify.watch(directory) {
        case .success(let watch):
            guard let ended = tree.insert(watch, name: name, below: parent) else {
                let key = ObjectKey(bytes: prefix + name)
                batch.append(.degraded(reason: "“\(key)” shows a directory within itself and is not watched"))
                return nil
            }
            unwatch(ended)
            return tree.prefix(of: watch) == nil ? nil : watch
        case .failure(let failure):
            if !isLimitReported {
                isLimitReported = true
                let what = "only \(tree.count) directories are watched"
                batch.append(
                    .degraded(reason: Self.reason(what, failure, "fs.inotify.max_user_watches"))
                )
            }
            return nil
        }
    }

    /// Reads a watched directory and those below it, and watches what is not watched yet.
    private mutating func walk(from start: Int32, announcing: Bool) {
        var waiting = [start]
        while let watch = waiting.popLast() {
            guard let prefix = tree.prefix(of: watch) else { continue }
            let directory = prefix.isEmpty ? open([UInt8(ascii: ".")]) : open(Array(prefix.dropLast()))
            guard let directory else { continue }
            let names = read(directory, prefix, announcing: announcing)
            // Those that are not there any more went while nobody saw it.
            let gone = Set(tree.childNames(of: watch)).subtracting(names)
            for name in gone { unwatch(tree.remove(name: name, below: watch)) }
            for name in names {
                if let child = self.watch(name, below: watch) { waiting.append(child) }
            }
            if batch.count >= 4096 { flush() }
        }
    }

    /// Reads a directory: announces its files, returns the names of its sub-directories.
    private mutating func read(_ directory: OpenFile, _ prefix: [UInt8], announcing: Bool) -> [[UInt8]] {
        var entries = DirectoryBatch()
        var names: [[UInt8]] = []
        // An unreadable directory is reported by the listing, which meets it too.
        while case .success(let found?) = entries.read(directory) {
            for entry in found where !entry.name.elementsEqual(StagePath.reservedName.utf8) {
                var isDirectory = entry.type == UInt8(DT_DIR)
                if entry.type == UInt8(DT_UNKNOWN) {
                    isDirectory = (try? directory.status(of: entry.name).get().isDirectory) ?? false
                }
                if isDirectory {
                    names.append(entry.name)
                } else if announcing {
                    batch.append(.changed(ObjectKey(bytes: prefix + entry.name)))
                }
            }
            if batch.count >= 4096 { flush() }
        }
        return names
    }

    private mutating func open(_ path: [UInt8]) -> OpenFile? {
        switch try? root.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW) {
        case .success(let directory): return directory
        case .failure(let failure):
            if [EACCES, EMFILE, ENFILE].contains(failure.number) {
                let reason = NativeThread.errorText(failure.number)
                batch.append(.degraded(reason: "“\(ObjectKey(bytes: path))” cannot be watched: \(reason)"))
            }
            return nil
        case nil: return nil
        }
    }
}
