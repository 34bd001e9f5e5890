public import EventModel
internal import ExpressionLanguage
public import Settings

extension Trigger {
    /// Reads one entry of `triggers:`; every mistake is reported at its place, nil when there was one.
    ///
    /// `partitionKeys` are the placeholders that each function gives beyond `{member}` and `{output}`.
    public static func decode(
        name: TriggerName,
        node: ConfigNode,
        buckets: Set<BucketName>,
        functions: Set<FunctionName>,
        partitionKeys: [FunctionName: Set<String>] = [:],
        diagnostics: inout Diagnostics
    ) -> Trigger? {
        var decoder = TriggerDecoder(buckets: buckets, functions: functions, diagnostics: diagnostics)
        let trigger = decoder.decode(name: name, node: node, partitionKeys: partitionKeys)
        diagnostics = decoder.diagnostics
        return trigger
    }
}

/// Reads the fields of one trigger.
struct TriggerDecoder {
    /// Buckets that are configured.
    let buckets: Set<BucketName>
    /// Functions that are configured.
    let functions: Set<FunctionName>
    /// What was found so far.
    var diagnostics: Diagnostics

    fileprivate mutating func decode(
        name: TriggerName,
        node: ConfigNode,
        partitionKeys: [FunctionName: Set<String>]
    ) -> Trigger? {
        guard var reader = MappingReader(node, &diagnostics) else { return nil }
        let errors = diagnostics.findings.count { $0.severity == .error }
        let bucket = reader.required("bucket", &diagnostics).flatMap { bucketName($0) }
        let function = reader.required("function", &diagnostics).flatMap { functionName($0) }
        let events = reader.optional("events").map { eventTypes($0) }
        let keys = keyPattern(&reader)
        let condition = reader.optional("when").flatMap { self.condition($0) }
        let existing = reader.optional("existing").flatMap { existingPolicy($0) }
        let partitions = function.flatMap { partitionKeys[$0] } ?? []
        let output = reader.required("output", &diagnostics).flatMap { template($0, partitions) }
        let rejects = reader.optional("rejects").flatMap { template($0, partitions) }
        let retry = reader.optional("retry").map { retryPolicy($0) }
        let concurrency = reader.optional("concurrency").flatMap { $0.integer(in: 1...10_000, &diagnostics) }
        let overwrite = reader.optional("overwrite").flatMap { $0.boolean(&diagnostics) }
        let timeout = reader.optional("timeout").flatMap { positiveDuration($0) }
        let storing = storing(&reader)
        reader.finish(&diagnostics)
        guard diagnostics.findings.count(where: { $0.severity == .error }) == errors else { return nil }
        guard let bucket, let function, let output else { return nil }
        return Trigger(
            name: name,
            bucket: bucket,
            events: events ?? [EventType("ObjectCreated:*")],
            keys: keys,
            condition: condition,
            existing: existing ?? .process,
            function: function,
            output: output,
            rejects: rejects,
            retry: retry ?? RetryPolicy(),
            concurrency: concurrency,
            overwrite: overwrite ?? false,
            timeout: timeout ?? .seconds(3600),
            storing: storing
        )
    }

    private mutating func bucketName(_ node: ConfigNode) -> BucketName? {
        guard let text = node.text(&diagnostics) else { return nil }
        return reportIfUnknown(bucket: BucketName(text), at: node) ? nil : BucketName(text)
    }

    /// Reports a bucket that is not configured.
    private mutating func reportIfUnknown(bucket: BucketName, at node: ConfigNode) -> Bool {
        reportUnknown("bucket", bucket.rawValue, among: buckets.map(\.rawValue), at: node)
    }

    private mutating func functionName(_ node: ConfigNode) -> FunctionName? {
        guard let text = node.text(&diagnostics) else { return nil }
        let known = functions.map(\.rawValue)
        return reportUnknown("function", text, among: known, at: node) ? nil : FunctionName(text)
    }

    private mutating func reportUnknown(
        _ kind: String,
        _ name: String,
        among known: [String],
        at node: ConfigNode
    ) -> Bool {
        if known.contains(name) { return false }
        let nearest = Suggestion.nearest(to: name, among: known.sorted())
        let list = known.isEmpty ? "None is configured." : "Known: \(known.sorted().joined(separator: ", "))."
        diagnostics.error(
            .configUnknownReference,
            "There is no \(kind) '\(name)'.",
            hint: nearest.map { "Did you mean '\($0)'?" } ?? list,
            at: node
        )
        return true
    }

    private mutating func existingPolicy(_ node: ConfigNode) -> ExistingPolicy? {
        guard let text = node.text(&diagnostics) else { return nil }
        if let policy = ExistingPolicy(rawValue: text) { return policy }
        diagnostics.error(
            .configInvalidValue,
            "\(node.path) must be 'process' or 'skip'.",
            hint: Suggestion.nearest(to: text, among: ExistingPolicy.allCases.map(\.rawValue))
                .map { "Did you mean '\($0)'?" },
            at: node
        )
        return nil
    }

    private mutating func condition(_ node: ConfigNode) -> EventCondition? {
        guard let text = node.text(&diagnostics) else { return nil }
        switch EventCondition.compile(text) {
        case .success(let condition): return condition
        case .failure(let error):
            report(error.code, error.message, error.hint, at: node, text, byteOffset: error.byteOffset)
            return nil
        }
    }

    private mutating func template(_ node: ConfigNode, _ partitionKeys: Set<String>) -> OutputTemplate? {
        guard let text = node.text(&diagnostics) else { return nil }
        do throws(TemplateError) {
            let template = try OutputTemplate.parse(text, partitionKeys: partitionKeys)
            return reportIfUnknown(bucket: template.bucket, at: node) ? nil : template
        } catch {
            report(
                .configInvalidPattern,
                error.message,
                error.hint,
                at: node,
                text,
                byteOffset: error.byteOffset
            )
            return nil
        }
    }

    /// Reports a mistake within a scalar at the place within it, where the scalar stands on one line.
    mutating func report(
        _ code: SluiceError.Code,
        _ message: String,
        _ hint: String?,
        at node: ConfigNode,
        _ text: String,
        byteOffset: Int
    ) {
        var location = node.location
        if case .scalar(_, let isQuoted) = node.value, !text.contains("\n") {
            let before = String(decoding: text.utf8.prefix(byteOffset), as: UTF8.self)
            location = SourceLocation(
                line: location.line,
                column: location.column + before.count + (isQuoted ? 1 : 0)
            )
        }
        diagnostics.add(Diagnostic(.error, code, message, hint: hint, at: location, path: node.path))
    }
}
