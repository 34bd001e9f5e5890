internal import DurableLedger
internal import EventModel
internal import Execution
internal import FunctionRuntime
internal import ObjectStorage
internal import TriggerRules

/// The run phase of an attempt (DESIGN 5, step 5): opens one version of the source, runs the function over
/// it on an I/O thread, and stages the outputs. Decides nothing and writes nothing to the ledger, so a child
/// process can do it.
struct AttemptRunner: Sendable {
    /// The snapshot that the attempt is bound to.
    let configuration: ProcessingConfiguration
    /// Drives one attempt per thread.
    let pool: BlockingPool
    /// Makes outputs durable.
    let finisher: OutputFinisher

    /// Runs to one of the outcomes; never leaves staged outputs behind unless they are the outcome.
    func run(_ assignment: WorkerAssignment, control: AttemptControl) async -> AttemptOutcome {
        guard let trigger = configuration.trigger(assignment.triggerName),
            let function = configuration.functions[trigger.function],
            let store = configuration.buckets[assignment.bucketName]?.store
        else {
            let message =
                "Trigger '\(assignment.trigger)', its function or its bucket is not configured any more."
            return .failed(SluiceError(.processingUnconfigured, message))
        }
        guard function.fingerprint.hex == assignment.fingerprint else {
            let message = "Function '\(function.name)' is another than the one the attempt was made for."
            return .failed(
                SluiceError(.processingUnconfigured, message, hint: "Reload the service's configuration.")
            )
        }
        if let expected = configuration.lane(trigger.name)?.reduces, function.fingerprint != expected {
            // The job ends as soon as this is seen there.
            let message = "Function '\(function.name)' changed since its job began."
            return .failed(SluiceError(.processingUnconfigured, message))
        }
        do throws(SluiceError) {
            if let store = store as? any DirectObjectStore {
                let outcome = try await pool.run { () throws(SluiceError) in
                    try driveHere(assignment, store, trigger, function, control)
                }
                if let outcome { return outcome }
            }
            switch try await open(assignment, in: store, for: trigger) {
            case .left(let outcome):
                return outcome
            case .reader(let reader):
                return try await pool.run { () throws(SluiceError) in
                    drive(assignment, reader, trigger, function, control)
                }
            }
        } catch {
            return Self.outcome(of: error)
        }
    }

    private enum Opening {
        case reader(any ObjectReader)
        case left(AttemptOutcome)
    }

    /// Opens the delivery's version; when the object was replaced before that, the newest one, if the
    /// trigger takes it.
    private func open(
        _ assignment: WorkerAssignment,
        in store: any ObjectStore,
        for trigger: Trigger
    ) async throws(SluiceError) -> Opening {
        let key = assignment.objectKey
        do throws(SluiceError) {
            return .reader(try await store.open(key, ifMatch: assignment.objectVersion))
        } catch {
            guard error.code == .storageVersionChanged else { throw error }
        }
        if await store.writerState(of: key) == .writing { return .left(.changed) }
        let reader = try await store.open(key, ifMatch: nil)
        let event = IntakeRules.event(for: reader.info, in: assignment.bucketName)
        guard !TriggerMatcher(triggers: [trigger]).matching(event).isEmpty else { return .left(.unwanted) }
        return .reader(reader)
    }

    /// Opens and drives on one thread; nil when the delivery's version was replaced, which `open` looks into.
    private func driveHere(
        _ assignment: WorkerAssignment,
        _ store: any DirectObjectStore,
        _ trigger: Trigger,
        _ function: any Function,
        _ control: AttemptControl
    ) throws(SluiceError) -> AttemptOutcome? {
        let reader: any ObjectReader
        do throws(SluiceError) {
            reader = try store.openHere(assignment.objectKey, ifMatch: assignment.objectVersion)
        } catch {
            guard error.code == .storageVersionChanged else { throw error }
            return nil
        }
        return drive(assignment, reader, trigger, function, control)
    }

    private func drive(
        _ assignment: WorkerAssignment,
        _ reader: any ObjectReader,
        _ trigger: Trigger,
        _ function: any Function,
        _ control: AttemptControl
    ) -> AttemptOutcome {
        let failure = SourceFailure()
        let source = DigestingSource(reader, failure: failure)
        let opener = StagingOpener(
            assignment,
            trigger: trigger,
            buckets: configuration.buckets,
            version: reader.info.version,
            finisher: finisher
        )
        do throws(SluiceError) {
            let invocation = invocation(for: assignment, reader, source, failure, outputs: opener, control)
            let report: InvocationReport
            var partial: [UInt8]?
            if configuration.lane(trigger.name)?.reduces != nil, let function = function.aggregating {
                let part = try function.invokePartially(invocation)
                (report, partial) = (part.report, part.partial)
            } else {
                report = try function.invoke(invocation)
            }
            try control.check()
            try source.drain(checking: control)
            try source.confirm()
            let outputs = try Self.finish(opener, report, function.name)
            return .staged(
                StagedRun(
                    version: reader.info.version,
                    digest: source.digest,
                    outputs: outputs,
                    statistics: Self.statistics(report, source, outputs),
                    partial: partial
                )
            )
        } catch {
            opener.abandonAll()
            if Self.hasChanged(reader) { return .changed }
            return failure.error.map(Self.outcome) ?? .failed(Self.failure(ofOutputs: error))
        }
    }

    private func invocation(
        for assignment: WorkerAssignment,
        _ reader: any ObjectReader,
        _ source: DigestingSource,
        _ failure: SourceFailure,
        outputs: StagingOpener,
        _ control: AttemptControl
    ) -> Invocation {
        let info = reader.info
        let store = configuration.buckets[assignment.bucketName]?.store
        return Invocation(
            event: ObjectEvent(
                bucket: assignment.bucketName,
                key: assignment.objectKey,
                type: EventType(assignment.eventType),
                version: info.version,
                sizeBytes: info.sizeBytes,
                time: info.modified
            ),
            idempotencyKey: "\(assignment.ledger)-\(assignment.delivery)",
            source: source,
            sourceAttributes: reader.attributes,
            sourceTags: { () throws(SluiceError) in
                do throws(SluiceError) {
                    return try BlockingBridge.wait { () async throws(SluiceError) in
                        try await store?.tags(of: info.key, ifVersion: info.version) ?? [:]
                    }
                } catch {
                    throw failure.note(error)
                }
            },
            outputs: outputs,
            checkCancellation: { () throws(SluiceError) in try control.check() }
        )
    }

    private static func statistics(
        _ report: InvocationReport,
        _ source: DigestingSource,
        _ outputs: [StagedOutput]
    ) -> DeliveryStatistics {
        var statistics = DeliveryStatistics()
        statistics.tally = report.tally
        statistics.bytesIn = source.digest.sizeBytes
        statistics.bytesOut = outputs.reduce(0) { $0 + $1.digest.sizeBytes }
        statistics.warnings = report.warnings
        statistics.notes = report.notes
        statistics.members = report.members
        statistics.outputs = UInt64(outputs.count)
        return statistics
    }

    /// Step b of DESIGN 5.6, checked once more here: no count, no commit.
    private static func finish(
        _ opener: StagingOpener,
        _ report: InvocationReport,
        _ function: FunctionName
    ) throws(SluiceError) -> [StagedOutput] {
        if let members = report.members, !members.isBalanced {
            throw SluiceError(
                .processingUnbalanced,
                "Function '\(function)' does not account for every member: \(members).",
                hint: "This is a defect of the function; nothing was committed."
            )
        }
        if let tally = report.tally, !tally.isBalanced {
            throw SluiceError(
                .processingUnbalanced,
                "Function '\(function)' does not account for every record: \(tally).",
                hint: "This is a defect of the function; nothing was committed."
            )
        }
        return try opener.finishAll()
    }

    /// Bytes of two versions look like a corrupt object: a failure counts only against a version that is
    /// still whole.
    private static func hasChanged(_ reader: any ObjectReader) -> Bool {
        do throws(SluiceError) {
            try reader.confirm()
            return false
        } catch {
            return error.code == .storageVersionChanged
        }
    }

    /// What a failure of the source means.
    private static func outcome(of error: SluiceError) -> AttemptOutcome {
        switch error.code {
        case .storageNotFound: .gone
        case .storageVersionChanged: .changed
        default: .failed(error)
        }
    }

    /// What failed while the source could be read. A store that does not know the output that it was just
    /// given (a proxy's 404, an upload that was aborted) is out of order; the object is not to blame.
    private static func failure(ofOutputs error: SluiceError) -> SluiceError {
        switch error.code {
        case .storageNotFound, .storageVersionChanged, .storageStagedGone:
            SluiceError(
                .storageUnavailable,
                "An output could not be written: \(error.message)",
                hint: "The output's store, or a proxy before it, does not know what it was given; the work "
                    + "goes on by itself once it does.",
                cause: error
            )
        default: error
        }
    }
}
