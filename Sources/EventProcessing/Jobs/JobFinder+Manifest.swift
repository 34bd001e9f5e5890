internal import DurableLedger
internal import EventModel
internal import ObjectStorage
internal import TriggerRules

extension JobFinder {
    /// An object to be looked at.
    private struct Wanted {
        let bucket: BucketName
        let key: ObjectKey
        /// Those that take its key.
        let triggers: [Trigger]
    }

    /// The next page of a list; nil at its end.
    func read(_ place: String) async throws(SluiceError) -> Page? {
        let manifest: JobManifest
        if let open = self.manifest {
            manifest = open
        } else {
            manifest = try await JobManifest(place, configuration, pool)
            try await manifest.skip(to: listed)
        }
        self.manifest = manifest
        let entries = try await manifest.next(limit: Self.pageSize)
        if entries.isEmpty { return nil }
        listed = manifest.position
        var page = Page()
        var wanted: [Wanted] = []
        for entry in entries {
            for (bucket, triggers) in try triggers(for: entry, in: manifest) {
                wanted += sift(entry, bucket, triggers, &page)
            }
        }
        page.requests = wanted.count
        let infos = try await heads(wanted.map { ($0.bucket, $0.key) })
        for (wanted, info) in zip(wanted, infos) {
            for trigger in wanted.triggers { add(wanted, info, trigger, to: &page) }
        }
        return page
    }

    /// The job's triggers of the bucket that an entry names, by its configured name or by that at its store.
    ///
    /// AWS knows its own names alone, so those come first in an inventory; people write either.
    private func triggers(
        for entry: JobManifest.Entry,
        in manifest: JobManifest
    ) throws(SluiceError) -> [(BucketName, [Trigger])] {
        let configured = rules.triggers.filter { $0.bucket.rawValue == entry.bucket }
        let stored = rules.triggers.filter { trigger in
            let store = configuration.buckets[trigger.bucket]?.store as? any NamedObjectStore
            return store?.nameAtStore == entry.bucket
        }
        let (first, second) = manifest.isInventory ? (stored, configured) : (configured, stored)
        let found = first.isEmpty ? second : first
        guard !found.isEmpty else {
            throw SluiceError(
                .jobManifest,
                "\(entry.place) names a bucket of which the job has no trigger.",
                hint:
                    "The column has the bucket's name in the configuration, or that of the S3 bucket."
            )
        }
        return Dictionary(grouping: found, by: \.bucket).sorted { $0.key < $1.key }
    }

    /// What must be looked at of an entry: nothing where the list and the key say enough.
    private func sift(
        _ entry: JobManifest.Entry,
        _ bucket: BucketName,
        _ triggers: [Trigger],
        _ page: inout Page
    ) -> [Wanted] {
        if let refusal = entry.refusal {
            page.passed[refusal, default: 0] += 1
            return []
        }
        var taking: [Trigger] = []
        for trigger in triggers {
            if let refusal = rules.refusal(of: entry.key, for: trigger) {
                page.passed[refusal, default: 0] += 1
            } else {
                taking.append(trigger)
            }
        }
        return taking.isEmpty ? [] : [Wanted(bucket: bucket, key: entry.key, triggers: taking)]
    }

    private func add(_ wanted: Wanted, _ info: ObjectInfo?, _ trigger: Trigger, to page: inout Page) {
        let target = TargetID(trigger: trigger.name, bucket: wanted.bucket, key: wanted.key)
        guard let info else {
            // It was asked for by name, so its absence is told in the report.
            let nothing = Timestamp(nanoseconds: 0)
            page.tasks.append(
                NewJobTask(target: target, version: nil, sizeBytes: 0, modified: nothing, skip: "not-found")
            )
            return
        }
        if let reason = rules.refusal(of: info, for: trigger) {
            page.passed[reason, default: 0] += 1
        } else {
            page.tasks.append(Self.task(target, info))
        }
    }
}
