internal import DurableLedger
internal import EventModel
internal import FunctionRuntime
internal import TriggerRules

/// A job's specification, checked against one configuration: its triggers and what it selects; pure.
struct JobRules: Sendable {
    /// What is processed how: the configured triggers, or the job's own.
    let triggers: [Trigger]
    /// What was asked.
    let specification: JobSpecification
    private let keys: KeyPattern
    private let condition: EventCondition?
    /// Today's logic by trigger.
    private let fingerprints: [TriggerName: Fingerprint]

    /// Checks a specification; `lane` names the triggers of a job with a lane of its own.
    init(
        _ specification: JobSpecification,
        _ configuration: ProcessingConfiguration,
        lane: String
    ) throws(SluiceError) {
        self.specification = specification
        let triggers = try JobLane.triggers(of: specification, configuration, lane: lane)
        self.triggers = triggers
        keys = KeyPattern(
            globs: try Self.globs(specification.globs),
            prefixes: specification.prefixes.map { ObjectKey($0) }
        )
        condition = try specification.when.map { text throws(SluiceError) in try EventCondition.parse(text) }
        var fingerprints: [TriggerName: Fingerprint] = [:]
        for trigger in triggers {
            fingerprints[trigger.name] = configuration.functions[trigger.function]?.fingerprint
        }
        self.fingerprints = fingerprints
        _ = try JobReduction(specification, configuration)
        if let manifest = specification.manifest { _ = try ManifestPlace(manifest, configuration) }
        if specification.isLane, !specification.conditions.isEmpty {
            throw SluiceError(
                .jobSpecification,
                "A job with an output of its own knows nothing of what is stale, missing or failed.",
                hint: "Leave out either."
            )
        }
    }

    private static func globs(_ texts: [String]) throws(SluiceError) -> [Glob] {
        var globs: [Glob] = []
        for text in texts {
            do throws(GlobError) {
                globs.append(try Glob(text))
            } catch {
                throw SluiceError(.jobSpecification, "'\(text)' is no glob: \(error.message)")
            }
        }
        return globs
    }

    /// Whether more than the key decides, so that the store must be asked where only the key is known.
    var needsLook: Bool {
        specification.since != nil || specification.before != nil || condition != nil
            || triggers.contains { $0.condition != nil }
    }

    /// Whether the buckets are listed: not when the ledger alone knows what is stale or failed.
    var lists: Bool {
        specification.manifest == nil
            && (specification.conditions.isEmpty || specification.conditions.contains(.missing))
    }

    /// Whether the ledger is asked for what is stale or failed.
    var asksLedger: Bool {
        specification.manifest == nil && specification.conditions.contains { $0 != .missing }
    }

    /// The prefix to list under: what all selected keys begin with.
    var listedPrefix: ObjectKey {
        specification.prefixes.count == 1 ? keys.prefixes[0] : ObjectKey(bytes: [])
    }

    /// Whether a key can be one of those asked for.
    func takes(_ key: ObjectKey, for trigger: Trigger) -> Bool { refusal(of: key, for: trigger) == nil }

    /// Why a key can be none of those asked for: a stable word; nil when it can.
    func refusal(of key: ObjectKey, for trigger: Trigger) -> String? {
        if keys.refusal(of: key) != nil { return "not-selected" }
        return trigger.keys.refusal(of: key) == nil ? nil : "not-matching"
    }

    /// Why an object is not one of those asked for: a stable word; nil when it is.
    func refusal(of info: ObjectInfo, for trigger: Trigger) -> String? {
        if keys.refusal(of: info.key) != nil { return "not-selected" }
        if let since = specification.since, info.modified < since { return "older" }
        if let before = specification.before, info.modified >= before { return "newer" }
        let event = IntakeRules.event(for: info, in: trigger.bucket)
        if condition?.refusal(of: event) != nil { return "not-selected" }
        return trigger.refusal(of: event) == nil ? nil : "not-matching"
    }

    /// Whether the state of a target is what was asked for; a listing showed `version`.
    func wants(_ row: TargetRow?, of trigger: Trigger, version: ObjectVersion?) -> Bool {
        let conditions = specification.conditions
        if conditions.isEmpty { return true }
        if conditions.contains(.missing), row?.done == nil { return true }
        guard let row else { return false }
        if conditions.contains(.failed), row.latestState == .dead { return true }
        guard conditions.contains(.stale), let done = row.done else { return false }
        let isCurrent = (version ?? row.seen).map { $0 == done.version } ?? true
        return done.fingerprint != fingerprints[trigger.name] || !isCurrent
    }
}
