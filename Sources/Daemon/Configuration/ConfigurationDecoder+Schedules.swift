internal import EventModel
internal import EventProcessing
internal import FunctionRuntime
internal import RecordEngine
internal import Settings
internal import TriggerRules

extension ConfigurationDecoder {
    /// The longest jitter, and the furthest that bounds and placeholders may lie from the due moment.
    private static let longestJitter = Duration.seconds(86_400)

    /// One schedule.
    mutating func decodeSchedule(
        _ entry: ConfigNode.Entry,
        functions: [Named<FunctionDefinition>],
        triggers: [Named<Trigger>],
        _ names: Names
    ) -> Schedule? {
        guard var reader = MappingReader(entry.value, &diagnostics) else { return nil }
        let errors = diagnostics.findings.count { $0.severity == .error }
        let cron = reader.required("cron", &diagnostics).flatMap { decodeCron($0) }
        let clock = reader.optional("timezone").map { decodeClock($0) } ?? .utc
        let catchUp = reader.optional("catch_up").flatMap { $0.choice(Schedule.CatchUp.self, &diagnostics) }
        let jitter = reader.optional("jitter").flatMap {
            $0.duration(in: .zero...Self.longestJitter, &diagnostics)
        }
        let overlap = reader.optional("overlap").flatMap { $0.choice(Schedule.Overlap.self, &diagnostics) }
        let isPaused = reader.optional("paused").flatMap { $0.boolean(&diagnostics) }
        let jobNode = reader.required("job", &diagnostics)
        reader.finish(&diagnostics)
        var job: ScheduledJob?
        if let jobNode {
            var decoder = ScheduledJobDecoder(
                buckets: names.buckets,
                functions: functions,
                triggers: triggers,
                diagnostics: diagnostics
            )
            job = decoder.decode(jobNode)
            diagnostics = decoder.diagnostics
        }
        guard diagnostics.findings.count(where: { $0.severity == .error }) == errors else { return nil }
        guard let cron, let clock, let job else { return nil }
        return Schedule(
            name: entry.name,
            cron: cron,
            clock: clock,
            catchUp: catchUp ?? .once,
            jitter: jitter ?? .zero,
            overlap: overlap ?? .skip,
            isPaused: isPaused ?? false,
            job: job
        )
    }

    /// Five fields, or a word.
    private mutating func decodeCron(_ node: ConfigNode) -> CronExpression? {
        guard let text = node.text(&diagnostics) else { return nil }
        do throws(CronError) {
            let cron = try CronExpression(text)
            if cron.next(after: Timestamp(nanoseconds: 0), in: .utc) != nil { return cron }
            diagnostics.error(
                .configNeverDue,
                "'\(text)' is never due.",
                hint: "No month that it names has such a day.",
                at: node
            )
        } catch {
            diagnostics.error(.configInvalidCron, error.message, hint: error.hint, at: node)
        }
        return nil
    }

    /// `UTC`, an offset, or a name of the IANA database.
    private mutating func decodeClock(_ node: ConfigNode) -> LocalClock? {
        guard let text = node.text(&diagnostics) else { return nil }
        if let zone = Zone(fixed: text) { return LocalClock(zone) }
        if ZoneFiles.isName(text), let bytes = ZoneFiles.system.read(text),
            let zone = try? ZoneFile.read(bytes, name: text)
        {
            return LocalClock(zone)
        }
        let names = ZoneFiles.system.names()
        let hint =
            names.isEmpty
            ? "This machine has no time zones: install tzdata, or write an offset such as +02:00."
            : "Write a name of the IANA database such as Europe/Berlin, or an offset such as +02:00."
        diagnostics.error(
            .configUnknownZone,
            "There is no time zone '\(text)'.",
            hint: Suggestion.nearest(to: text, among: names).map { "Did you mean '\($0)'?" } ?? hint,
            at: node
        )
        return nil
    }
}

extension LocalClock {
    /// The clocks of a time zone.
    fileprivate init(_ zone: Zone) {
        self.init(name: zone.name) { seconds in
            let part = zone.offset(at: seconds)
            return Part(start: part.start, end: part.end, offset: Int64(part.offset))
        }
    }
}
