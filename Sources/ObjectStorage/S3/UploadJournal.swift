internal import EventModel
internal import Glibc
internal import Synchronization

/// Remembers the uploads of a bucket that are under way: in memory with their parts, and in files that a
/// later boot finds (trap R08).
///
/// A file is made before its upload, so that one whose answer is lost can be looked for by its key. An entry
/// is removed once its output is published or given up: while it is there, no publication is known of.
final class UploadJournal: Sendable {
    /// One upload.
    struct Entry: Sendable, Hashable {
        /// The output that it is.
        let name: StageName
        /// The key that it was begun for.
        let key: ObjectKey
        /// When it was begun, by this machine's clock.
        let begun: Timestamp
        /// Its id; nil as long as the store has not answered.
        var upload: String?
        /// ETags of its parts in order, once all are there; nil after a restart.
        var tags: [String]?
        /// Whether nobody will publish it, and it could not be aborted.
        var isGivenUp = false

        /// As objects and references name it: `<ledger>/<boot>/<token>-<number>`.
        var mark: String { "\(name.ledger)/\(name.boot)/\(name.token)-\(name.number)" }
        /// Where it lies.
        var reference: StagedReference { StagedReference(text: "s3:\(mark):\(upload ?? "")") }
    }

    private let bucket: BucketName
    private let files: JournalFiles?
    private let entries = Mutex<[String: Entry]>([:])
    /// When the store last left open whether it ended an upload.
    private let leftOpen = Mutex<[String: Duration]>([:])
    /// So long a store may still be at the end of an upload that it did not answer.
    private static let patience = Duration.seconds(300)

    /// The journal of a bucket, with files below `directory` if there is one.
    init(bucket: BucketName, directory: String?) {
        self.bucket = bucket
        files = directory.map { JournalFiles(directory: $0, bucket: bucket) }
    }

    /// Takes a name; false when it is taken. Makes no file yet.
    func begin(_ name: StageName, _ key: ObjectKey, at now: Timestamp) -> Entry? {
        let entry = Entry(name: name, key: key, begun: now)
        return entries.withLock { entries in
            if entries[entry.mark] != nil { return nil }
            entries[entry.mark] = entry
            return entry
        }
    }

    /// Writes down that an upload is about to be made; blocks.
    func intend(_ entry: Entry) throws(SluiceError) { try files?.write(entry) }

    /// Writes down an upload's id; blocks.
    func record(_ entry: Entry) throws(SluiceError) {
        entries.withLock { $0[entry.mark] = entry }
        try files?.write(entry)
    }

    /// Remembers the parts of an upload that is complete but for its end, and makes what was written down
    /// durable: when the store loses the upload, the entry is the proof that it was not published. Blocks.
    func finish(_ entry: Entry) throws(SluiceError) {
        entries.withLock { $0[entry.mark] = entry }
        try files?.synchronize(entry)
    }

    /// Forgets an upload that is published or given up; blocks.
    func forget(_ mark: String) {
        entries.withLock { $0[mark] = nil }
        leftOpen.withLock { $0[mark] = nil }
        files?.remove(mark)
    }

    /// Leaves an upload that could not be aborted to the sweep.
    func giveUp(_ entry: Entry) {
        var entry = entry
        entry.isGivenUp = true
        let left = entry
        entries.withLock { $0[left.mark] = left }
    }

    /// Remembers that the store did not say whether it ended an upload.
    func leaveOpen(_ mark: String, at uptime: Duration) { leftOpen.withLock { $0[mark] = uptime } }

    /// Whether an upload that is not there any more may yet turn out to be an object.
    func isOpen(_ mark: String, at uptime: Duration) -> Bool {
        leftOpen.withLock { leftOpen in
            guard let since = leftOpen[mark] else { return false }
            if uptime - since < Self.patience { return true }
            leftOpen[mark] = nil
            return false
        }
    }

    /// What this process knows of an upload.
    func known(_ mark: String) -> Entry? { entries.withLock { $0[mark] } }

    /// What is known of an upload; blocks when it is another process's.
    func find(_ mark: String) throws(SluiceError) -> Entry? {
        if let entry = known(mark) { return entry }
        return try files?.read(mark)
    }

    /// Whether an upload is written down; blocks when it is another process's.
    func has(_ mark: String) throws(SluiceError) -> Bool {
        if known(mark) != nil { return true }
        return try files?.has(mark) ?? false
    }

    /// All uploads of a ledger that are under way; blocks.
    func all(of ledger: String) throws(SluiceError) -> [Entry] {
        var found = try files?.readAll(of: ledger) ?? [:]
        for (mark, entry) in entries.withLock({ $0 }) where entry.name.ledger == ledger {
            found[mark] = entry
        }
        return Array(found.values)
    }

    /// The uploads of a key that some process knows; blocks.
    func uploads(of key: ObjectKey) throws(SluiceError) -> Set<String> {
        let ours = entries.withLock { Array($0.values) }
        return Set((ours + (try files?.readAll() ?? [])).filter { $0.key == key }.compactMap(\.upload))
    }

    /// Whether this process waits for the id of an upload of a key, but for that of `mark`.
    func isMaking(_ key: ObjectKey, besides mark: String) -> Bool {
        entries.withLock { entries in
            entries.values.contains {
                $0.key == key && $0.upload == nil && !$0.isGivenUp && $0.mark != mark
            }
        }
    }

    /// Whether no other bucket has an upload of a ledger under way; blocks.
    func hasNoOther(_ ledger: String) -> Bool { files?.hasNoOther(ledger) ?? true }

    /// Removes the directories of boots in which nothing is under way; blocks.
    func removeEmpty(of ledger: String, except boot: String) throws(SluiceError) {
        try files?.removeEmpty(of: ledger, except: boot)
    }

    /// Takes a reference apart: what names the output, and the upload's id; nil when it is of another store.
    static func parse(_ reference: StagedReference) -> (mark: String, upload: String)? {
        let parts = reference.text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "s3", name(String(parts[1])) != nil else { return nil }
        return (String(parts[1]), String(parts[2]))
    }

    /// The name that a mark stands for.
    static func name(_ mark: String) -> StageName? {
        let parts = mark.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, StagePath.isPlain(parts[0]), StagePath.isPlain(parts[1]),
            let dash = parts[2].lastIndex(of: "-"), let token = Int64(parts[2][..<dash]),
            let number = Int(parts[2][parts[2].index(after: dash)...])
        else { return nil }
        return StageName(ledger: parts[0], boot: parts[1], token: token, number: number)
    }
}
