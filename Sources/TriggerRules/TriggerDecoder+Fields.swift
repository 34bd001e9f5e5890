internal import EventModel
internal import Settings

/// The fields of a trigger that hold more than one word.
extension TriggerDecoder {
    /// Event types that triggers can name (Amazon S3 User Guide, "Supported event types").
    private static let eventTypes = [
        "ObjectCreated:*", "ObjectCreated:Put", "ObjectCreated:PutObject", "ObjectCreated:Post",
        "ObjectCreated:Copy",
        "ObjectCreated:CompleteMultipartUpload", "ObjectRemoved:*", "ObjectRemoved:Delete",
        "ObjectRemoved:DeleteMarkerCreated",
    ]

    /// `events`.
    mutating func eventTypes(_ node: ConfigNode) -> [EventType] {
        guard let items = node.list(orSingle: true, &diagnostics) else { return [] }
        if items.isEmpty {
            diagnostics.error(
                .configInvalidValue,
                "\(node.path) names no event.",
                hint: "Leave it out.",
                at: node
            )
        }
        var types: [EventType] = []
        for item in items {
            guard let text = item.text(&diagnostics) else { continue }
            let type = EventType(text)
            if Self.eventTypes.contains(type.name) {
                types.append(type)
                continue
            }
            let nearest = Suggestion.nearest(to: type.name, among: Self.eventTypes)
            diagnostics.error(
                .configInvalidValue,
                "There is no event type '\(text)'.",
                hint: nearest.map { "Did you mean '\($0)'?" }
                    ?? "Known: \(Self.eventTypes.joined(separator: ", ")).",
                at: item
            )
        }
        return types
    }

    /// `match`, or `prefix` and `suffix`, and `ignore`.
    mutating func keyPattern(_ reader: inout MappingReader) -> KeyPattern {
        let match = reader.optional("match")
        let prefix = reader.optional("prefix")
        let suffix = reader.optional("suffix")
        if match != nil, let other = prefix ?? suffix {
            diagnostics.error(
                .configInvalidValue,
                "'match' stands instead of 'prefix' and 'suffix'.",
                hint: "Write the prefix and suffix into the pattern: match: \"logs/**/*.gz\".",
                at: other
            )
        }
        let globs = match.map { self.patterns($0, mustNotBeEmpty: true) } ?? []
        let prefixes = prefix?.texts(&diagnostics)?.map { ObjectKey($0) } ?? []
        let suffixes = suffix?.texts(&diagnostics)?.map { ObjectKey($0) } ?? []
        var ignored = IgnoredNames.temporary
        if let node = reader.optional("ignore") {
            ignored = IgnoredNames(patterns: patterns(node, mustNotBeEmpty: false), ignoresDotNames: false)
        }
        return KeyPattern(globs: globs, prefixes: prefixes, suffixes: suffixes, ignored: ignored)
    }

    private mutating func patterns(_ node: ConfigNode, mustNotBeEmpty: Bool) -> [Glob] {
        guard let items = node.list(orSingle: true, &diagnostics) else { return [] }
        if items.isEmpty, mustNotBeEmpty {
            diagnostics.error(
                .configInvalidValue,
                "\(node.path) names no pattern.",
                hint: "Leave it out to take all keys.",
                at: node
            )
        }
        var globs: [Glob] = []
        for item in items {
            guard let text = item.text(&diagnostics) else { continue }
            do throws(GlobError) {
                globs.append(try Glob(text))
            } catch {
                report(
                    .configInvalidPattern,
                    error.message,
                    error.hint,
                    at: item,
                    text,
                    byteOffset: error.byteOffset
                )
            }
        }
        return globs
    }

    /// `retry`; the defaults stand for what is missing or wrong.
    mutating func retryPolicy(_ node: ConfigNode) -> RetryPolicy {
        let usual = RetryPolicy()
        guard var reader = MappingReader(node, &diagnostics) else { return usual }
        let attempts = reader.optional("attempts").flatMap { $0.integer(in: 1...1000, &diagnostics) }
        let backoff = reader.optional("backoff").flatMap { self.backoff($0) }
        reader.finish(&diagnostics)
        return RetryPolicy(
            attempts: attempts ?? usual.attempts,
            minimumBackoff: backoff?.lowerBound ?? usual.minimumBackoff,
            maximumBackoff: backoff?.upperBound ?? usual.maximumBackoff
        )
    }

    /// `1s..5m`.
    private mutating func backoff(_ node: ConfigNode) -> ClosedRange<Duration>? {
        guard let text = node.text(&diagnostics) else { return nil }
        if let dots = text.firstRange(of: ".."),
            let minimum = ConfigNode.parseDuration(String(text[..<dots.lowerBound])),
            let maximum = ConfigNode.parseDuration(String(text[dots.upperBound...])), .zero < minimum,
            minimum <= maximum
        {
            return minimum...maximum
        }
        diagnostics.error(
            .configInvalidValue,
            "\(node.path) must be a range of durations.",
            hint: "Write for instance 1s..5m.",
            at: node
        )
        return nil
    }

    /// `content_type` and `storage_class`.
    mutating func storing(_ reader: inout MappingReader) -> OutputStoring {
        let contentType = reader.optional("content_type").flatMap { node in
            word(node, like: "application/x-ndjson") { text in
                // RFC 9110, section 8.3.1: type "/" subtype, and perhaps parameters.
                let parts = text.split(separator: ";", maxSplits: 1)[0].split(
                    separator: "/",
                    omittingEmptySubsequences: false
                )
                return parts.count == 2 && parts.allSatisfy { !$0.isEmpty && !$0.contains(" ") }
                    && text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
            }
        }
        let storageClass = reader.optional("storage_class").flatMap { node in
            word(node, like: "STANDARD_IA") { text in
                text.utf8.allSatisfy {
                    (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F
                }
            }
        }
        return OutputStoring(contentType: contentType, storageClass: storageClass)
    }

    private mutating func word(
        _ node: ConfigNode,
        like example: String,
        _ isWell: (String) -> Bool
    ) -> String? {
        guard let text = node.text(&diagnostics) else { return nil }
        if !text.isEmpty, text.utf8.count <= 256, isWell(text) { return text }
        diagnostics.error(
            .configInvalidValue,
            "\(node.path) cannot be '\(text.prefix(80))'.",
            hint: "Write for instance \(example).",
            at: node
        )
        return nil
    }

    /// A duration longer than zero.
    mutating func positiveDuration(_ node: ConfigNode) -> Duration? {
        guard let duration = node.duration(&diagnostics) else { return nil }
        if duration > .zero { return duration }
        diagnostics.error(.configInvalidValue, "\(node.path) must be longer than zero.", at: node)
        return nil
    }
}
