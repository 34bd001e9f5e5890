public import EventModel
internal import Execution
internal import HTTPTransport

extension S3ObjectStore {
    /// Aborts the uploads that dead boots left in the journal, those that were given up when the store did
    /// not answer, and those of commands that were killed.
    ///
    /// One that fails stays in the journal and keeps no other from being aborted; the first outage is thrown
    /// at the end, or else the first refusal.
    public func sweep(
        ledger: String,
        currentBoot: String,
        keeping: Set<StagedReference>
    ) async throws(SluiceError) -> Int {
        var count = 0
        var failure: SluiceError?
        for entry in try await entries(of: ledger) {
            let isLeft = entry.name.boot != currentBoot && !keeping.contains(entry.reference)
            guard isLeft || entry.isGivenUp else { continue }
            do throws(SluiceError) {
                count += try await sweep(entry, currentBoot, keeping)
            } catch {
                if error.code == .cancelled { throw error }
                let isOutage = error.code == .storageUnavailable && failure?.code != .storageUnavailable
                if failure == nil || isOutage { failure = error }
            }
        }
        try await pool.run { [journal] () throws(SluiceError) in
            try journal.removeEmpty(of: ledger, except: currentBoot)
        }
        do throws(SluiceError) {
            count += try await sweepAbandonedStages()
        } catch {
            failure = failure ?? error
        }
        if let failure { throw failure }
        return count
    }

    private func sweep(
        _ entry: UploadJournal.Entry,
        _ currentBoot: String,
        _ keeping: Set<StagedReference>
    ) async throws(SluiceError) -> Int {
        var count = 0
        if let upload = entry.upload {
            if try await session.abort(entry.key, upload: upload) { count = 1 }
        } else {
            let found = try await lost(entry)
            // Looked at after the store: what was begun meanwhile is known by now.
            let others = try await entries(of: entry.name.ledger).filter {
                $0.key == entry.key && $0.mark != entry.mark
            }
            // One of this boot whose id is not known yet looks just the same; the next sweep decides.
            if others.contains(where: { $0.name.boot == currentBoot && $0.upload == nil && !$0.isGivenUp }) {
                return 0
            }
            let known = others.compactMap(\.upload) + keeping.compactMap { UploadJournal.parse($0)?.upload }
            for id in found where !known.contains(id) {
                if try await session.abort(entry.key, upload: id) { count += 1 }
            }
        }
        try await forget(entry.mark)
        return count
    }

    /// The process died before it learned the upload's id: those of that very key, begun at that time.
    private func lost(_ entry: UploadJournal.Entry) async throws(SluiceError) -> [String] {
        let begun = entry.begun.advanced(by: try await clockOffset())
        let earliest = begun.advanced(by: .seconds(-60))
        let latest = begun.advanced(by: .seconds(300))
        return try await uploads(prefix: entry.key).compactMap { upload in
            guard upload.key == entry.key, let begun = upload.begun else { return nil }
            return begun >= earliest && begun <= latest ? upload.id : nil
        }
    }

    /// How far the store's clock is ahead of ours, by the date of an answer.
    private func clockOffset() async throws(SluiceError) -> Duration {
        let clock = session.clock
        return try await session.send(
            session.requests.headBucket(),
            session.subject("look for"),
            accepts: { $0 < 500 },
            read: { response in .value(response.date.map { $0.elapsed(since: clock.now) } ?? .zero) }
        )
    }

    private func entries(of ledger: String) async throws(SluiceError) -> [UploadJournal.Entry] {
        try await pool.run { [journal] () throws(SluiceError) in try journal.all(of: ledger) }
    }
}
