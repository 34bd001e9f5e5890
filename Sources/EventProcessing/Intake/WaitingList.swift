package import EventModel

/// Keys to look at again later: files that are being written, keys whose store did not answer (traps W07,
/// N07); pure.
package struct WaitingList: Sendable {
    /// One key that waits.
    package struct Entry: Sendable, Hashable {
        /// The version at the last look, where it must stay unchanged until `due`.
        package let version: ObjectVersion?
        /// The uptime of the next look.
        package let due: Duration
        /// How the key became known; live wins over scan.
        package let provenance: Provenance
        /// Describes a key that waits.
        package init(version: ObjectVersion?, due: Duration, provenance: Provenance) {
            self.version = version
            self.due = due
            self.provenance = provenance
        }
    }

    /// At most so many keys wait; when full, a rescan takes over.
    package let limit: Int
    private var entries: [BucketName: [ObjectKey: Entry]] = [:]
    /// How many keys wait.
    package private(set) var count = 0

    /// Makes an empty list.
    package init(limit: Int = 10_000) { self.limit = limit }

    /// What is known of a waiting key.
    package subscript(bucket: BucketName, key: ObjectKey) -> Entry? { entries[bucket]?[key] }

    /// Adds or renews a key. Returns false when the list is full and the key is not in it.
    package mutating func put(_ entry: Entry, for key: ObjectKey, in bucket: BucketName) -> Bool {
        if let old = entries[bucket]?[key] {
            let provenance = old.provenance == .live ? old.provenance : entry.provenance
            entries[bucket]?[key] = Entry(version: entry.version, due: entry.due, provenance: provenance)
            return true
        }
        guard count < limit else { return false }
        entries[bucket, default: [:]][key] = entry
        count += 1
        return true
    }

    /// A key needs no further look.
    package mutating func remove(_ key: ObjectKey, in bucket: BucketName) {
        if entries[bucket]?.removeValue(forKey: key) != nil { count -= 1 }
    }

    /// The look for which `entry` waited is over, and nobody put the key again meanwhile.
    package mutating func remove(_ key: ObjectKey, in bucket: BucketName, ifStill entry: Entry) {
        if self[bucket, key] == entry { remove(key, in: bucket) }
    }

    /// The keys of a bucket that are due, at most `limit`; they stay in the list.
    package func due(
        in bucket: BucketName,
        at uptime: Duration,
        limit: Int
    ) -> [(key: ObjectKey, entry: Entry)] {
        var found: [(key: ObjectKey, entry: Entry)] = []
        for (key, entry) in entries[bucket] ?? [:] where entry.due <= uptime {
            found.append((key, entry))
            if found.count == limit { break }
        }
        return found
    }

    /// When the next key of a bucket is due that only has to rest until then.
    package func nextSettled(in bucket: BucketName) -> Duration? {
        entries[bucket]?.values.filter { $0.version != nil }.map(\.due).min()
    }

    /// When the next key of a bucket is due.
    package func nextDue(in bucket: BucketName) -> Duration? { entries[bucket]?.values.map(\.due).min() }
}
