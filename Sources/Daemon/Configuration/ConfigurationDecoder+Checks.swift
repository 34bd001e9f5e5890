internal import EventModel
internal import EventProcessing
internal import FunctionRuntime
internal import Settings
internal import TriggerRules

extension ConfigurationDecoder {
    /// Warns of functions and buckets that nothing uses.
    ///
    /// Without any trigger the file serves `sluice run` only, and one warning says so.
    mutating func checkUse(
        _ buckets: [Named<BucketConfiguration>],
        _ functions: [Named<FunctionDefinition>],
        _ triggers: [Named<Trigger>],
        _ schedules: [Named<Schedule>]
    ) {
        let jobs = schedules.compactMap { $0.value?.job.specification }
        guard jobs.count == schedules.count else { return }
        if triggers.isEmpty, jobs.isEmpty {
            diagnostics.add(
                Diagnostic(
                    .warning,
                    .configUnused,
                    "There is no trigger: 'sluice serve' would have nothing to do.",
                    hint: "Add one below 'triggers:'.",
                    at: .start,
                    path: "triggers"
                )
            )
            return
        }
        // What a trigger that is itself wrong would have used is not known, so nothing counts as unused.
        let used = triggers.compactMap(\.value)
        guard used.count == triggers.count else { return }
        for function in functions
        where !used.contains(where: { $0.function.rawValue == function.entry.name })
            && !jobs.contains(where: { $0.function == function.entry.name })
        {
            warn(function.entry, "No trigger calls the function '\(function.entry.name)'.")
        }
        let targets = buckets.compactMap { bucket -> BucketName? in
            if case .move(let template) = bucket.value?.after { template.bucket } else { nil }
        }
        for bucket in buckets {
            let name = BucketName(bucket.entry.name)
            let isRead = used.contains { $0.bucket == name }
            let isWritten = used.contains { $0.output.bucket == name || $0.rejects?.bucket == name }
            if jobs.contains(where: { $0.mentions(name) }) { continue }
            if !isRead, !isWritten, !targets.contains(name) {
                warn(bucket.entry, "No trigger reads or writes the bucket '\(name)'.")
            } else if !isRead, let after = bucket.value?.after, after != .keep {
                warn(bucket.entry, "'after' of the bucket '\(name)' never happens: no trigger watches it.")
            }
        }
    }

    /// Warns of what stores are told of outputs where these go to a directory, which keeps none of it.
    mutating func checkStoring(_ buckets: [Named<BucketConfiguration>], _ triggers: [Named<Trigger>]) {
        let local = Set(buckets.compactMap(\.value).filter { $0.path != nil }.map(\.name))
        for trigger in triggers {
            guard let output = trigger.value?.output.bucket, local.contains(output),
                case .mapping(let settings) = trigger.entry.value.value
            else { continue }
            for setting in settings where ["content_type", "storage_class"].contains(setting.name) {
                diagnostics.warning(
                    .configIgnored,
                    "\(setting.value.path) has no effect: the bucket '\(output)' is a directory.",
                    hint: "Remove it, or write to a bucket at a store.",
                    at: setting.value
                )
            }
        }
    }

    private mutating func warn(_ entry: ConfigNode.Entry, _ message: String) {
        diagnostics.add(
            Diagnostic(
                .warning,
                .configUnused,
                message,
                hint: "Remove it, or check the names in the triggers.",
                at: entry.location,
                path: entry.value.path
            )
        )
    }
}

extension JobSpecification {
    /// Whether a bucket is read, or written, by a job.
    fileprivate func mentions(_ bucket: BucketName) -> Bool {
        buckets.contains(bucket.rawValue)
            || [output, rejects, reduce, report, manifest].contains { $0?.hasPrefix("\(bucket):") == true }
    }
}
