public import EventModel
internal import Execution
internal import HTTPTransport

extension S3ObjectStore {
    private static let publishesAtATime = 16

    /// Makes staged outputs visible, several at a time.
    public func publish(_ requests: [PublishRequest]) async -> [Result<PublishedObject, SluiceError>] {
        let capabilities = await Result.of { () async throws(SluiceError) in try await keeper.current() }
        return await inParallel(requests, atATime: Self.publishesAtATime) { request in
            await Result.of { () async throws(SluiceError) in
                try await self.publish(request, try capabilities.get())
            }
        }
    }

    private func publish(
        _ request: PublishRequest,
        _ capabilities: S3Capabilities
    ) async throws(SluiceError) -> PublishedObject {
        guard let (mark, upload) = UploadJournal.parse(request.staged) else {
            throw .stagedElsewhere(request, bucket: bucket)
        }
        if let refusal = refusal(of: request.key) { throw refusal }
        let entry = journal.known(mark)
        let publication = S3Publication(
            store: self,
            capabilities: capabilities,
            request: request,
            mark: mark,
            upload: upload,
            tags: entry?.upload == upload ? entry?.tags : nil
        )
        do throws(SluiceError) {
            let published = try await publication.run()
            try await forget(mark)
            return published
        } catch {
            guard error.code == .storageStagedGone else { throw error }
            if journal.isOpen(mark, at: session.clock.uptime) { throw unanswered(request.key, error) }
            // The entry goes once the publication is known: as long as it is there, nobody knows of one. It
            // stays until the output is discarded, so that the next process is told the same.
            guard try await isWrittenDown(mark) else { throw error }
            throw .lost(request.key, bucket: bucket, cause: error)
        }
    }

    private func unanswered(_ key: ObjectKey, _ cause: SluiceError) -> SluiceError {
        SluiceError(
            .storageUnavailable,
            "The store of bucket “\(bucket)” did not say what became of “\(key)”, which is not there yet.",
            hint: "It is looked for again for some minutes, and made again if it does not appear.",
            cause: cause
        )
    }

    private func find(_ mark: String) async throws(SluiceError) -> UploadJournal.Entry? {
        try await pool.run { [journal] () throws(SluiceError) in try journal.find(mark) }
    }

    private func isWrittenDown(_ mark: String) async throws(SluiceError) -> Bool {
        try await pool.run { [journal] () throws(SluiceError) in try journal.has(mark) }
    }

    /// Aborts the upload of a staged output. Whose key only another process knows, its journal tells.
    public func discard(_ staged: StagedReference) async throws(SluiceError) {
        guard let (mark, upload) = UploadJournal.parse(staged) else { return }
        if let entry = try await find(mark) {
            let id = upload.isEmpty ? entry.upload ?? "" : upload
            do throws(SluiceError) {
                if !id.isEmpty { try await session.abort(entry.key, upload: id) }
            } catch {
                journal.giveUp(entry)
                throw error
            }
        }
        try await forget(mark)
    }

    /// Removes an object if it still is that version; the store itself compares where it can.
    ///
    /// Where it cannot, each request follows a look of its own: sent again blindly, it could remove a newer
    /// version that was put after the first one was done.
    public func delete(
        _ key: ObjectKey,
        ifVersion version: ObjectVersion?
    ) async throws(SluiceError) -> Bool {
        if let refusal = refusal(of: key) { throw refusal }
        let isGuarded = version == nil ? false : await keeper.remembered().deletesIfMatch
        let isRepeatable = isGuarded || version == nil
        let subject = session.subject("remove", key)
        var failures = 0
        while true {
            // Gone after a request without an answer: that request did it.
            guard let head = try await session.head(key) else { return failures > 0 }
            if let version, version != head.info.version { return false }
            var request = session.requests.delete(key, tag: isGuarded ? head.tag : nil)
            request.isSentOnce = !isRepeatable
            var asked: Duration?
            do throws(SluiceError) {
                try await session.send(
                    request,
                    subject,
                    mayRepeat: { problem in
                        if case .refused(let refusal) = problem { asked = refusal.retryAfter }
                        return isRepeatable
                    },
                    read: { _ in .value(()) }
                )
                return true
            } catch {
                if error.code == .storageVersionChanged || error.code == .storageNotFound { return false }
                failures += 1
                guard !isRepeatable, error.code == .storageUnavailable, failures < S3RetryPlan.mostTries
                else { throw error }
                let wait = S3RetryPlan.backoff.wait(afterFailures: failures, random: session.random)
                try await session.pause((asked ?? .zero) + wait, subject)
            }
        }
    }

    /// The process of an output died before it learned its upload's id, for which it had not long to wait.
    func abortStrays(of entry: UploadJournal.Entry) async throws(SluiceError) -> Int {
        let known = try await pool.run { [journal] () throws(SluiceError) in
            try journal.uploads(of: entry.key)
        }
        let end = entry.begun.advanced(by: .seconds(240))
        return try await session.abortStrays(of: entry, until: end, sparing: known)
    }

    /// Forgets an upload that is published or given up.
    func forget(_ mark: String) async throws(SluiceError) {
        try await pool.run { [journal] () throws(SluiceError) in journal.forget(mark) }
    }
}

/// Runs an operation on each element, so many at a time; the answers come in order.
private func inParallel<Element: Sendable, Answer: Sendable>(
    _ elements: [Element],
    atATime limit: Int,
    _ operation: @escaping @Sendable (Element) async -> Answer
) async -> [Answer] {
    await withTaskGroup(of: (Int, Answer).self) { group in
        var answers: [Int: Answer] = [:]
        for (index, element) in elements.enumerated() {
            if index >= limit, let (done, answer) = await group.next() { answers[done] = answer }
            group.addTask { (index, await operation(element)) }
        }
        for await (done, answer) in group { answers[done] = answer }
        return elements.indices.compactMap { answers[$0] }
    }
}

extension SluiceError {
    /// A store forgot an upload that was under way.
    static func lost(_ key: ObjectKey, bucket: BucketName, cause: SluiceError) -> SluiceError {
        SluiceError(
            .storageStagedLost,
            "The store of bucket “\(bucket)” lost the unfinished upload of “\(key)”.",
            hint: "It is made again. Let no lifecycle rule abort incomplete uploads within a day.",
            cause: cause
        )
    }
}
