internal import DurableLedger
internal import EventModel
internal import EventProcessing
internal import TestSupport
internal import Testing
internal import TriggerRules

/// Schedules in a house in memory, through one service after another; each job names when it was due.
final class ScheduleScene: Sendable {
    let house: House
    /// What survives, without any crash of the calls that reach it.
    let ledger: ReferenceLedger

    init(crash: CrashPoint? = nil) {
        let ledger = ReferenceLedger()
        self.ledger = ledger
        house = House(ledger: crash.map { CrashingLedger(inner: ledger, crash: $0) } ?? ledger)
    }

    static func schedule(
        _ cron: String = "@hourly",
        name: String = "s",
        catchUp: Schedule.CatchUp = .all,
        overlap: Schedule.Overlap = .allow,
        _ change: (inout JobSpecification) -> Void = { _ in }
    ) throws -> Schedule {
        var specification = JobSpecification()
        specification.triggers = ["t"]
        specification.prefixes = ["{day}-{hour}:{minute}"]
        change(&specification)
        return Schedule(
            name: name,
            cron: try CronExpression(cron),
            catchUp: catchUp,
            overlap: overlap,
            job: ScheduledJob(specification)
        )
    }

    func configuration(_ schedules: [Schedule]) -> ProcessingConfiguration {
        ProcessingConfiguration(
            buckets: house.stores.values.map { BucketSetup(store: $0) },
            matcher: TriggerMatcher(triggers: [trigger("t", on: "inbox", function: "f", to: "clean:{key}")]),
            functions: [FunctionDouble.mapping("f") { $0 }],
            workers: 2,
            schedules: schedules
        )
    }

    /// Runs a service while `body` works with it.
    func serve(_ schedules: [Schedule], _ body: (EventProcessor) async throws -> Void) async throws {
        let processor = house.boot(configuration(schedules))
        let task = Task { try await processor.run() }
        do { try await body(processor) } catch {
            task.cancel()
            _ = await task.result
            throw error
        }
        processor.stop()
        try await task.value
        // Boots of one moment would draw the same name.
        house.clock.advance(by: .milliseconds(1))
    }

    /// When the jobs were due, in the order in which they were made: `01-06:00`.
    func dues() async -> [String] {
        await ledger.jobs(before: nil, limit: 1000).reversed().map { job in
            (try? JobSpecification.decode(job.specification))?.prefixes.first ?? "?"
        }
    }

    /// Waits until so many jobs were made.
    func made(_ count: Int) async throws {
        try await eventually("\(count) jobs are made") {
            await ledger.jobs(before: nil, limit: 1000).count >= count
        }
    }

    /// Waits until a schedule is known to the ledger.
    func known(_ name: String = "s") async throws {
        try await eventually("the schedule is known") { await ledger.recall("schedule \(name)") != nil }
    }

    /// Moves the clock on until something is so.
    func clock(until what: String, _ condition: @escaping () async throws -> Bool) async throws {
        try await eventually("\(what)") {
            house.clock.advance(by: .milliseconds(50))
            return try await condition()
        }
    }
}
