internal import EventModel
internal import Execution
internal import HTTPTransport

/// Makes one staged output visible; may be repeated, by any process, until it says what came of it.
struct S3Publication: Sendable {
    /// What lies under the final key, seen from one output.
    private enum Present {
        case nothing
        /// The output itself, published before.
        case itself(ObjectInfo)
        /// The same bytes, from somewhere else.
        case equal(ObjectInfo)
        /// Something else.
        case foreign
    }

    /// The bucket.
    let store: S3ObjectStore
    /// What its store heeds.
    let capabilities: S3Capabilities
    /// What is asked for.
    let request: PublishRequest
    /// Names the output.
    let mark: String
    /// The upload that it is.
    let upload: String
    /// ETags of its parts; nil when the store has to be asked.
    let tags: [String]?

    /// Who answers within so long has not been asked twice.
    private static let promptness = Duration.seconds(5)
    /// So often the key may change between a look and the end of the upload.
    private static let mostLooks = 5

    /// Publishes. Throws `output.collision`, or `storage.staged-gone` when the upload and the output are not
    /// there (lost or taken away: the journal knows), or what keeps the store from answering.
    func run() async throws(SluiceError) -> PublishedObject {
        if upload.isEmpty { throw stagedGone() }
        // Where the store itself refuses to replace, nothing needs to be looked at before.
        let isGuarded = request.expecting == .absent && capabilities.completesIfAbsent
        for look in 0..<Self.mostLooks {
            if look > 0 || !isGuarded, let published = try await settle() { return published }
            do throws(SluiceError) {
                return try await end(ifAbsent: isGuarded)
            } catch {
                switch error.code {
                // Something came between: look what it is.
                case .storageVersionChanged: continue
                // It was ended already, by a request whose answer was lost or by another process (trap R05).
                case .storageStagedGone, .storageNotFound: return try await published()
                case .storageUnavailable: return try await published(despite: error)
                default: throw error
                }
            }
        }
        throw SluiceError(
            .storageUnavailable,
            "“\(request.key)” of bucket “\(store.bucket)” changes again and again.",
            hint: "Find out who else writes there; the output is published as soon as it rests."
        )
    }

    /// Ends the upload. Throws `storage.staged-gone` when there is none.
    private func end(ifAbsent isGuarded: Bool) async throws(SluiceError) -> PublishedObject {
        // Never without parts: stores refuse that before they look for the upload.
        var parts = tags
        if parts == nil { parts = try await askForTags() }
        var complete = store.session.requests.completeUpload(
            request.key,
            upload: upload,
            tags: parts ?? [],
            ifAbsent: isGuarded
        )
        complete.stallTimeout = store.session.settings.limits.end
        let clock = store.session.clock
        let begun = clock.uptime
        var date = clock.now
        let tag = try await store.session.send(
            complete,
            store.session.subject("publish", request.key),
            mayRepeat: { problem in
                // libcurl itself sends again on a connection that was used before and died without an answer:
                // then a late refusal may be that of the second request.
                let isLate = clock.uptime - begun > Self.promptness
                guard problem.leavesOpen || isLate else { return true }
                store.journal.leaveOpen(mark, at: clock.uptime)
                // Who was silent for so long may still be at it: a second end would come between.
                return !problem.isSilence
            },
            read: { response in
                date = response.date ?? date
                return S3Answers.completed(response)
            }
        )
        return try await published(tag, date)
    }

    /// A yes with an ETag is proof, whatever a look shows: that may lag behind (trap N08), and whoever reads
    /// the bucket may have taken the object away or replaced it.
    private func published(_ tag: String, _ date: Timestamp) async throws(SluiceError) -> PublishedObject {
        do throws(SluiceError) {
            switch try await look() {
            case .itself(let info), .equal(let info):
                return PublishedObject(info: info, wasUnchanged: false)
            case .nothing, .foreign: break
            }
        } catch {
            // Another object is there, or the store answers no more: nothing that speaks against the proof.
            if error.code == .storageBadAnswer || error.code == .cancelled { throw error }
        }
        let sizeBytes = request.digest.sizeBytes
        let info = ObjectInfo(
            key: request.key,
            version: S3Version(tag: tag, sizeBytes: sizeBytes).version,
            sizeBytes: sizeBytes,
            modified: date
        )
        return PublishedObject(info: info, wasUnchanged: false)
    }

    /// What is to be answered without ending the upload; nil when it may be ended.
    private func settle() async throws(SluiceError) -> PublishedObject? {
        switch try await look() {
        case .nothing: return nil
        case .itself(let info): return PublishedObject(info: info, wasUnchanged: false)
        case .equal(let info):
            // When nothing was staged any more, it is this very output, published before an answer was lost.
            let wasStaged = try await store.session.abort(request.key, upload: upload)
            return PublishedObject(info: info, wasUnchanged: wasStaged)
        case .foreign:
            if request.expecting == .anything { return nil }
            // Gone uploads and collisions are different answers: throws when there are no parts any more.
            _ = try await askForTags()
            throw .collision(at: request.key, bucket: store.bucket)
        }
    }

    /// The upload is ended, now or before: the object must be there, and be it.
    private func published() async throws(SluiceError) -> PublishedObject {
        switch try await look() {
        case .itself(let info), .equal(let info): return PublishedObject(info: info, wasUnchanged: false)
        case .nothing, .foreign: throw stagedGone()
        }
    }

    /// Some stores answer 500 when the upload is gone, also because the request before ended it (trap R05).
    private func published(despite failure: SluiceError) async throws(SluiceError) -> PublishedObject {
        if case .itself(let info) = try await look() {
            return PublishedObject(info: info, wasUnchanged: false)
        }
        // Throws when the upload is gone; else it is the store that is.
        _ = try await askForTags()
        throw failure
    }

    private func look() async throws(SluiceError) -> Present {
        guard let head = try await store.session.head(request.key) else { return .nothing }
        if head.staged == mark {
            guard head.info.sizeBytes == request.digest.sizeBytes else { throw mangled(head) }
            return .itself(head.info)
        }
        return try await isEqual(head) ? .equal(head.info) : .foreign
    }

    /// Whether an object has the bytes of the output: by ETag where that proves it, else by reading it.
    private func isEqual(_ head: S3Head) async throws(SluiceError) -> Bool {
        guard head.info.sizeBytes == request.digest.sizeBytes else { return false }
        if let tags {
            if MD5Tag.composite(tags) == head.tag { return true }
            if let tag = tags.first, tags.count == 1 {
                if tag == head.tag { return true }
                if capabilities.tagsAreMD5, MD5Tag.isPlain(head.tag), MD5Tag.isPlain(tag) { return false }
            }
        }
        return try await store.digest(request.key) == request.digest
    }

    /// Asks for the parts; throws `storage.staged-gone` when there is no such upload.
    private func askForTags() async throws(SluiceError) -> [String] {
        var found: [Int: String] = [:]
        var after = 0
        while true {
            let list = store.session.requests.listParts(request.key, upload: upload, after: after)
            let page: S3PartsPage
            do throws(SluiceError) {
                page = try await store.session.send(
                    list,
                    store.session.subject("look at the parts of", request.key),
                    bodyLimit: 8 << 20,
                    read: S3Answers.parts
                )
            } catch {
                throw error.code == .storageNotFound ? stagedGone() : error
            }
            found.merge(page.tags) { $1 }
            guard let next = page.next, next > after else { break }
            after = next
        }
        guard !found.isEmpty else { throw stagedGone() }
        return found.sorted { $0.key < $1.key }.map(\.value)
    }

    private func stagedGone() -> SluiceError {
        SluiceError(
            .storageStagedGone,
            "The output “\(request.key)” of bucket “\(store.bucket)” is neither staged nor there any more."
        )
    }

    /// The store keeps another number of bytes than it was given (trap R06).
    private func mangled(_ head: S3Head) -> SluiceError {
        SluiceError(
            .storageBadAnswer,
            "“\(request.key)” of bucket “\(store.bucket)” has \(head.info.sizeBytes) bytes instead of "
                + "\(request.digest.sizeBytes).",
            hint: "The store or a proxy changes what is written; it must not be used for outputs."
        )
    }
}

extension S3RetryPlan.Problem {
    /// Whether the store may have done what it was asked, or may still be at it.
    fileprivate var leavesOpen: Bool {
        switch self {
        case .refused(let refusal): refusal.kind == .busy
        case .garbled: true
        case .failed(let error): error.code != .transportUnreachable
        }
    }

    /// Whether no answer came in time.
    fileprivate var isSilence: Bool {
        guard case .failed(let error) = self else { return false }
        return error.code == .transportTimeout
    }
}
