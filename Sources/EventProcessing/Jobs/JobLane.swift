internal import DurableLedger
internal import EventModel
internal import TriggerRules

/// One trigger of a job that does not write where the configured triggers do: each such job is a lane of its
/// own, with targets and outputs of its own (DESIGN 2).
struct JobLane: Sendable {
    /// The trigger, under the lane's name.
    let trigger: Trigger
    /// What the job was asked to do, as the ledger keeps it.
    let specification: String
    /// The name of the job's lane.
    let name: String
    /// Whether the function's results are parts of the job's one result, and those of this function only.
    let reduces: Fingerprint?

    /// The name of a job's lane.
    static func name(_ id: JobID) -> String { id.lane }

    /// The triggers that process a job's objects: the configured ones, or in a lane their like under its
    /// name.
    static func triggers(
        of specification: JobSpecification,
        _ configuration: ProcessingConfiguration,
        lane: String
    ) throws(SluiceError) -> [Trigger] {
        if specification.function != nil {
            return try functionTriggers(specification, configuration, lane: lane)
        }
        guard !specification.triggers.isEmpty else {
            throw SluiceError(.jobSpecification, "The job names no trigger and no function.")
        }
        var triggers: [Trigger] = []
        for name in specification.triggers {
            guard let trigger = configuration.matcher.triggers.first(where: { $0.name.rawValue == name })
            else {
                throw SluiceError(
                    .processingUnknownTrigger,
                    "No trigger is called '\(name)'.",
                    hint: "`sluice status` lists them."
                )
            }
            guard let output = specification.output ?? specification.reduce else {
                triggers.append(trigger)
                continue
            }
            triggers.append(
                Trigger(
                    name: TriggerName("\(lane):\(name)"),
                    bucket: trigger.bucket,
                    events: trigger.events,
                    keys: trigger.keys,
                    condition: trigger.condition,
                    function: trigger.function,
                    output: try template(output, configuration),
                    rejects: try specification.rejects.map { text throws(SluiceError) in
                        try template(text, configuration)
                    },
                    retry: trigger.retry,
                    concurrency: trigger.concurrency,
                    timeout: trigger.timeout,
                    storing: trigger.storing
                )
            )
        }
        return triggers
    }

    private static func functionTriggers(
        _ specification: JobSpecification,
        _ configuration: ProcessingConfiguration,
        lane: String
    ) throws(SluiceError) -> [Trigger] {
        let function = FunctionName(specification.function ?? "")
        guard configuration.functions[function] != nil else {
            throw SluiceError(.jobSpecification, "No function is called '\(function)'.")
        }
        guard specification.triggers.isEmpty else {
            throw SluiceError(.jobSpecification, "A job takes triggers or a function, not both.")
        }
        guard let output = specification.output ?? specification.reduce, !specification.buckets.isEmpty
        else {
            throw SluiceError(
                .jobSpecification,
                "A job of a function needs buckets and an output.",
                hint: "Add --bucket, and --output BUCKET:TEMPLATE or --reduce BUCKET:KEY."
            )
        }
        var triggers: [Trigger] = []
        for name in specification.buckets {
            guard configuration.buckets[BucketName(name)] != nil else {
                throw SluiceError(.jobSpecification, "No bucket is called '\(name)'.")
            }
            triggers.append(
                Trigger(
                    name: TriggerName("\(lane):\(name)"),
                    bucket: BucketName(name),
                    keys: KeyPattern(),
                    function: function,
                    output: try template(output, configuration),
                    rejects: try specification.rejects.map { text throws(SluiceError) in
                        try template(text, configuration)
                    }
                )
            )
        }
        return triggers
    }

    /// Reads a place; its bucket is a configured one.
    static func template(
        _ text: String,
        _ configuration: ProcessingConfiguration
    ) throws(SluiceError) -> OutputTemplate {
        let template: OutputTemplate
        do throws(TemplateError) {
            template = try OutputTemplate.parse(text)
        } catch {
            throw SluiceError(.jobSpecification, "'\(text)': \(error.message)", hint: error.hint)
        }
        guard configuration.buckets[template.bucket] != nil else {
            throw SluiceError(.jobSpecification, "No bucket is called '\(template.bucket)'.")
        }
        return template
    }

    /// The lanes of jobs; those that fit no configuration any more have none, and wait.
    static func lanes(of jobs: [JobRow], _ configuration: ProcessingConfiguration) -> [JobLane] {
        jobs.flatMap { job in lanes(job.specification, name(job.id), configuration) }
    }

    /// The lanes of one job: none when it has no lane of its own, or fits no configuration any more.
    static func lanes(
        _ text: String,
        _ name: String,
        _ configuration: ProcessingConfiguration
    ) -> [JobLane] {
        guard let specification = try? JobSpecification.decode(text), specification.isLane,
            let triggers = try? triggers(of: specification, configuration, lane: name)
        else { return [] }
        let reduces = specification.reduce.map { _ in Fingerprint(hex: specification.fingerprint ?? "") }
        return triggers.map { JobLane(trigger: $0, specification: text, name: name, reduces: reduces) }
    }
}
