internal import EventModel
internal import EventProcessing
internal import FoundationEssentials
internal import FunctionRuntime
internal import RecordEngine
internal import Settings
internal import TriggerRules

/// Reads `job:` of a schedule: the options of `sluice job start`, one line for each.
struct ScheduledJobDecoder {
    /// Buckets that are configured.
    let buckets: [String]
    /// Functions that are configured.
    let functions: [ConfigurationDecoder.Named<FunctionDefinition>]
    /// Triggers that are configured.
    let triggers: [ConfigurationDecoder.Named<Trigger>]
    /// What was found so far.
    var diagnostics: Diagnostics

    /// Bounds and offsets are not further from the due moment.
    private static let furthest = Duration.seconds(3660 * 86_400)

    /// The whole mapping.
    mutating func decode(_ node: ConfigNode) -> ScheduledJob? {
        guard var reader = MappingReader(node, &diagnostics) else { return nil }
        let errors = errorCount
        var job = ScheduledJob(JobSpecification())
        job.specification.triggers = names("trigger", of: &reader, among: triggers.map(\.entry.name))
        job.specification.function = reader.optional("function").flatMap {
            name("function", $0, among: functions.map(\.entry.name))
        }
        job.specification.buckets = names("bucket", of: &reader, among: buckets)
        job.specification.prefixes = reader.optional("prefix")?.texts(&diagnostics) ?? []
        job.specification.globs = reader.optional("glob").map { globs($0) } ?? []
        job.specification.when = reader.optional("when").flatMap { condition($0) }
        bound(reader.optional("since"), &job.since, &job.specification.since)
        bound(reader.optional("before"), &job.before, &job.specification.before)
        job.specification.manifest = reader.optional("manifest")?.text(&diagnostics)
        for condition in [JobSpecification.Condition.stale, .missing, .failed] {
            let isWanted = reader.optional(condition.rawValue)?.boolean(&diagnostics) ?? false
            if isWanted { job.specification.conditions.append(condition) }
        }
        job.specification.output = reader.optional("output").flatMap { place($0, isTemplate: true) }
        job.specification.rejects = reader.optional("rejects").flatMap { place($0, isTemplate: true) }
        job.specification.reduce = reader.optional("reduce").flatMap { place($0, isTemplate: true) }
        job.specification.priority =
            reader.optional("priority").flatMap { $0.integer(in: -1000...1000, &diagnostics) } ?? 0
        job.specification.maxFailures =
            reader.optional("max_failures").flatMap { limit($0) } ?? JobFailureLimit()
        job.specification.ratePerSecond = reader.optional("rate").flatMap { rate($0) }
        job.specification.report = reader.optional("report").flatMap { place($0, isTemplate: false) }
        job.offset = reader.optional("offset").flatMap { offset($0) } ?? .zero
        reader.finish(&diagnostics)
        if errorCount == errors { check(job.specification, node) }
        return job
    }

    private var errorCount: Int { diagnostics.findings.count { $0.severity == .error } }

    /// What must and must not stand together; as a job that is started by hand is checked.
    private mutating func check(_ job: JobSpecification, _ node: ConfigNode) {
        let mistake: (String, String)? =
            if job.triggers.isEmpty, job.function == nil {
                ("names no trigger and no function", "Add trigger: NAME.")
            } else if !job.triggers.isEmpty, job.function != nil {
                ("takes triggers or a function, not both", "Remove either.")
            } else if job.function != nil, job.buckets.isEmpty || job.output == nil && job.reduce == nil {
                (
                    "of a function needs buckets and an output, or reduce",
                    "Add bucket: and output: BUCKET:TEMPLATE, or reduce: BUCKET:KEY."
                )
            } else if job.output != nil, job.reduce != nil {
                ("has an output for each object, or one result of all", "Remove output: or reduce:.")
            } else if job.function == nil, !job.buckets.isEmpty {
                ("of triggers names a bucket", "A trigger has its own; leave bucket: out.")
            } else if job.isLane, !job.conditions.isEmpty {
                (
                    "with an output of its own knows nothing of what is stale, missing or failed",
                    "Leave out either."
                )
            } else if job.rejects != nil, job.output == nil, job.reduce == nil {
                ("without an output of its own takes no rejects", "Add output:, or remove rejects:.")
            } else if job.reduce != nil {
                reductionMistake(job)
            } else {
                nil
            }
        guard let (message, hint) = mistake else { return }
        diagnostics.error(.configInvalidValue, "The job \(message).", hint: hint, at: node)
    }

    /// What of the functions of a job with `reduce` cannot be merged.
    private func reductionMistake(_ job: JobSpecification) -> (String, String)? {
        let used = triggers.filter { job.triggers.contains($0.entry.name) }.compactMap(
            \.value?.function.rawValue
        )
        let names = Set(used + [job.function].compactMap { $0 })
        if names.count > 1 {
            let list = names.sorted().joined(separator: "' and '")
            return ("would merge results of '\(list)'", "Make a schedule for each function.")
        }
        guard let function = functions.first(where: { names.contains($0.entry.name) })?.value,
            function.pipeline?.aggregates != true
        else { return nil }
        return (
            "merges groups, and the function '\(function.name)' folds no records",
            "Its steps need an `aggregate`."
        )
    }

    private mutating func names(
        _ kind: String,
        of reader: inout MappingReader,
        among known: [String]
    ) -> [String] {
        guard let node = reader.optional(kind), let items = node.list(orSingle: true, &diagnostics) else {
            return []
        }
        var names: [String] = []
        for item in items {
            if let name = name(kind, item, among: known) { names.append(name) }
        }
        return names
    }

    private mutating func name(_ kind: String, _ node: ConfigNode, among known: [String]) -> String? {
        guard let text = node.text(&diagnostics) else { return nil }
        if !known.contains(text) {
            diagnostics.error(
                .configUnknownReference,
                "There is no \(kind) '\(text)'.",
                hint: Suggestion.hint(for: text, among: known),
                at: node
            )
        }
        return text
    }

    private mutating func globs(_ node: ConfigNode) -> [String] {
        guard let items = node.list(orSingle: true, &diagnostics) else { return [] }
        var globs: [String] = []
        for item in items {
            guard let text = item.text(&diagnostics) else { continue }
            globs.append(text)
            do throws(GlobError) {
                _ = try Glob(sample(text))
            } catch {
                diagnostics.error(.configInvalidPattern, error.message, hint: error.hint, at: item)
            }
        }
        return globs
    }

    private mutating func condition(_ node: ConfigNode) -> String? {
        guard let text = node.text(&diagnostics) else { return nil }
        do throws(SluiceError) {
            _ = try EventCondition.parse(text)
        } catch {
            diagnostics.error(error.code, error.message, hint: error.hint, at: node)
        }
        return text
    }

    /// `24h`: so long before the due moment; or a date.
    private mutating func bound(
        _ node: ConfigNode?,
        _ relative: inout Duration?,
        _ absolute: inout Timestamp?
    ) {
        guard let node, let text = node.text(&diagnostics) else { return }
        if let duration = ConfigNode.parseDuration(text), duration <= Self.furthest {
            relative = duration
        } else if let date = try? Date(text.count == 10 ? text + "T00:00:00Z" : text, strategy: .iso8601) {
            absolute = Timestamp(milliseconds: Int64((date.timeIntervalSince1970 * 1000).rounded()))
        } else {
            diagnostics.error(
                .configInvalidValue,
                "\(node.path) is no time.",
                hint: "Write how long before the due moment, such as 24h; or 2026-10-01, or RFC 3339.",
                at: node
            )
        }
    }

    /// `BUCKET:KEY`, perhaps with placeholders of the due moment.
    private mutating func place(_ node: ConfigNode, isTemplate: Bool) -> String? {
        guard let text = node.text(&diagnostics) else { return nil }
        do throws(TemplateError) {
            // A report may have no key, or end with a slash: it is what keys begin with.
            let whole = isTemplate ? text : text + (text.hasSuffix(":") || text.hasSuffix("/") ? "x" : "")
            let bucket = try OutputTemplate.parse(sample(whole)).bucket.rawValue
            if !buckets.contains(bucket) {
                diagnostics.error(
                    .configUnknownReference,
                    "There is no bucket '\(bucket)'.",
                    hint: Suggestion.hint(for: bucket, among: buckets),
                    at: node
                )
            }
        } catch {
            diagnostics.error(.configInvalidValue, error.message, hint: error.hint, at: node)
        }
        return text
    }

    /// A text with some digits for the placeholders of the due moment.
    private func sample(_ text: String) -> String {
        ScheduledJob.placeholders.reduce(text) { $0.replacing("{\($1)}", with: "10") }
    }

    private mutating func limit(_ node: ConfigNode) -> JobFailureLimit? {
        guard let text = node.text(&diagnostics) else { return nil }
        if let limit = JobFailureLimit(text) { return limit }
        let hint = "Write a number, or a percentage such as 2%."
        diagnostics.error(.configInvalidValue, "\(node.path) is no limit.", hint: hint, at: node)
        return nil
    }

    private mutating func rate(_ node: ConfigNode) -> Double? {
        guard let text = node.text(&diagnostics) else { return nil }
        let number = text.hasSuffix("/s") ? String(text.dropLast(2)) : text
        if let value = Double(number), value > 0, value < 1e9 { return value }
        let hint = "Write objects a second, such as 500/s."
        diagnostics.error(.configInvalidValue, "\(node.path) is no rate.", hint: hint, at: node)
        return nil
    }

    private mutating func offset(_ node: ConfigNode) -> Duration? {
        guard let text = node.text(&diagnostics) else { return nil }
        let isEarlier = text.hasPrefix("-")
        if let duration = ConfigNode.parseDuration(isEarlier ? String(text.dropFirst()) : text),
            duration <= Self.furthest
        {
            return isEarlier ? .zero - duration : duration
        }
        let hint = "Write -1d for the day before, or -1h."
        diagnostics.error(.configInvalidValue, "\(node.path) is no offset.", hint: hint, at: node)
        return nil
    }
}
