internal import CLinux
public import EventModel
internal import Execution
internal import Glibc

extension LocalObjectStore {
    /// Begins an output under `.sluice/<ledger>/<boot>`, on the bucket's own file system.
    public func stage(_ name: StageName, for key: ObjectKey) async throws(SluiceError) -> any StagedWriter {
        try await pool.run { [self] () throws(SluiceError) in
            if let refusal = refusal(of: key) ?? StagePath.refusal(name) { throw refusal }
            let reference = StagePath.reference(name)
            let fileName = Array("\(name.token)-\(name.number)".utf8)
            var failure = Errno(ENOENT)
            // Twice, because somebody may have removed the directory that is kept open.
            for _ in 0..<2 where failure.number == ENOENT {
                switch try staging.directory(ledger: name.ledger, boot: name.boot, creating: true) {
                case .failure(let reason): failure = reason
                case .success(let directory):
                    let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW
                    switch directory.open(fileName, flags, mode: 0o666) {
                    case .failure(let reason): failure = reason
                    case .success(let file):
                        return LocalStagedWriter(
                            reference: reference, bucket: bucket, directory: directory, name: fileName,
                            file: file, namesFollowFiles: directory.namesFollowFiles
                        )
                    }
                }
                staging.forget()
            }
            throw error(failure, "stage an output for", key, scope: .bucket)
        }
    }

    /// Renames each output to its key, then makes all changed directories durable.
    public func publish(_ requests: [PublishRequest]) async -> [Result<PublishedObject, SluiceError>] {
        let steps: [PublishStep]
        do throws(SluiceError) {
            steps = try await pool.run { [self] () throws(SluiceError) in
                requests.map { request in
                    var publication = LocalPublication(store: self, request: request)
                    let result = Result { () throws(SluiceError) in try publication.run() }
                    return PublishStep(
                        result: result, targets: publication.targets, created: publication.created
                    )
                }
            }
        } catch {
            return requests.map { _ in .failure(error) }
        }
        let failures = await synchronize(steps.flatMap(\.targets))
        for path in steps.flatMap(\.created) { creations.end(path) }
        return steps.map { step in
            guard let failed = step.targets.first(where: { failures[$0.identity] != nil }),
                let failure = failures[failed.identity], case .success = step.result
            else { return step.result }
            return .failure(
                LocalFailure.error(failure, "make an output of bucket “\(bucket)” durable", scope: .bucket)
            )
        }
    }

    /// Synchronises directories, each once and all at the same time; returns what failed.
    private func synchronize(_ targets: [SyncTarget]) async -> [FileStatus.Identity: Errno] {
        var distinct: [FileStatus.Identity: SyncTarget] = [:]
        for target in targets { distinct[target.identity] = target }
        if distinct.count == 1, let target = distinct.values.first {
            let failure = await syncer.synchronize(target.directory, target.identity)
            return failure.map { [target.identity: $0] } ?? [:]
        }
        return await withTaskGroup(of: (FileStatus.Identity, Errno?).self) { group in
            for target in distinct.values {
                group.addTask { [syncer] in
                    (target.identity, await syncer.synchronize(target.directory, target.identity))
                }
            }
            var failures: [FileStatus.Identity: Errno] = [:]
            for await (identity, failure) in group { failures[identity] = failure }
            return failures
        }
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

    /// Removes what dead boots of a ledger left staged, and their directories; also what commands staged
    /// more than a day ago (`StageName.init(commandWith:)`).
    public func sweep(
        ledger: String, currentBoot: String, keeping: Set<StagedReference>
    ) async throws(SluiceError) -> Int {
        try await pool.run { [self] () throws(SluiceError) in
            defer { staging.forget() }
            guard StagePath.isPlain(ledger) else { return 0 }
            return try sweepBoots(ledger, currentBoot, keeping) + sweepCommands()
        }
    }

    private func sweepBoots(
        _ ledger: String, _ currentBoot: String, _ keeping: Set<StagedReference>
    ) throws(SluiceError) -> Int {
        guard let boots = try stagingDirectory(ledger) else { return 0 }
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

    /// A command that runs writes on, so what rested for a day is nobody's. The directory stays: a command
    /// may be about to make a file there.
    private func sweepCommands() throws(SluiceError) -> Int {
        let path = "\(StageName.commands)/\(StageName.commands)"
        guard let directory = try stagingDirectory(path) else { return 0 }
        let oldest = clock.now.advanced(by: .seconds(-86_400))
        var count = 0
        for file in try entries(of: directory) {
            guard case .success(let status) = directory.status(of: file.name), status.isRegular,
                status.modifiedNanoseconds < oldest.nanoseconds
            else { continue }
            if let failure = directory.unlink(file.name), failure.number != ENOENT {
                throw sweepError(failure)
            }
            count += 1
        }
        return count
    }

    private func stagingDirectory(_ path: String) throws(SluiceError) -> OpenFile? {
        switch try root.open(Array("\(StagePath.reservedName)/\(path)".utf8), Self.directoryFlags) {
        case .success(let directory): return directory
        case .failure(Errno(ENOENT)): return nil
        case .failure(let failure): throw sweepError(failure)
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

/// What became of one request before directories were synchronised.
private struct PublishStep: Sendable {
    let result: Result<PublishedObject, SluiceError>
    let targets: [SyncTarget]
    let created: [[UInt8]]
}
