internal import EventModel
internal import FunctionRuntime
internal import TriggerRules

/// What a job with `reduce` merges, and where the result goes; checked against one configuration; pure.
struct JobReduction: Sendable {
    /// The function of all its objects.
    let function: any AggregatingFunction
    /// Where the result goes; `{stem}` is `job-7`.
    let place: OutputTemplate

    /// Nil where the job merges nothing.
    ///
    /// Throws `job.invalid-specification` when its function does not fold, or its triggers have several, and
    /// `job.function-changed` when it is not the one that the job was made with.
    init?(_ specification: JobSpecification, _ configuration: ProcessingConfiguration) throws(SluiceError) {
        guard let text = specification.reduce else { return nil }
        guard specification.output == nil else {
            throw SluiceError(
                .jobSpecification,
                "A job has an output for each object, or one result of all.",
                hint: "Leave out --output or --reduce."
            )
        }
        place = try JobLane.template(text, configuration)
        let triggers = try JobLane.triggers(of: specification, configuration, lane: "job")
        let names = Set(triggers.map(\.function))
        guard names.count == 1, let name = names.first else {
            throw SluiceError(
                .jobSpecification,
                "The triggers of a job with one result have the functions "
                    + names.map { "'\($0)'" }.sorted().joined(separator: ", ") + ".",
                hint: "Start a job for each function."
            )
        }
        guard let function = configuration.functions[name]?.aggregating else {
            throw SluiceError(
                .jobSpecification,
                "Function '\(name)' folds no records, so there is nothing to merge.",
                hint: "Its steps need an `aggregate`."
            )
        }
        if let made = specification.fingerprint, made != function.fingerprint.hex {
            throw SluiceError(
                .jobFunctionChanged,
                "Function '\(name)' changed since the job began; results of both cannot be merged.",
                hint: "Start the job again."
            )
        }
        self.function = function
    }
}
