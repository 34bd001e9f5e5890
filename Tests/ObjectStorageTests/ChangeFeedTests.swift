internal import CLinux
internal import EventModel
internal import Execution
internal import Glibc
internal import ObjectStorage
internal import TestSupport
internal import Testing

@Suite struct ChangeFeedTests {
    @Test("a written, a renamed and a removed file are announced; staged outputs never")
    func plainChanges() async throws {
        let bucket = WatchedBucket()
        bucket.files.makeDirectory("d")
        let feed = await bucket.startFeed()
        bucket.files.write("d/written", [1])
        #expect(try await feed.waits(for: ["d/written"]))
        bucket.rename("d/written", "renamed")
        #expect(try await feed.waits(for: ["renamed", "d/written"]))
        FileTree.remove(bucket.files.path("renamed"))
        #expect(try await feed.waits(for: ["renamed"]))
        _ = try await ObjectStoreContract.stage(bucket.store, "out", [1], token: 1)
        bucket.files.write("last", [1])
        #expect(try await feed.waits(for: ["last"]))
        #expect(feed.seen.isSubset(of: [.changed("d/written"), .changed("renamed"), .changed("last")]))
    }

    @Test("files in directories made a moment before are found at any depth (trap W02)")
    func newDirectories() async throws {
        let bucket = WatchedBucket()
        let feed = await bucket.startFeed()
        var keys: Set<ObjectKey> = []
        for number in 0..<300 {
            let path = "n\(number)/a/b/c/d/e/f/g/file"
            bucket.files.write(path, [1])
            keys.insert(ObjectKey(path))
        }
        #expect(try await feed.waits(for: keys))
    }

    @Test("a directory renamed into the bucket brings its files; one renamed out is forgotten (trap W03)")
    func renamedDirectories() async throws {
        let bucket = WatchedBucket()
        let outside = TemporaryDirectory()
        outside.write("tree/deep/one", [1])
        outside.write("tree/two", [1])
        let feed = await bucket.startFeed()
        FileTree.move(outside.path("tree"), bucket.files.path("tree"))
        #expect(try await feed.waits(for: ["tree/deep/one", "tree/two"]))
        FileTree.move(bucket.files.path("tree"), outside.path("back"))
        bucket.files.write("marker", [1])
        #expect(try await feed.waits(for: ["marker"]))
        feed.forget()
        outside.write("back/two", [2, 3])
        bucket.files.write("tree/two", [1])
        #expect(try await feed.waits(for: ["tree/two"]), "A directory of the same name is watched again.")
        bucket.rename("tree", "moved")
        #expect(try await feed.waits(for: ["moved/two"]), "A rename within the bucket makes new keys.")
        bucket.files.write("moved/two", [4])
        bucket.files.write("moved/three", [4])
        #expect(try await feed.waits(for: ["moved/three"]))
        #expect(!feed.seen.contains(.changed("back/two")))
    }

    @Test("a hard link and a named O_TMPFILE are announced though they raise no end of writing (trap W05)")
    func hardLinks() async throws {
        let bucket = WatchedBucket()
        let outside = TemporaryDirectory()
        outside.write("source", [1])
        let feed = await bucket.startFeed()
        FileTree.link(outside.path("source"), bucket.files.path("linked"))
        #expect(try await feed.waits(for: ["linked"]))
        // O_TMPFILE is a macro that Swift does not see (open(2)).
        let nameless = unsafe open(bucket.files.path, 0o20200000 | O_WRONLY, 0o644)
        try #require(nameless >= 0)
        let named = bucket.files.path("named")
        let result = unsafe linkat(AT_FDCWD, "/proc/self/fd/\(nameless)", AT_FDCWD, named, AT_SYMLINK_FOLLOW)
        #expect(result == 0)
        #expect(try await feed.waits(for: ["named"]), "Announced though its writer has it open.")
        close(nameless)
    }

    @Test("names that change places are both announced, directories with their files too (trap W06)")
    func exchange() async throws {
        let bucket = WatchedBucket()
        for path in ["a", "b", "x/one", "y/two"] { bucket.files.write(path, Array(path.utf8)) }
        let feed = await bucket.startFeed()
        bucket.exchange("a", "b")
        #expect(try await feed.waits(for: ["a", "b"]))
        bucket.exchange("x", "y")
        #expect(try await feed.waits(for: ["x/two", "y/one"]))
        feed.forget()
        bucket.files.write("x/later", [1])
        bucket.files.write("y/later", [1])
        #expect(try await feed.waits(for: ["x/later", "y/later"]), "Both are watched under their new names.")
        #expect(feed.seen.isSubset(of: [.changed("x/later"), .changed("y/later")]))
    }

    @Test("a full queue of hints becomes one overflow, again and again (trap W01)")
    func fullQueue() async throws {
        let bucket = WatchedBucket()
        let feed = await bucket.startFeed(queueLimit: 100)
        for (round, count) in [20_000, 2_000].enumerated() {
            for number in 0..<count { bucket.files.write("r\(round)/\(number)", []) }
            #expect(try await feed.waitsForOverflow())
            feed.forget()
        }
        bucket.files.write("after", [1])
        #expect(try await feed.waits(for: ["after"]))
    }

    @Test("hints are handed out in batches, so that an overflow never waits for very many (trap W01)")
    func batches() async throws {
        let bucket = WatchedBucket()
        let feed = await bucket.startFeed()
        var wanted: Set<ChangeHint> = []
        for number in 0..<3_000 {
            bucket.files.write("\(number)", [])
            wanted.insert(.changed(ObjectKey("\(number)")))
        }
        while !wanted.isEmpty {
            let hints = await feed.feed.next()
            try #require(!hints.isEmpty)
            #expect(hints.count <= 600)
            if let overflow = hints.firstIndex(of: .overflow) { #expect(overflow == 0) }
            wanted.subtract(hints)
        }
    }

    @Test("events that the kernel drops become an overflow, and new directories are watched (trap W01)")
    func fullKernelQueue() async throws {
        let bucket = WatchedBucket()
        let limit = try #require(Int(kernelSetting: "/proc/sys/fs/inotify/max_queued_events"))
        try #require(limit <= 100_000, "The kernel's queue is too long to be filled by a test.")
        let isFull = Monitor(false)
        let feed = ObservedFeed(
            bucket.store.makeChangeFeed(queueLimit: 1 << 20) { _ = isFull.wait { $0 ? true : nil } }
        )
        await feed.feed.start()
        // Two events each: made, and written.
        for number in 0..<(limit / 2 + 1_000) { bucket.files.write("f\(number)", []) }
        bucket.files.write("late/deeper/file", [])
        isFull.withLock { $0 = true }
        isFull.wakeAll()
        #expect(try await feed.waitsForOverflow())
        #expect(!feed.seen.contains(.changed("late/deeper/file")), "Its event must have been lost.")
        bucket.files.write("late/deeper/another", [])
        #expect(try await feed.waits(for: ["late/deeper/another"]))
    }

    @Test("a bucket that goes and comes again is told as degraded and watched again (trap W11)")
    func lostBucket() async throws {
        let parent = TemporaryDirectory()
        parent.makeDirectory("bucket")
        let bucket = WatchedBucket(path: parent.path("bucket"))
        let feed = await bucket.startFeed()
        FileTree.move(parent.path("bucket"), parent.path("away"))
        #expect(try await feed.waitsForDegraded())
        parent.makeDirectory("bucket")
        #expect(try await feed.waitsForOverflow())
        parent.write("bucket/new", [1])
        #expect(try await feed.waits(for: ["new"]))
    }

    @Test("the service's own directory inside a bucket is not watched")
    func excluded() async throws {
        let bucket = WatchedBucket(excluding: "state")
        let feed = await bucket.startFeed()
        bucket.files.write("state/ledger", [1])
        bucket.files.write("other/state/ledger", [1])
        #expect(try await feed.waits(for: ["other/state/ledger"]))
        #expect(!feed.seen.contains(.changed("state/ledger")))
    }

    @Test("next ends when the feed is stopped and when its task is cancelled")
    func ends() async throws {
        let bucket = WatchedBucket()
        let feed = await bucket.startFeed()
        let first = Task { [inner = feed.feed] in await inner.next() }
        first.cancel()
        #expect(await first.value == [])
        async let second = feed.feed.next()
        feed.feed.stop()
        #expect(await second == [])
        #expect(await feed.feed.next() == [])
    }
}
