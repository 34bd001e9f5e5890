internal import EventModel
internal import Execution
internal import HTTPTransport

/// Finds out what a store does by doing it, with objects below `.sluice/probe-<random>` that are removed
/// again.
struct S3Probe: Sendable {
    private let session: S3Session
    private let base: String
    private let one = Array("one".utf8)

    /// Will try out a bucket; each run has keys of its own.
    init(session: S3Session) {
        self.session = session
        base = "\(StagePath.reservedName)/probe-\(session.random.hexadecimal(digitCount: 16))"
    }

    /// Tries everything. Throws when the store does not let itself be tried: no permission, an outage.
    func run() async throws(SluiceError) -> S3Capabilities {
        // When not even this succeeds there is nothing to be removed, and nobody who would do it.
        let tag = try await session.send(plainPut, subject, read: S3Answers.tag)
        let result = await Result.of { () async throws(SluiceError) in try await tryAll(tag) }
        for name in names {
            // What is left below `.sluice/` is no object of anybody's; a store that is down is left alone.
            guard (try? await answer(session.requests.delete(key(name)))) != nil else { break }
        }
        return try result.get()
    }

    private var names: [String] { ["a", "b"] + Self.listed }
    /// In the order of their bytes; `B` lies before `a` only there.
    private static let listed = ["l/B", "l/a b", "l/a+b", "l/\u{e9}"]

    private func key(_ name: String) -> ObjectKey { ObjectKey("\(base)/\(name)") }

    private var plainPut: HTTPRequest { session.requests.put(key("a"), one, ObjectAttributes()) }

    /// `tag` is what the first put was answered.
    private func tryAll(_ tag: String) async throws(SluiceError) -> S3Capabilities {
        var found = S3Capabilities()
        try await tryPut(tag, &found)
        try await tryParts(&found)
        try await tryList(&found)
        found.isVersioned = try await isVersioned()
        found.tagging = try await tagging()
        try await tryDelete(&found)
        return found
    }

    /// Other puts of the same key: what they do shows whether their conditions were heeded.
    private func tryPut(_ tag: String, _ found: inout S3Capabilities) async throws(SluiceError) {
        let key = key("a")
        found.tagsAreMD5 = tag == MD5Tag.hexadecimal(MD5Tag.digest(one))
        var second = plainPut
        second.set("if-none-match", "*")
        found.putsIfAbsent = try await answer(second).status == 412
        second = plainPut
        second.set("if-match", S3Version.quoted(Self.wrongTag))
        found.putsIfMatch = try await answer(second).status == 412
        found.readsIfMatch = try await answer(session.requests.get(key, tag: Self.wrongTag)).status == 412
    }

    /// An upload of one part over nothing, and one over the object that it made.
    private func tryParts(_ found: inout S3Capabilities) async throws(SluiceError) {
        let key = key("b")
        let tag = try await withUpload(key) { (upload, tag) async throws(SluiceError) in
            let request = session.requests.completeUpload(key, upload: upload, tags: [tag], ifAbsent: false)
            _ = try await session.send(request, subject, read: S3Answers.completed)
            return tag
        }
        guard let head = try await session.head(key) else { return }
        found.keepsMetadata = head.staged == base
        if head.tag == MD5Tag.composite([tag]) {
            found.partsTag = .composite
        } else if head.tag == MD5Tag.hexadecimal(MD5Tag.digest(one)) {
            found.partsTag = .plain
        }
        found.completesIfAbsent = try await withUpload(key) { (upload, tag) async throws(SluiceError) in
            let request = session.requests.completeUpload(key, upload: upload, tags: [tag], ifAbsent: true)
            return try await answer(request).status == 412
        }
    }

    /// Makes an upload of one part, and leaves none behind, however `use` ends.
    private func withUpload<Value: Sendable>(
        _ key: ObjectKey,
        _ use: (_ upload: String, _ tag: String) async throws(SluiceError) -> Value
    ) async throws(SluiceError) -> Value {
        let attributes = ObjectAttributes(metadata: [S3Attributes.stagedName: base])
        let create = session.requests.createUpload(key, attributes)
        let upload = try await session.send(create, subject, read: S3Answers.upload)
        let result = await Result.of { () async throws(SluiceError) in
            let part = session.requests.uploadPart(key, upload: upload, number: 1, one)
            return try await use(upload, try await session.send(part, subject, read: S3Answers.tag))
        }
        // One that was ended is gone; and what failed before says more than a failure to clear.
        _ = try? await session.abort(key, upload: upload)
        return try result.get()
    }

    private func tryList(_ found: inout S3Capabilities) async throws(SluiceError) {
        for name in Self.listed {
            let request = session.requests.put(key(name), one, ObjectAttributes())
            _ = try await session.send(request, subject, read: S3Answers.tag)
        }
        let request = session.requests.list(prefix: "\(base)/l/", token: nil)
        let keys = try await session.send(request, subject) { response in
            S3Answers.read(response, "ListBucketResult") { node in
                node.all("Contents").compactMap { $0.text(of: "Key") }
            }
        }
        let decoded = keys.map { ObjectKey(bytes: S3Text.decodedKey($0)) }
        found.encodesListings = Set(decoded) == Set(Self.listed.map(key))
        found.order = decoded == Self.listed.map(key) ? .bytes : .other
    }

    /// Tags an object, and looks whether it has them and is still itself.
    private func tagging() async throws(SluiceError) -> S3Capabilities.Tagging {
        let key = key("a")
        let tags = ["probe": "tag"]
        do throws(SluiceError) {
            guard try await answer(session.requests.putTags(key, tags)).status < 300 else { return .broken }
            let object = try await answer(session.requests.get(key, tag: nil))
            let asked = try await answer(session.requests.tags(key))
            guard object.body == one, case .value(tags) = S3Answers.tags(asked) else { return .broken }
            return .kept
        } catch {
            // Who may not tag has no use for it.
            guard error.code == .storageAccessDenied else { throw error }
            return .unknown
        }
    }

    private func isVersioned() async throws(SluiceError) -> Bool {
        do throws(SluiceError) {
            return try await session.send(session.requests.versioning(), subject, read: S3Answers.versioning)
        } catch {
            // Whoever may not ask, or asks a store that does not know, is told so, and nothing depends on it.
            switch error.code {
            case .storageAccessDenied, .storageUnsupported, .storageRefused, .storageBadAnswer,
                .storageNotFound:
                return false
            default: throw error
            }
        }
    }

    private func tryDelete(_ found: inout S3Capabilities) async throws(SluiceError) {
        let status = try await answer(session.requests.delete(key("a"), tag: Self.wrongTag)).status
        found.deletesIfMatch = status == 412
    }

    /// An ETag that nothing has.
    private static let wrongTag = "00000000000000000000000000000000"

    private var subject: S3Subject { session.subject("try out", key("")) }

    /// An answer whatever it says, unless the store is down or refuses us.
    private func answer(_ request: HTTPRequest) async throws(SluiceError) -> HTTPResponse {
        try await session.send(
            request,
            subject,
            accepts: { $0 < 500 && $0 != 429 && $0 != 401 && $0 != 403 || $0 == 501 },
            read: { .value($0) }
        )
    }
}
