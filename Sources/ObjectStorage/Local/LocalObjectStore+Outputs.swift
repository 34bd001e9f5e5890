internal import CLinux
public import EventModel
internal import Execution
internal import Glibc

extension LocalObjectStore {
    /// Begins an output under `.sluice/<ledger>/<boot>`, on the bucket's own file system.
    public func stage(
        _ name: StageName, for key: ObjectKey, as attributes: ObjectAttributes
    ) async throws(SluiceError) -> any StagedWriter {
        try await pool.run { [self] () throws(SluiceError) in try stageHere(name, for: key) }
    }

    /// Renames each output to its key, then makes all changed directories durable; together with what others
    /// publish at the same time.
    public func publish(_ requests: [PublishRequest]) async -> [Result<PublishedObject, SluiceError>] {
        if requests.isEmpty { return [] }
        return await publications.publish(requests, in: self)
    }

    /// Removes a staged output; no error when it is gone already.
    public func discard(_ staged: StagedReference) async throws(SluiceError) {
        try await pool.run { [self] () throws(SluiceError) in
            guard let parts = StagePath.components(staged) else { return }
            let action = "remove \(staged.text) of bucket “\(bucket)”"
            switch try staging.directory(ledger: parts.ledger, boot: parts.boot, creating: false) {
            case .success(let directory):
                let failure = directory.unlink(Array(parts.file.utf8))
                guard let failure, failure.number != ENOENT else { return }
                throw LocalFailure.error(failure, action, scope: .bucket)
            case .failure(Errno(ENOENT)): return
            case .failure(let failure):
                throw LocalFailure.error(failure, action, scope: .bucket)
            }
        }
    }

    /// Removes what dead boots of a ledger left staged, and their directories.
    public func sweep(
        ledger: String, currentBoot: String, keeping: Set<StagedReference>
    ) async throws(SluiceError) -> Int {
        try await pool.run { [self] () throws(SluiceError) in
            defer { staging.forget() }
            try removeAbandonedStages()
            guard StagePath.isPlain(ledger) else { return 0 }
            let path = Array("\(StagePath.reservedName)/\(ledger)".utf8)
            let boots: OpenFile
            switch try root.open(path, Self.directoryFlags) {
            case .success(let directory): boots = directory
            case .failure(Errno(ENOENT)): return 0
            case .failure(let failure): throw sweepError(failure)
            }
            var count = 0
            for entry in try entries(of: boots) {
                let boot = String(decoding: entry.name, as: UTF8.self)
                guard StagePath.isPlain(boot), boot != currentBoot else { continue }
                let opened = boots.open(entry.name, Self.directoryFlags)
                guard case .success(let directory) = opened else { continue }
                let prefix = "\(StagePath.reservedName)/\(ledger)/\(boot)/"
                for file in try entries(of: directory) {
                    let reference = StagedReference(text: prefix + String(decoding: file.name, as: UTF8.self))
                    if keeping.contains(reference) { continue }
                    if let failure = directory.unlink(file.name) { throw sweepError(failure) }
                    count += 1
                }
                // Stays, with ENOTEMPTY, while something in it is kept.
                _ = unsafe entry.name.withCPath { name in unsafe sluice_unlink_at(boots.number, name, 1) }
            }
            return count
        }
    }

    private static var directoryFlags: Int32 { O_RDONLY | O_DIRECTORY | O_NOFOLLOW }

    private func entries(of directory: OpenFile) throws(SluiceError) -> [DirectoryBatch.Entry] {
        var batch = DirectoryBatch()
        var entries: [DirectoryBatch.Entry] = []
        while true {
            switch batch.read(directory) {
            case .success(nil): return entries
            case .success(let more?): entries += more
            case .failure(let failure): throw sweepError(failure)
            }
        }
    }

    private func sweepError(_ failure: Errno) -> SluiceError {
        LocalFailure.error(failure, "sweep staged outputs of bucket “\(bucket)”", scope: .bucket)
    }
}
