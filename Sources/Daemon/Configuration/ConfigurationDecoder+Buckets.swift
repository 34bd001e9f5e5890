internal import EventModel
internal import Settings
internal import TriggerRules

extension ConfigurationDecoder {
    /// One bucket.
    mutating func decodeBucket(
        _ entry: ConfigNode.Entry,
        state: String,
        hasWebhook: Bool,
        _ names: Names
    ) -> BucketConfiguration? {
        guard var reader = MappingReader(entry.value, &diagnostics) else { return nil }
        let path = reader.optional("path")
        let s3 = reader.optional("s3")
        let place = decodePlace(entry, path: path, s3: s3, state: state)
        let after = reader.optional("after").flatMap { decodeAfter($0, names, keepsTags: s3 != nil) } ?? .keep
        let watch =
            reader.optional("watch").map { node in
                decodeWatch(node, of: place, isStore: s3 != nil, hasWebhook: hasWebhook)
            } ?? Watch()
        reader.finish(&diagnostics)
        guard let place else { return nil }
        return BucketConfiguration(
            name: BucketName(entry.name),
            place: place,
            after: after,
            scanInterval: watch.scan ?? .seconds(watch.recent == nil ? 300 : 3600),
            settle: watch.settle,
            recent: watch.recent,
            notifications: watch.notifications
        )
    }

    /// `path` or `s3`.
    private mutating func decodePlace(
        _ entry: ConfigNode.Entry,
        path: ConfigNode?,
        s3: ConfigNode?,
        state: String
    ) -> BucketPlace? {
        switch (path, s3) {
        case (let node?, nil):
            guard let path = self.path(node) else { return nil }
            let canonical = (surroundings.canonicalPath(path), surroundings.canonicalPath(state))
            let holdsState = LexicalPath.contains(canonical.0, canonical.1)
            return .local(LocalPlace(path: path, excludedPaths: holdsState ? [state] : []))
        case (nil, let node?):
            return decodeS3(node).map { .s3($0) }
        case (_?, let node?):
            diagnostics.error(
                .configInvalidValue,
                "The bucket '\(entry.name)' has both 'path' and 's3'.",
                hint: "A bucket is either a directory or a bucket of a store: make two of it.",
                at: node
            )
            return nil
        case (nil, nil):
            diagnostics.error(
                .configMissingKey,
                "\(entry.value.displayPath) needs 'path' or 's3'.",
                hint: "Write path: ./DIRECTORY, or s3: { bucket: NAME, region: REGION }.",
                at: entry.value
            )
            return nil
        }
    }

    /// `keep`, `delete`, `{ move: "bucket:{key}" }` or `{ tag: { name: value } }`.
    private mutating func decodeAfter(_ node: ConfigNode, _ names: Names, keepsTags: Bool) -> AfterPolicy? {
        if case .mapping = node.value, var reader = MappingReader(node, &diagnostics) {
            let move = reader.optional("move")
            let tag = reader.optional("tag")
            reader.finish(&diagnostics)
            switch (move, tag) {
            case (let target?, nil): return decodeTemplate(target, names).map { .move($0) }
            case (nil, let tags?): return decodeTags(tags, isKept: keepsTags).map { .tag($0) }
            case (nil, nil):
                diagnostics.error(.configMissingKey, "\(node.displayPath) needs 'move' or 'tag'.", at: node)
            case (_?, let tags?):
                diagnostics.error(
                    .configInvalidValue,
                    "\(node.path) has both 'move' and 'tag'.",
                    hint: "An object that is moved takes its tags along; tag those that stay.",
                    at: tags
                )
            }
            return nil
        }
        switch node.value {
        case .scalar("keep", _): return .keep
        case .scalar("delete", _): return .delete
        default:
            diagnostics.error(
                .configInvalidValue,
                "\(node.path) must be keep, delete, { move: \"BUCKET:{key}\" } or { tag: { NAME: VALUE } }.",
                at: node
            )
            return nil
        }
    }

    /// At most ten tags (Amazon S3 User Guide, "Categorizing your objects using tags").
    private mutating func decodeTags(_ node: ConfigNode, isKept: Bool) -> [String: String]? {
        guard isKept else {
            diagnostics.error(
                .configInvalidValue,
                "\(node.path): files have no tags.",
                hint: "Only objects of S3 buckets have; use { move: \"BUCKET:{key}\" } for a directory.",
                at: node
            )
            return nil
        }
        guard case .mapping(let entries) = node.value, (1...10).contains(entries.count) else {
            diagnostics.error(
                .configInvalidValue,
                "\(node.path) must be 1 to 10 names with values.",
                hint: "Write for instance { processed: \"true\" }.",
                at: node
            )
            return nil
        }
        var tags: [String: String] = [:]
        for entry in entries {
            guard let value = entry.value.text(&diagnostics) else { return nil }
            guard (1...128).contains(entry.name.count), value.count <= 256, !entry.name.hasPrefix("aws:")
            else {
                diagnostics.error(
                    .configInvalidValue,
                    "'\(entry.name.prefix(80))' cannot be a tag.",
                    hint: "Names have 1 to 128 characters and do not begin with aws:, values up to 256.",
                    at: entry.value
                )
                return nil
            }
            tags[entry.name] = value
        }
        return tags
    }

    /// No bucket within another, nor at or within the state directory.
    ///
    /// A state directory within a bucket is allowed: it is no object of that bucket (DESIGN 9).
    mutating func checkDirectories(_ buckets: [Named<BucketConfiguration>], state: String) {
        let statePath = surroundings.canonicalPath(state)
        let places = buckets.compactMap { bucket in
            bucket.value?.path.map { (bucket.entry, surroundings.canonicalPath($0)) }
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
