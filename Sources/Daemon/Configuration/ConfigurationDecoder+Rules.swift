internal import EventModel
internal import FunctionRuntime
internal import RecordEngine
internal import Settings
internal import TriggerRules

extension ConfigurationDecoder {
    /// One function.
    mutating func decodeFunction(_ entry: ConfigNode.Entry) -> FunctionDefinition? {
        FunctionDefinition.decode(name: FunctionName(entry.name), node: entry.value, &diagnostics)
    }

    /// A template that is no trigger's: the target of `after: move`.
    mutating func decodeTemplate(_ node: ConfigNode, _ names: Names) -> OutputTemplate? {
        guard let text = node.text(&diagnostics) else { return nil }
        do throws(TemplateError) {
            let template = try OutputTemplate.parse(text)
            if let name = template.functionPlaceholders.first {
                diagnostics.error(
                    .configInvalidValue,
                    "There is no {\(name)} where an object is moved as it is.",
                    hint: "Use {key}, or {dir} and {name}.",
                    at: node
                )
                return nil
            }
            let bucket = template.bucket.rawValue
            if names.buckets.contains(bucket) { return template }
            diagnostics.error(
                .configUnknownReference,
                "There is no bucket '\(bucket)'.",
                hint: Suggestion.hint(for: bucket, among: names.buckets),
                at: node
            )
        } catch {
            diagnostics.error(.configInvalidValue, error.message, hint: error.hint, at: node)
        }
        return nil
    }

    /// One trigger, with its function's shorter `timeout` applied.
    mutating func decodeTrigger(
        _ entry: ConfigNode.Entry,
        functions: [Named<FunctionDefinition>],
        _ names: Names
    ) -> Trigger? {
        let decoded = Trigger.decode(
            name: TriggerName(entry.name),
            node: entry.value,
            buckets: Set(names.buckets.map { BucketName($0) }),
            functions: Set(names.functions.map { FunctionName($0) }),
            diagnostics: &diagnostics
        )
        guard let trigger = decoded else { return nil }
        refuseRemovals(trigger, entry)
        let function = functions.first { $0.entry.name == trigger.function.rawValue }?.value
        guard let timeout = function?.timeout, timeout < trigger.timeout else { return trigger }
        return trigger.limited(to: timeout)
    }

    /// A removed object has no bytes, and steps work on bytes.
    private mutating func refuseRemovals(_ trigger: Trigger, _ entry: ConfigNode.Entry) {
        let takesRemovals = trigger.events.contains { pattern in
            EventType.removedDelete.matches(pattern: pattern) || pattern.name.hasPrefix("ObjectRemoved:")
        }
        guard takesRemovals, case .mapping(let settings) = entry.value.value,
            let events = settings.first(where: { $0.name == "events" })
        else { return }
        diagnostics.error(
            .configUnsupported,
            "\(events.value.path) takes removals, and steps have nothing to read then.",
            hint: "Write [\"ObjectCreated:*\"], or leave it out.",
            at: events.value
        )
    }

    /// Loops and collisions over the whole flow: triggers and what `after: move` moves.
    mutating func checkFlow(
        _ buckets: [Named<BucketConfiguration>],
        _ functions: [Named<FunctionDefinition>],
        _ triggers: [Named<Trigger>]
    ) {
        var moves: [BucketName: OutputTemplate] = [:]
        for bucket in buckets.compactMap(\.value) {
            if case .move(let template) = bucket.after { moves[bucket.name] = template }
        }
        let rules = triggers.compactMap(\.value)
        let placeholders = functions.compactMap(\.value).map { ($0.name, $0.placeholders) }
        let findings =
            LoopCheck(triggers: rules, moves: moves).findings + CollisionCheck(triggers: rules).findings
            + PlaceholderCheck(
                triggers: rules,
                placeholders: Dictionary(placeholders, uniquingKeysWith: { first, _ in first })
            ).findings
        let node = ConfigNode(value: .mapping(triggers.map(\.entry)), location: .start, path: "triggers")
        RuleFinding.report(findings, triggers: node, &diagnostics)
    }
}

extension Trigger {
    /// The same trigger with a shorter timeout.
    fileprivate func limited(to timeout: Duration) -> Trigger {
        Trigger(
            name: name,
            bucket: bucket,
            events: events,
            keys: keys,
            condition: condition,
            existing: existing,
            function: function,
            output: output,
            rejects: rejects,
            retry: retry,
            concurrency: concurrency,
            overwrite: overwrite,
            timeout: timeout,
            storing: storing
        )
    }
}
