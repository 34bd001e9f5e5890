internal import EventModel
internal import Glibc
internal import Synchronization

/// Writes a staged output's file.
final class LocalStagedWriter: StagedWriter {
    private struct State {
        /// Nil once the output is finished or given up.
        var file: OpenFile?
        var digester = ContentDigester()
    }

    /// Where the output lies.
    let reference: StagedReference
    private let bucket: BucketName
    private let directory: OpenFile
    private let name: [UInt8]
    /// Whether the file system makes a new file's name durable with the file.
    private let namesFollowFiles: Bool
    private let state: Mutex<State>

    /// Writes to `file`, which has just been made as `name` of `directory`.
    init(
        reference: StagedReference, bucket: BucketName, directory: OpenFile, name: [UInt8], file: OpenFile,
        namesFollowFiles: Bool
    ) {
        self.reference = reference
        self.bucket = bucket
        self.directory = directory
        self.name = name
        self.namesFollowFiles = namesFollowFiles
        state = Mutex(State(file: file))
    }

    /// Writes all bytes.
    func write(_ bytes: RawSpan) throws(SluiceError) {
        let failure = state.withLock { state -> Errno? in
            guard let file = state.file else { return Errno(EBADF) }
            var written = 0
            while written < bytes.byteCount {
                let rest = bytes.extracting(written...)
                // The view is valid for the duration of the call.
                let count = unsafe rest.withUnsafeBytes { rest in
                    unsafe Glibc.write(file.number, rest.baseAddress, rest.count)
                }
                if count < 0, errno == EINTR { continue }
                if count < 0 { return Errno(errno) }
                written += count
            }
            state.digester.update(bytes)
            return nil
        }
        if let failure { throw error(failure) }
    }

    /// Makes the output durable and closes it.
    func finish() throws(SluiceError) -> ContentDigest {
        // Taken out under the lock, so that nothing is written after the checksum; a failed fsync is never
        // repeated, because the next one may succeed although the bytes are lost (trap D06).
        let (file, digest) = state.withLock { state in
            defer { state.file = nil }
            return (state.file, state.digester.digest)
        }
        guard let file else { throw error(Errno(EBADF)) }
        if let failure = file.synchronize(onlyData: true) { throw error(failure) }
        if !namesFollowFiles, let failure = directory.synchronize(onlyData: false) { throw error(failure) }
        return digest
    }

    /// Closes and removes the output.
    func abandon() {
        state.withLock { $0.file = nil }
        // What cannot be removed now is removed by the sweep after this boot.
        _ = directory.unlink(name)
    }

    private func error(_ failure: Errno) -> SluiceError {
        LocalFailure.error(failure, "write \(reference.text) of bucket “\(bucket)”", scope: .bucket)
    }
}
