internal import CLinux
public import EventModel
internal import Execution
internal import Glibc

extension LocalObjectStore: DirectObjectStore {
    /// What lies under a key now.
    public func headHere(_ key: ObjectKey) throws(SluiceError) -> ObjectInfo? { try find(key).info }

    /// Whether a key has an object, or could have one.
    public func vacancyHere(_ key: ObjectKey) throws(SluiceError) -> KeyVacancy { try find(key).vacancy }

    private func find(
        _ key: ObjectKey
    ) throws(SluiceError) -> (vacancy: KeyVacancy, info: ObjectInfo?) {
        if let refusal = refusal(of: key) { throw refusal }
        let (parent, name) = try root.openParent(of: key.bytes)
        let directory: OpenFile
        switch parent {
        case .success(let found): directory = found
        case .failure(Errno(ENOENT)): return (.free, nil)
        case .failure(Errno(ENOTDIR)): return (.blocked, nil)
        case .failure(let failure): throw error(failure, "look at", key)
        }
        switch directory.status(of: name) {
        case .success(let status):
            if status.isDirectory { return (.blocked, nil) }
            guard status.isRegular else { throw notRegular(key, status) }
            guard Self.isReadable(name, status, in: directory) else {
                throw error(Errno(EACCES), "read", key)
            }
            return (.taken, status.info(of: key))
        case .failure(Errno(ENOENT)), .failure(Errno(ENOTDIR)): return (.free, nil)
        case .failure(let failure): throw error(failure, "look at", key)
        }
    }

    /// Walks down to what is in the way; only asked where something is.
    func obstacleHere(_ key: ObjectKey) throws(SluiceError) -> ObjectKey? {
        guard try find(key).vacancy == .blocked else { return nil }
        let bytes = key.bytes
        for slash in bytes.indices where bytes[slash] == UInt8(ascii: "/") {
            let above = Array(bytes[..<slash])
            // Taken away meanwhile, or not for us to enter: then the publication says so.
            guard case .success(let file) = try root.open(above, OpenFile.pathOnly | O_NOFOLLOW),
                case .success(let status) = file.status()
            else { return nil }
            if !status.isDirectory { return ObjectKey(bytes: above) }
        }
        return key
    }

    /// Opens the bytes of the file that lies under a key now.
    public func openHere(
        _ key: ObjectKey, ifMatch version: ObjectVersion?
    ) throws(SluiceError) -> any ObjectReader {
        let (file, status) = try openRegular(key)
        if let version, version != status.version {
            throw SluiceError(.storageVersionChanged, "“\(key)” of bucket “\(bucket)” was overwritten.")
        }
        return LocalReader(key: key, file: file, opened: status, root: root)
    }

    /// Begins an output under `.sluice/<ledger>/<boot>`, on the bucket's own file system.
    public func stageHere(_ name: StageName, for key: ObjectKey) throws(SluiceError) -> any StagedWriter {
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

    /// Looks at many keys on one thread of the store's pool.
    public func looks(
        at keys: [ObjectKey]
    ) async throws(SluiceError) -> [Result<ObjectLook, SluiceError>] {
        try await pool.run { [self] in
            keys.map { key in Result { () throws(SluiceError) in try lookHere(key) } }
        }
    }

    /// Asks for a read lease, which the system grants only while nobody has the file open for writing
    /// (fcntl(2)).
    func writerStateHere(of key: ObjectKey) -> WriterState {
        do throws(SluiceError) {
            return Self.writerState(of: try openRegular(key).file)
        } catch {
            return error.code == .storageNotFound ? .none : .unknown
        }
    }

    /// One open file answers both questions; what it cannot answer is asked in the long way.
    private func lookHere(_ key: ObjectKey) throws(SluiceError) -> ObjectLook {
        if let refusal = refusal(of: key) { throw refusal }
        if case .success(let file) = try root.open(key.bytes, Self.readFlags) {
            // The lease first: what is then said of the file is what its last writer left.
            let writer = Self.writerState(of: file)
            if case .success(let status) = file.status(), status.isRegular {
                return ObjectLook(info: status.info(of: key), writer: writer)
            }
        }
        guard let info = try headHere(key) else { return ObjectLook(info: nil, writer: .none) }
        return ObjectLook(info: info, writer: writerStateHere(of: key))
    }

    private static func writerState(of file: OpenFile) -> WriterState {
        switch sluice_try_read_lease(file.number) {
        case 0: .none
        case -EAGAIN: .writing
        default: .unknown
        }
    }
}
