public import EventModel
internal import Execution
internal import Glibc

extension S3ObjectStore: TransientStaging {
    /// Makes a place in the journal of uploads, where there is one, and aborts the uploads of ended programs;
    /// those that cannot be aborted now the next program finds.
    public func makeTransientStage(id: String) async throws(SluiceError) -> TransientStage {
        guard let path = session.settings.journal else { return .unwritten(id) }
        _ = try? await sweepAbandonedStages()
        return try await pool.run { () throws(SluiceError) in
            do throws(Errno) {
                return try TransientStage.make(id, in: try Self.openJournal(path).get()).get()
            } catch {
                throw LocalFailure.error(error, "write down an upload in \(path)", scope: .bucket)
            }
        }
    }

    /// Removes a place; the entry of an upload that could not be aborted stays, and with it the place.
    public func remove(_ stage: TransientStage) async {
        guard let path = session.settings.journal else { return }
        _ = try? await pool.run { () throws(SluiceError) in
            if case .success(let area) = Self.openJournal(path) { stage.remove(from: area, files: false) }
        }
    }

    /// Aborts the uploads that programs without a ledger left behind in this bucket; returns how many.
    func sweepAbandonedStages() async throws(SluiceError) -> Int {
        guard let path = session.settings.journal else { return 0 }
        typealias Found = (stage: TransientStage, entries: [UploadJournal.Entry])
        let found = try await pool.run { [journal] () throws(SluiceError) -> [Found] in
            guard case .success(let area) = Self.openJournal(path) else { return [] }
            // Other buckets have the same journal, and are swept at the same time.
            let stages = TransientStage.abandoned(in: area, where: journal.hasNoOther)
            var found: [Found] = []
            for stage in stages { found.append((stage, try journal.all(of: stage.ledger))) }
            return found
        }
        var count = 0
        // The lock of each is held until its uploads are aborted.
        for (stage, entries) in found {
            for entry in entries {
                if let upload = entry.upload {
                    if try await session.abort(entry.key, upload: upload) { count += 1 }
                } else {
                    count += try await abortStrays(of: entry)
                }
                try await forget(entry.mark)
            }
            await remove(stage)
        }
        return count
    }

    private static func openJournal(_ path: String) -> Result<OpenFile, Errno> {
        let number = unsafe Glibc.open(path, TransientStage.directoryFlags | O_CLOEXEC)
        return number < 0 ? .failure(Errno(errno)) : .success(OpenFile(owning: number))
    }
}
