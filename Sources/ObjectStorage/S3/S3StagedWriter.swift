internal import EventModel
internal import Execution
internal import Synchronization

/// Writes a staged output: a multipart upload that nobody ends before it is published.
///
/// The upload is made with the first full part, or at the end. Several parts are on their way at a time.
final class S3StagedWriter: StagedWriter {
    private enum Phase {
        case writing, finished, abandoned
    }

    private struct State {
        var phase = Phase.writing
        var entry: UploadJournal.Entry
        var part: PartBuffer
        var digester = ContentDigester()
        /// The number of the next part, from 1.
        var nextNumber = 1
        /// ETags of parts that are there, by number.
        var tags: [Int: String] = [:]
        /// Parts on their way, by number.
        var underWay: [Int: Task<Void, Never>] = [:]
        /// Whether a request for an upload may have made one although its answer did not come.
        var mayHaveStrays = false
        /// What failed first; nothing is sent after it.
        var failure: SluiceError?
    }

    /// The most parts of an upload (AWS, "Amazon S3 multipart upload limits").
    static let mostParts = 10_000

    private let session: S3Session
    private let journal: UploadJournal
    private let budget: PartBudget
    private let attributes: ObjectAttributes
    private let state: Monitor<State>

    /// Writes an output that the journal has just taken.
    init(
        session: S3Session,
        journal: UploadJournal,
        budget: PartBudget,
        entry: UploadJournal.Entry,
        attributes: ObjectAttributes,
        spool: String
    ) {
        self.session = session
        self.journal = journal
        self.budget = budget
        self.attributes = attributes
        let part = PartBuffer(limit: session.settings.partSizeBytes, budget: budget, directory: spool)
        state = Monitor(State(entry: entry, part: part))
    }

    deinit { state.withLock { $0.part.clear() } }

    /// Where the output lies; complete once it is finished.
    var reference: StagedReference { state.withLock { $0.entry.reference } }

    /// Gathers bytes, and sends the parts that are full; waits when too many are on their way.
    func write(_ bytes: RawSpan) throws(SluiceError) {
        var rest = bytes
        while rest.byteCount > 0 {
            let (taken, isFull) = try add(rest)
            rest = rest.extracting(taken...)
            if isFull { try sendPart() }
        }
    }

    private func add(_ bytes: RawSpan) throws(SluiceError) -> (taken: Int, isFull: Bool) {
        while true {
            var waits = false
            let result = try state.withLock { state throws(SluiceError) -> (Int, Bool) in
                if let failure = state.failure { throw failure }
                guard state.phase == .writing else { throw ended() }
                let isSending = !state.underWay.isEmpty
                // Own parts on their way will give memory back: better waited for than written to a file.
                let taken = try state.part.append(bytes, waits: isSending)
                guard let taken else {
                    waits = true
                    return (0, false)
                }
                state.digester.update(bytes.extracting(first: taken))
                return (taken, state.part.isFull)
            }
            if !waits { return result }
            waitForPart()
        }
    }

    /// Sends what is left and waits for all parts; the upload then lacks only its end.
    func finish() throws(SluiceError) -> ContentDigest {
        let hasRest = try state.withLock { state throws(SluiceError) in
            if let failure = state.failure { throw failure }
            guard state.phase == .writing else { throw ended() }
            state.phase = .finished
            return state.part.count > 0 || state.nextNumber == 1
        }
        if hasRest { try sendPart() }
        let (entry, digest, failure) = state.wait { state in
            state.underWay.isEmpty ? finished(&state) : nil
        }
        if let failure { throw failure }
        try journal.finish(entry)
        return digest
    }

    private func finished(
        _ state: inout State
    ) -> (UploadJournal.Entry, ContentDigest, SluiceError?) {
        if state.failure == nil {
            let tags = (1..<state.nextNumber).compactMap { state.tags[$0] }
            precondition(tags.count == state.nextNumber - 1, "Each part that was sent has an ETag.")
            state.entry.tags = tags
        }
        return (state.entry, state.digester.digest, state.failure)
    }

    /// Cuts off what is on its way; nothing is sent any more.
    func interrupt() {
        let tasks = state.withLock { state in
            let interrupted = SluiceError(
                .cancelled,
                "Told to end while an output of bucket “\(session.bucket)” was written."
            )
            state.failure = state.failure ?? interrupted
            return Array(state.underWay.values)
        }
        for task in tasks { task.cancel() }
    }

    /// Ends what is on its way, and the upload. What cannot be removed now, a sweep removes.
    func abandon() {
        let (tasks, isFirst) = state.withLock { state in
            let isFirst = state.phase != .abandoned
            state.phase = .abandoned
            state.failure = state.failure ?? ended()
            state.part.clear()
            return (Array(state.underWay.values), isFirst)
        }
        guard isFirst else { return }
        for task in tasks { task.cancel() }
        let entry = state.wait { state in state.underWay.isEmpty ? state.entry : nil }
        let session = session
        do throws(SluiceError) {
            if let upload = entry.upload {
                try BlockingBridge.wait { () async throws(SluiceError) in
                    _ = try await session.abort(entry.key, upload: upload)
                }
            }
            try abortStrays()
            // With another upload of the key under way, which looks just the same, the next sweep decides.
            if state.withLock({ $0.mayHaveStrays }) { return journal.giveUp(entry) }
            journal.forget(entry.mark)
        } catch {
            journal.giveUp(entry)
        }
    }
}

extension S3StagedWriter {
    private func sendPart() throws(SluiceError) {
        let upload = try makeUpload()
        waitForRoom()
        let (number, filled) = try takePart()
        let (session, budget) = (session, budget)
        let failure = state.withLock { state -> SluiceError? in
            if let failure = state.failure { return failure }
            let key = state.entry.key
            state.underWay[number] = Task { [weak self] in
                let result = await Result.of { () async throws(SluiceError) in
                    try await session.send(
                        session.requests.uploadPart(key, upload: upload, number: number, filled.bytes),
                        session.subject("write", key),
                        read: S3Answers.tag
                    )
                }
                filled.release(to: budget)
                self?.ended(number, result)
            }
            return nil
        }
        // It failed since the part was taken: nothing more is sent, so that what abandons it misses nothing.
        if let failure {
            filled.release(to: budget)
            throw failure
        }
    }

    /// Waits for a lane before it holds the lock, which those who leave one may want.
    private func takePart() throws(SluiceError) -> (Int, PartBuffer.Filled) {
        let isInFile = state.withLock { $0.part.isInFile }
        if isInFile { budget.enterLane() }
        do throws(SluiceError) {
            return try state.withLock { state throws(SluiceError) in
                if let failure = state.failure { throw failure }
                guard state.nextNumber <= Self.mostParts else { throw tooManyParts(state.entry.key) }
                defer { state.nextNumber += 1 }
                return (state.nextNumber, try state.part.take())
            }
        } catch {
            if isInFile { budget.leaveLane() }
            throw error
        }
    }

    private func ended(_ number: Int, _ result: Result<String, SluiceError>) {
        state.withLock { state in
            state.underWay[number] = nil
            switch result {
            case .success(let tag): state.tags[number] = tag
            case .failure(let error): state.failure = state.failure ?? lost(error, state.entry.key)
            }
        }
        state.wakeAll()
    }

    /// An upload that the store knows no more: another attempt makes another, for the object is not to blame.
    private func lost(_ error: SluiceError, _ key: ObjectKey) -> SluiceError {
        guard error.code == .storageStagedGone || error.code == .storageNotFound else { return error }
        return .lost(key, bucket: session.bucket, cause: error)
    }

    private func waitForRoom() {
        let limit = max(1, session.settings.parallelParts)
        state.wait { state in state.underWay.count < limit ? () : nil }
    }

    private func waitForPart() {
        let count = state.withLock { $0.underWay.count }
        state.wait { state in state.underWay.count < count || state.underWay.isEmpty ? () : nil }
    }

    /// The upload's id; makes the upload first if there is none.
    private func makeUpload() throws(SluiceError) -> String {
        var entry = state.withLock { $0.entry }
        if let upload = entry.upload { return upload }
        try journal.intend(entry)
        var attributes = attributes
        attributes.metadata[S3Attributes.stagedName] = entry.mark
        attributes.storageClass = attributes.storageClass ?? session.settings.storageClass
        let (session, state, key, complete) = (session, state, entry.key, attributes)
        let upload = try BlockingBridge.wait { () async throws(SluiceError) in
            try await session.send(
                session.requests.createUpload(key, complete),
                session.subject("write", key),
                whenUncertain: { state.withLock { $0.mayHaveStrays = true } },
                read: S3Answers.upload
            )
        }
        entry.upload = upload
        let made = entry
        state.withLock { $0.entry = made }
        try journal.record(made)
        do throws(SluiceError) { try abortStrays() } catch {
            // Tried again when the output is given up; else the store's lifecycle rule has to.
        }
        return upload
    }

    /// Aborts uploads that lost answers may have left behind. Whose answer is still to come is spared.
    private func abortStrays() throws(SluiceError) {
        let (entry, mayHave) = state.withLock { ($0.entry, $0.mayHaveStrays) }
        guard mayHave, !journal.isMaking(entry.key, besides: entry.mark) else { return }
        let (session, journal) = (session, journal)
        let known = try journal.uploads(of: entry.key)
        try BlockingBridge.wait { () async throws(SluiceError) in
            _ = try await session.abortStrays(of: entry, until: session.clock.now, sparing: known)
        }
        state.withLock { $0.mayHaveStrays = false }
    }

    private func ended() -> SluiceError {
        SluiceError(.storageIO, "An output of bucket “\(session.bucket)” was ended already.")
    }

    private func tooManyParts(_ key: ObjectKey) -> SluiceError {
        SluiceError(
            .storageTooManyParts,
            "“\(key)” of bucket “\(session.bucket)” would have more than \(Self.mostParts) parts.",
            hint: "Raise `part_size:` of the bucket, or let the function write smaller outputs."
        )
    }
}
