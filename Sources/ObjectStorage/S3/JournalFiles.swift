internal import CLinux
internal import EventModel
internal import Glibc

/// The files of an upload journal: `<directory>/<ledger>/<boot>/<bucket>.<token>-<number>`.
///
/// They survive a killed process, and from `synchronize` on a power failure. What a missing one named is left
/// to the store's own clearing of unfinished uploads.
struct JournalFiles: Sendable {
    /// Where the ledgers' directories lie.
    let directory: String
    /// Several buckets share the directory.
    let bucket: BucketName

    /// Writes one entry, whole.
    func write(_ entry: UploadJournal.Entry) throws(SluiceError) {
        let path = path(entry.mark)
        let text =
            "\(MD5Tag.hexadecimal(entry.key.bytes))\n\(entry.begun.nanoseconds)\n\(entry.upload ?? "")\n"
        // Not cut off first: what is written later is longer, and a kill in between leaves the former whole.
        let flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW
        var number = unsafe Glibc.open(path, flags, 0o600)
        if number < 0, errno == ENOENT {
            makeDirectories(entry.name)
            number = unsafe Glibc.open(path, flags, 0o600)
        }
        guard number >= 0 else { throw error(Errno(errno), "write down an upload in", path) }
        let file = OpenFile(owning: number)
        let bytes = Array(text.utf8)
        // So few bytes are written at once or not at all (write(2)).
        let count = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(file.number, $0.baseAddress, $0.count) }
        guard count == bytes.count else {
            throw error(Errno(count < 0 ? errno : ENOSPC), "write down an upload in", path)
        }
    }

    /// Makes an entry's file durable, with its name. That it is removed later need not be: an entry too many
    /// means that an output is made again, one too few that it may be lost.
    func synchronize(_ entry: UploadJournal.Entry) throws(SluiceError) {
        let path = path(entry.mark)
        let file = try open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        var failure = file.synchronize(onlyData: false)
        if !file.namesFollowFiles {
            for place in directories(entry.name).reversed() where failure == nil {
                failure = try open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC).synchronize(onlyData: false)
            }
        }
        // EINVAL: a file system whose directories cannot be synchronised (fsync(2)).
        if let failure, failure != Errno(EINVAL) { throw error(failure, "write down an upload in", path) }
    }

    private func open(_ path: String, _ flags: Int32) throws(SluiceError) -> OpenFile {
        let number = unsafe Glibc.open(path, flags)
        guard number >= 0 else { throw error(Errno(errno), "write down an upload in", path) }
        return OpenFile(owning: number)
    }

    /// Removes an entry's file, if there is one.
    func remove(_ mark: String) { unsafe Glibc.unlink(path(mark)) }

    /// Whether there is an entry, whatever became of its content: what cannot be read was not published.
    func has(_ mark: String) throws(SluiceError) -> Bool {
        var status = stat()
        let path = path(mark)
        if unsafe lstat(path, &status) == 0 { return true }
        guard errno == ENOENT else { throw error(Errno(errno), "look for an upload in", path) }
        return false
    }

    /// Reads an entry; nil when there is none, or a crash kept it from being written.
    func read(_ mark: String) throws(SluiceError) -> UploadJournal.Entry? {
        guard let name = UploadJournal.name(mark) else { return nil }
        let path = path(mark)
        let number = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard number >= 0 else {
            if errno == ENOENT { return nil }
            throw error(Errno(errno), "read what is known of an upload from", path)
        }
        let file = OpenFile(owning: number)
        var bytes = [UInt8](repeating: 0, count: 8192)
        let count = unsafe bytes.withUnsafeMutableBytes {
            unsafe Glibc.read(file.number, $0.baseAddress, $0.count)
        }
        guard count >= 0 else { throw error(Errno(errno), "read what is known of an upload from", path) }
        let lines = String(decoding: bytes[..<count], as: UTF8.self).split(
            separator: "\n",
            omittingEmptySubsequences: false
        )
        guard lines.count >= 3, let key = Self.bytes(lines[0]), let begun = Int64(lines[1]) else {
            return nil
        }
        return UploadJournal.Entry(
            name: name,
            key: ObjectKey(bytes: key),
            begun: Timestamp(nanoseconds: begun),
            upload: lines[2].isEmpty ? nil : String(lines[2])
        )
    }

    /// All entries of a ledger, by mark.
    func readAll(of ledger: String) throws(SluiceError) -> [String: UploadJournal.Entry] {
        var found: [String: UploadJournal.Entry] = [:]
        for boot in try names(in: "\(directory)/\(ledger)") {
            for file in try names(in: "\(directory)/\(ledger)/\(boot)") where file.hasPrefix("\(bucket).") {
                let mark = "\(ledger)/\(boot)/\(file.dropFirst("\(bucket).".count))"
                if let entry = try read(mark) { found[mark] = entry }
            }
        }
        return found
    }

    /// All entries of the bucket, whoever wrote them.
    func readAll() throws(SluiceError) -> [UploadJournal.Entry] {
        var found: [UploadJournal.Entry] = []
        for ledger in try names(in: directory) where StagePath.isPlain(ledger) {
            found += try readAll(of: ledger).values
        }
        return found
    }

    /// Whether all entries of a ledger are of this bucket; false as well when they cannot be read.
    func hasNoOther(_ ledger: String) -> Bool {
        guard let boots = try? names(in: "\(directory)/\(ledger)") else { return false }
        return boots.allSatisfy { boot in
            let entries = try? names(in: "\(directory)/\(ledger)/\(boot)")
            return entries?.allSatisfy { $0.hasPrefix("\(bucket).") } ?? false
        }
    }

    /// Removes empty directories of other boots.
    func removeEmpty(of ledger: String, except boot: String) throws(SluiceError) {
        for name in try names(in: "\(directory)/\(ledger)") where name != boot {
            // rmdir(2) takes only an empty one, which is what is wanted.
            unsafe Glibc.rmdir("\(directory)/\(ledger)/\(name)")
        }
    }

    private func path(_ mark: String) -> String {
        guard let slash = mark.lastIndex(of: "/") else { return "\(directory)/\(mark)" }
        return "\(directory)/\(mark[..<slash])/\(bucket).\(mark[mark.index(after: slash)...])"
    }

    private func makeDirectories(_ name: StageName) {
        // One that is there already is as good; what else fails, the opening of the file reports.
        for path in directories(name) { unsafe Glibc.mkdir(path, 0o700) }
    }

    private func directories(_ name: StageName) -> [String] {
        [directory, "\(directory)/\(name.ledger)", "\(directory)/\(name.ledger)/\(name.boot)"]
    }

    private func names(in path: String) throws(SluiceError) -> [String] {
        let number = unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
        guard number >= 0 else {
            if errno == ENOENT { return [] }
            throw error(Errno(errno), "list the uploads in", path)
        }
        let file = OpenFile(owning: number)
        var batch = DirectoryBatch()
        var names: [String] = []
        while true {
            switch batch.read(file) {
            case .success(nil): return names
            case .success(let entries?):
                names += entries.compactMap { String(validating: $0.name, as: UTF8.self) }
            case .failure(let failure): throw error(failure, "list the uploads in", path)
            }
        }
    }

    private static func bytes(_ digits: Substring) -> [UInt8]? {
        let digits = Array(digits.utf8)
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = S3Text.hexValue(digits[index]), let low = S3Text.hexValue(digits[index + 1])
            else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private func error(_ failure: Errno, _ action: String, _ path: String) -> SluiceError {
        LocalFailure.error(failure, "\(action) \(path)", scope: .bucket)
    }
}
