internal import DurableLedger
internal import EventModel
internal import Execution
internal import ObjectStorage
internal import TriggerRules

/// Finds the objects that a job is about, page by page, in bounded memory. Used by one task at a time.
final class JobFinder {
    /// What one page of a source came to.
    struct Page {
        /// Objects that are selected.
        var tasks: [NewJobTask] = []
        /// How many objects were looked at and not selected, by reason.
        var passed: [String: Int] = [:]
        /// Where to go on after this page, for a later process.
        var cursor = ""
        /// Requests to stores that it took, about.
        var requests = 0
    }

    /// Where objects are found.
    private enum Source {
        case listing(BucketName, [Trigger])
        case targets(Trigger)
        case manifest(String)
    }

    /// So many entries make a page.
    static let pageSize = 1000
    private let ledger: any Ledger
    /// Stores, triggers and functions.
    let configuration: ProcessingConfiguration
    /// What is selected.
    let rules: JobRules
    /// Threads that read lists.
    let pool: BlockingPool
    private let sources: [Source]
    private var position: Int
    private var lister: (any ObjectLister)?
    /// The list that is being read.
    var manifest: JobManifest?
    /// Where it is read on.
    var listed = JobManifest.Position()
    private var lastKey: ObjectKey?

    /// Begins, or goes on at a page's cursor.
    init(
        _ rules: JobRules,
        ledger: any Ledger,
        configuration: ProcessingConfiguration,
        pool: BlockingPool,
        cursor: String? = nil
    ) {
        (self.rules, self.ledger, self.configuration, self.pool) = (rules, ledger, configuration, pool)
        var sources: [Source] = []
        if let manifest = rules.specification.manifest { sources.append(.manifest(manifest)) }
        if rules.lists {
            let byBucket = Dictionary(grouping: rules.triggers, by: \.bucket).sorted { $0.key < $1.key }
            sources += byBucket.map { Source.listing($0.key, $0.value) }
        }
        if rules.asksLedger { sources += rules.triggers.map(Source.targets) }
        self.sources = sources
        // A listing cannot be entered in the middle: it begins anew, and what has a task gets no other.
        let parts = (cursor ?? "").split(separator: ":").compactMap { Int($0) }
        position = parts.first ?? 0
        if parts.count > 1 { listed.row = parts[1] }
        if parts.count > 2 { listed.file = parts[2] }
    }

    /// The next page; nil at the end.
    func next() async throws(SluiceError) -> Page? {
        while position < sources.count {
            let found: Page? =
                switch sources[position] {
                case .listing(let bucket, let triggers): try await list(bucket, triggers)
                case .targets(let trigger): try await walk(trigger)
                case .manifest(let place): try await read(place)
                }
            guard var page = found else {
                position += 1
                (lister, manifest, lastKey, listed) = (nil, nil, nil, JobManifest.Position())
                continue
            }
            page.cursor = "\(position):\(listed.row):\(listed.file)"
            return page
        }
        return nil
    }

    private func store(_ bucket: BucketName) throws(SluiceError) -> any ObjectStore {
        guard let store = configuration.buckets[bucket]?.store else {
            throw SluiceError(.processingUnconfigured, "No bucket '\(bucket)' is configured.")
        }
        return store
    }

    // MARK: Listing

    private func list(_ bucket: BucketName, _ triggers: [Trigger]) async throws(SluiceError) -> Page? {
        let lister: any ObjectLister
        if let open = self.lister {
            lister = open
        } else {
            lister = try store(bucket).list(prefix: rules.listedPrefix)
        }
        self.lister = lister
        let entries = try await lister.next(limit: Self.pageSize)
        if entries.isEmpty { return nil }
        var page = Page()
        page.requests = 1
        var infos: [ObjectInfo] = []
        for entry in entries {
            switch entry {
            case .object(let info): infos.append(info)
            case .ineligible(_, let reason): page.passed[reason, default: 0] += 1
            }
        }
        var rows: [TargetID: TargetRow] = [:]
        if !rules.specification.conditions.isEmpty {
            for row in try await ledger.targets(in: bucket, keys: infos.map(\.key)) { rows[row.id] = row }
        }
        for info in infos {
            for trigger in triggers { add(info, trigger, rows, to: &page) }
        }
        return page
    }

    private func add(
        _ info: ObjectInfo,
        _ trigger: Trigger,
        _ rows: [TargetID: TargetRow],
        to page: inout Page
    ) {
        let target = TargetID(trigger: trigger.name, bucket: trigger.bucket, key: info.key)
        if let reason = rules.refusal(of: info, for: trigger) {
            page.passed[reason, default: 0] += 1
        } else if !rules.wants(rows[target], of: trigger, version: info.version) {
            page.passed["up-to-date", default: 0] += 1
        } else {
            page.tasks.append(Self.task(target, info))
        }
    }

    /// The task of an object that is there.
    static func task(_ target: TargetID, _ info: ObjectInfo) -> NewJobTask {
        NewJobTask(target: target, version: info.version, sizeBytes: info.sizeBytes, modified: info.modified)
    }

    // MARK: The ledger's targets

    private func walk(_ trigger: Trigger) async throws(SluiceError) -> Page? {
        let rows = try await ledger.targets(
            of: trigger.name,
            in: trigger.bucket,
            after: lastKey,
            limit: Self.pageSize
        )
        guard let last = rows.last else { return nil }
        lastKey = last.id.key
        var page = Page()
        let wanted = rows.filter { row in
            rules.takes(row.id.key, for: trigger) && rules.wants(row, of: trigger, version: nil)
        }
        page.passed["up-to-date"] = rows.count - wanted.count
        let gone = wanted.filter { $0.seen == nil }
        let there = wanted.filter { $0.seen != nil }
        if rules.needsLook {
            try await look(at: there.map(\.id), trigger, &page)
        } else {
            page.tasks += there.map { row in
                NewJobTask(
                    target: row.id,
                    version: row.seen,
                    sizeBytes: row.done?.digest?.sizeBytes ?? 0,
                    modified: Timestamp(nanoseconds: 0)
                )
            }
        }
        let lineage = JobLineage(ledger: ledger, configuration: configuration)
        for row in gone where rules.specification.conditions.contains(.stale) && row.done != nil {
            page.requests += 1
            page.tasks.append(try await lineage.ancestor(of: row.id))
        }
        return page
    }

    /// Asks the store what only it knows; what is not there needs nothing.
    private func look(
        at targets: [TargetID],
        _ trigger: Trigger,
        _ page: inout Page
    ) async throws(SluiceError) {
        page.requests += targets.count
        let infos = try await heads(targets.map { ($0.bucket, $0.key) })
        for (target, info) in zip(targets, infos) {
            guard let info else {
                page.passed["not-found", default: 0] += 1
                continue
            }
            if let reason = rules.refusal(of: info, for: trigger) {
                page.passed[reason, default: 0] += 1
            } else {
                page.tasks.append(Self.task(target, info))
            }
        }
    }

    /// A key to be looked at.
    private struct Place: Sendable {
        /// Where the answer belongs.
        let index: Int
        let bucket: BucketName
        let key: ObjectKey
    }

    /// What a store said of one.
    private struct Look: Sendable {
        let index: Int
        let answer: Result<ObjectInfo?, SluiceError>
    }

    /// What the stores say of these keys now, in order.
    func heads(_ keys: [(BucketName, ObjectKey)]) async throws(SluiceError) -> [ObjectInfo?] {
        let configuration = configuration
        let places = keys.indices.map { Place(index: $0, bucket: keys[$0].0, key: keys[$0].1) }
        let looks = await Several.each(places) { place in
            Look(index: place.index, answer: await Self.head(place, configuration))
        }
        var infos: [ObjectInfo?] = []
        infos.reserveCapacity(looks.count)
        for look in looks.sorted(by: { $0.index < $1.index }) { infos.append(try look.answer.get()) }
        return infos
    }

    /// What a store says of a key now; nothing of one that can be no object there.
    private static func head(
        _ place: Place,
        _ configuration: ProcessingConfiguration
    ) async -> Result<ObjectInfo?, SluiceError> {
        guard let store = configuration.buckets[place.bucket]?.store, store.refusal(of: place.key) == nil
        else { return .success(nil) }
        do throws(SluiceError) {
            return .success(try await store.head(place.key))
        } catch {
            return error.code.blame == .object ? .success(nil) : .failure(error)
        }
    }
}
