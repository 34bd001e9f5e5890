internal import CLinux
public import EventModel
internal import Execution
internal import Glibc

extension LocalObjectStore: TransientStaging {
    /// Makes a place to stage in without a ledger, and removes those that ended programs left behind.
    public func makeTransientStage(id: String) async throws(SluiceError) -> TransientStage {
        try await pool.run { [self] () throws(SluiceError) in
            let area = try transientArea()
            removeAbandoned(in: area)
            switch TransientStage.make(id, in: area) {
            case .success(let stage): return stage
            case .failure(let failure): throw transientError(failure)
            }
        }
    }

    /// Removes a place and what was staged there and not published; what cannot be removed now is removed by
    /// the next program, or the service's next sweep, that finds it abandoned.
    public func remove(_ stage: TransientStage) async {
        _ = try? await pool.run { [self] () throws(SluiceError) in
            stage.remove(from: try transientArea(), files: true)
            staging.forget()
        }
    }

    /// Removes the places whose programs have ended.
    func removeAbandonedStages() throws(SluiceError) {
        let area = try root.open(Array(StagePath.reservedName.utf8), TransientStage.directoryFlags)
        if case .success(let area) = area { removeAbandoned(in: area) }
    }

    private func removeAbandoned(in area: OpenFile) {
        for stage in TransientStage.abandoned(in: area) { stage.remove(from: area, files: true) }
    }

    private func transientArea() throws(SluiceError) -> OpenFile {
        let root = try root.directory()
        let name = Array(StagePath.reservedName.utf8)
        let made = unsafe name.withCPath { name in unsafe sluice_mkdir_at(root.number, name, 0o700) }
        if made != 0, made != -EEXIST { throw transientError(Errno(-made)) }
        do throws(Errno) { return try root.open(name, TransientStage.directoryFlags).get() } catch {
            throw transientError(error)
        }
    }

    private func transientError(_ failure: Errno) -> SluiceError {
        LocalFailure.error(failure, "stage an object in bucket “\(bucket)”", scope: .bucket)
    }
}
