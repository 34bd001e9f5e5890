package import EventModel

/// Walks a bucket page by page; the next page comes while this one is looked at.
final class S3Lister: ObjectLister {
    private typealias Fetch = Task<Result<S3Page, SluiceError>, Never>

    private let session: S3Session
    private let prefix: ObjectKey
    /// Entries of the page that came last, not yet handed out; in reverse.
    private var rest: [ListEntry] = []
    /// Where the listing goes on; nil at its beginning.
    private var token: String?
    private var isComplete = false
    /// Hashes of all tokens: one that comes again would make the walk endless (trap L06).
    private var tokens: Set<Int> = []
    private var ahead: Fetch?
    /// Pages without an entry, one after another.
    private var emptyPages = 0
    /// So many may come: where many objects were removed, S3 walks past what is left of them.
    private static let mostEmptyPages = 10_000

    /// A walk that has not begun.
    init(session: S3Session, prefix: ObjectKey) {
        self.session = session
        self.prefix = prefix
        // No key has such a prefix.
        if prefix.string == nil { isComplete = true }
    }

    deinit { ahead?.cancel() }

    /// The next entries.
    func next(limit: Int) async throws(SluiceError) -> [ListEntry] {
        while rest.isEmpty, !isComplete { try await turn() }
        let count = min(limit, rest.count)
        let entries = Array(rest.suffix(count).reversed())
        rest.removeLast(count)
        return entries
    }

    private func turn() async throws(SluiceError) {
        let fetch = ahead ?? begin()
        ahead = nil
        let page = try await withTaskCancellationHandler {
            await fetch.value
        } onCancel: {
            fetch.cancel()
        }.get()
        // A store that does not heed the prefix is not believed.
        rest = page.entries.filter { $0.key.bytes.starts(with: prefix.bytes) }.reversed()
        guard let next = page.next else {
            isComplete = true
            return
        }
        emptyPages = page.entries.isEmpty ? emptyPages + 1 : 0
        guard tokens.insert(next.hashValue).inserted, emptyPages <= Self.mostEmptyPages else {
            throw SluiceError(
                .storageBadAnswer,
                "The listing of bucket “\(session.bucket)” goes in a circle.",
                hint: "This is a defect of the store; list a narrower prefix, or tell its makers."
            )
        }
        token = next
        ahead = begin()
    }

    private func begin() -> Fetch {
        let session = session
        let request = session.requests.list(prefix: prefix.string ?? "", token: token)
        return Fetch {
            await Result.of { () async throws(SluiceError) in
                try await session.send(request, session.subject("list"), bodyLimit: 32 << 20) { response in
                    S3Page.read(response)
                }
            }
        }
    }
}

extension ListEntry {
    /// The key that the entry is about.
    package var key: ObjectKey {
        switch self {
        case .object(let info): info.key
        case .ineligible(let key, _): key
        }
    }
}

extension Result where Failure == SluiceError {
    /// What an operation returned or threw.
    static func of(_ operation: () async throws(SluiceError) -> Success) async -> Self {
        do throws(SluiceError) {
            return .success(try await operation())
        } catch {
            return .failure(error)
        }
    }
}
