internal import EventModel
internal import Settings
internal import TriggerRules

extension ConfigurationDecoder {
    /// One bucket.
    mutating func decodeBucket(
        _ entry: ConfigNode.Entry,
        state: String,
        _ names: Names
    ) -> BucketConfiguration? {
        guard var reader = MappingReader(entry.value, &diagnostics) else { return nil }
        if let store = reader.optional("s3") {
            diagnostics.error(
                .configUnsupported,
                "S3 buckets are not in this version.",
                hint: "Use 'path:' with a local directory.",
                at: store
            )
            return nil
        }
        let bucketPath = reader.required("path", &diagnostics).flatMap { path($0) }
        let after = reader.optional("after").flatMap { decodeAfter($0, names) } ?? .keep
        var (scan, settle) = (Duration.seconds(300), Duration.seconds(2))
        if let watch = reader.optional("watch"), var watchReader = MappingReader(watch, &diagnostics) {
            let second = Duration.seconds(1)
            if let node = watchReader.optional("scan") {
                scan = node.duration(in: second ... .seconds(86_400), &diagnostics) ?? scan
            }
            if let node = watchReader.optional("settle") {
                settle = node.duration(in: .zero ... .seconds(3600), &diagnostics) ?? settle
            }
            if let node = watchReader.optional("notifications") {
                diagnostics.error(.configUnsupported, "Notifications are not in this version.", at: node)
            }
            watchReader.finish(&diagnostics)
        }
        reader.finish(&diagnostics)
        guard let bucketPath else { return nil }
        let canonical = (surroundings.canonicalPath(bucketPath), surroundings.canonicalPath(state))
        return BucketConfiguration(
            name: BucketName(entry.name),
            path: bucketPath,
            excludedPaths: LexicalPath.contains(canonical.0, canonical.1) ? [state] : [],
            after: after,
            scanInterval: scan,
            settle: settle
        )
    }

    /// `keep`, `delete` or `{ move: "bucket:{key}" }`.
    private mutating func decodeAfter(_ node: ConfigNode, _ names: Names) -> AfterPolicy? {
        if case .mapping = node.value, var reader = MappingReader(node, &diagnostics) {
            let target = reader.required("move", &diagnostics)
            reader.finish(&diagnostics)
            guard let target else { return nil }
            return decodeTemplate(target, names).map { .move($0) }
        }
        switch node.value {
        case .scalar("keep", _): return .keep
        case .scalar("delete", _): return .delete
        default:
            diagnostics.error(
                .configInvalidValue,
                "\(node.path) must be keep, delete or { move: \"BUCKET:{key}\" }.",
                at: node
            )
            return nil
        }
    }

    /// No bucket within another, nor at or within the state directory.
    ///
    /// A state directory within a bucket is allowed: it is no object of that bucket (DESIGN 9).
    mutating func checkDirectories(_ buckets: [Named<BucketConfiguration>], state: String) {
        let statePath = surroundings.canonicalPath(state)
        let places = buckets.compactMap { bucket in
            bucket.value.map { (bucket.entry, surroundings.canonicalPath($0.path)) }
        }
        for (index, (entry, path)) in places.enumerated() {
            if LexicalPath.contains(statePath, path) {
                report(entry, "The directory of bucket '\(entry.name)' lies within the state directory.")
                continue
            }
            for (other, otherPath) in places[..<index] {
                if path == otherPath {
                    report(entry, "The buckets '\(entry.name)' and '\(other.name)' are the same directory.")
                } else if LexicalPath.contains(otherPath, path) {
                    report(
                        entry,
                        "The directory of bucket '\(entry.name)' lies within that of '\(other.name)'."
                    )
                } else if LexicalPath.contains(path, otherPath) {
                    report(entry, "The directory of bucket '\(entry.name)' holds that of '\(other.name)'.")
                }
            }
        }
    }

    private mutating func report(_ entry: ConfigNode.Entry, _ message: String) {
        let hint =
            "Each object belongs to one bucket: give each bucket a directory of its own, beside the others."
        guard case .mapping(let settings) = entry.value.value,
            let path = settings.first(where: { $0.name == "path" })
        else { return }
        diagnostics.error(.configOverlappingPaths, message, hint: hint, at: path.value)
    }
}
