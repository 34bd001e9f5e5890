internal import CSimdjson
internal import Glibc
internal import Settings

/// `timestamp: { field: time, from: [layouts], zone: Europe/Berlin, to: rfc3339 }` reads times and writes
/// them in one form.
///
/// Every field of that name gets the new value; null stays null, and where there is no such field nothing
/// happens. Nothing depends on the day of the run: a time without a year lies in the year that brings it
/// nearest to the object's own time (trap J10).
struct TimestampStep: RecordStep {
    /// What users read about it.
    static let spec = ComponentSpec(
        name: "timestamp",
        summary: "Reads a time in any of several layouts and writes it in one.",
        semantics: 1,
        example: "- timestamp: { field: time, from: auto, zone: Europe/Berlin, to: rfc3339 }",
        options: [
            .init("field", "name", standard: nil, "The field that holds the time, as text or number."),
            .init("from", "layout or list of layouts", standard: "auto", "How it is written; the first fit."),
            .init("zone", "zone", standard: "UTC", "Where times without an offset come from."),
            .init("to", "layout", standard: "rfc3339", "How it is to be written."),
            .init("out_zone", "zone", standard: "UTC", "Whose clocks the written time is of."),
            .init("into", "name", standard: "the same field", "Another field that gets the written time."),
            ErrorPolicy.option,
            .init(
                "ambiguous",
                "`first` or `flag`",
                standard: "first",
                "`flag` adds a field NAME_ambiguous: true where clocks showed the time twice or never."
            ),
        ],
        notes: """
            `timestamp: time` reads what it knows by its shape and writes RFC 3339 in UTC. A
            layout is `rfc3339` (or `iso8601`), `rfc2822`, `rfc3164`, `clf`, `epoch_s`,
            `epoch_ms`, `epoch_us`, `epoch_ns`, `epoch` (the size of the number tells its
            unit), or a pattern: `%Y %m %d %H %M %S`, `%f` (the fraction; `%3f`, `%6f`, `%9f`
            with so many digits), `%z %:z %Z %b %B %a %A %e %j %y %p %I %s %T %D %F %R %n %t
            %%`. `auto` finds the layout by the shape of the text, and leaves alone what could
            be read in two ways, such as 03/04/2026. A zone is `UTC`, an offset such as
            `+02:00`, or a name of the IANA database such as `Europe/Berlin`.

            A time without a year lies in the year that brings it nearest to the object's own
            time, so that a run on any other day gives the same. `24:00` is the next day's
            `00:00`, a second 60 the one behind it, two digits of a year are 1969 to 2068. A
            local time that clocks skip moves forward by the gap; one that they show twice is
            the first. A fraction keeps its digits. Null stays null.
            """,
        samples: [
            #"{"time":"10/Oct/2000:13:55:36 -0700"}"#,
            #"{"time":"2026-07-01 12:00:00,250"}"#,
            #"{"time":1700000000123}"#,
            #"{"time":"soon"}"#,
        ]
    )

    /// What is done about local times that mean two moments or none.
    enum Ambiguity: String, CaseIterable {
        /// `first`: the first moment is taken; `flag`: and the record says so.
        case first, flag
    }

    /// The field that is read.
    let field: UInt16
    /// The field that is written.
    let target: UInt16
    /// What is set where a time was ambiguous; 0 where nothing is.
    let flag: UInt16
    /// How it is read.
    let reader: TimeField
    /// How it is written.
    let layout: TimeLayout
    /// Whose clocks are written.
    let zone: Zone
    /// What becomes of values that are no times.
    let policy: ErrorPolicy

    /// Compiles the step; reports its mistakes.
    static func compile(_ node: ConfigNode, _ context: inout StepContext) -> [any RecordStep] {
        if case .scalar = node.value { return short(node, &context) }
        guard var options = MappingReader(node, &context.diagnostics) else { return [] }
        let field = options.required("field", &context.diagnostics)
        let from = options.optional("from")
        let zone = options.optional("zone")
        let to = options.optional("to")
        let outZone = options.optional("out_zone")
        let into = options.optional("into")
        let policy = options.optional("on_error")
        let ambiguity = options.optional("ambiguous")
        options.finish(&context.diagnostics)

        let name = field?.text(&context.diagnostics)
        if let name, let field { context.checkKnown(name, at: field.location, path: field.path) }
        let layouts = from.map { context.timeLayouts($0) } ?? [TimeLayout(.auto)]
        let layout = to.map { context.timeLayout($0, for: .writing) } ?? TimeLayout(.rfc3339)
        let inZone = zone.map { context.zone($0) } ?? .utc
        let written = outZone.map { context.zone($0) } ?? .utc
        let target = into.map { $0.text(&context.diagnostics) } ?? name
        let onError = policy.map { $0.choice(ErrorPolicy.self, &context.diagnostics) } ?? .reject
        let onAmbiguity = ambiguity.map { $0.choice(Ambiguity.self, &context.diagnostics) } ?? .first
        guard let name, let layout, let inZone, let written, let target, let onError else { return [] }

        if target != name { context.add(target) }
        var flag: UInt16 = 0
        if onAmbiguity == .flag {
            context.add("\(name)_ambiguous")
            flag = context.symbols.symbol(for: "\(name)_ambiguous")
        }
        let made = TimestampStep(
            field: context.symbols.symbol(for: name),
            target: context.symbols.symbol(for: target),
            flag: flag,
            reader: TimeField(reader: TimeReader(layouts: layouts, zone: inZone)),
            layout: layout,
            zone: written,
            policy: onError
        )
        return [made]
    }

    /// `timestamp: time` is `{ field: time }`.
    private static func short(_ node: ConfigNode, _ context: inout StepContext) -> [any RecordStep] {
        guard let name = node.text(&context.diagnostics) else { return [] }
        context.checkKnown(name, at: node.location, path: node.path)
        let symbol = context.symbols.symbol(for: name)
        let made = TimestampStep(
            field: symbol,
            target: symbol,
            flag: 0,
            reader: TimeField(reader: TimeReader(layouts: [TimeLayout(.auto)], zone: .utc)),
            layout: TimeLayout(.rfc3339),
            zone: .utc,
            policy: .reject
        )
        return [made]
    }

    /// Works on the live records of a batch.
    func apply(to batch: RecordBatch) {
        var run = Run(reference: batch.unit.objectTime.map { Instant($0) })
        for index in 0..<batch.count where unsafe batch.records[index].isLive {
            let range = unsafe batch.records[index].fieldRange
            for place in range.reversed() {
                let found = unsafe batch.fields[place]
                guard found.symbol == field, !found.isRemoved else { continue }
                let isInPlace = target == field
                switch made(found, in: batch, &run) {
                case .success(let value?) where isInPlace:
                    unsafe batch.replace(&batch.fields[place], with: value)
                    unsafe batch.records[index].is_changed = 1
                case .success(let value?): unsafe batch.set(target, to: value, in: &batch.records[index])
                case .success(nil): break
                case .failure(let failure): unsafe batch.records[index].reject(failure.reason)
                }
                if run.isAmbiguous, flag != 0 {
                    let yes = MadeValue(tag: SLUICE_TRUE, offset: 0, length: 0)
                    unsafe batch.set(flag, to: yes, in: &batch.records[index])
                }
                if unsafe !isInPlace || !batch.records[index].isLive { break }
            }
        }
    }

    /// What lasts from value to value of a batch.
    private struct Run {
        let reference: Instant?
        var reading = TimeMemory()
        var writing = TimeMemory()
        var isAmbiguous = false
        /// The value before: lines of a log often have the same second.
        var last = sluice_field()
        /// What it became.
        var lastMade: MadeValue?
        var lastWasAmbiguous = false
    }

    /// What the value before became, where it has the same bytes and both lie in the block, which stays.
    @inline(__always)
    private func repeated(_ field: sluice_field, in batch: RecordBatch, _ run: inout Run) -> MadeValue? {
        guard let made = run.lastMade, field.value_length == run.last.value_length, field.tag == run.last.tag,
            field.flags & UInt8(SLUICE_IN_ARENA) == 0,
            unsafe memcmp(batch.start(of: field), batch.start(of: run.last), Int(field.value_length)) == 0
        else { return nil }
        run.isAmbiguous = run.lastWasAmbiguous
        return made
    }

    /// The new value; nil where the old one stays.
    @inline(__always)
    private func made(
        _ field: sluice_field,
        in batch: RecordBatch,
        _ run: inout Run
    ) -> Result<MadeValue?, ValueFailure> {
        run.isAmbiguous = false
        if let made = repeated(field, in: batch, &run) { return .success(made) }
        let null = MadeValue(tag: SLUICE_NULL, offset: 0, length: 0)
        guard let read = reader.time(of: field, in: batch, near: run.reference, &run.reading) else {
            return .success(target == self.field ? nil : null)
        }
        var fault: TimeFault
        switch read {
        case .success(let time):
            guard batch.arena.count + layout.maximumBytes <= RecordBatch.maximumArenaBytes else {
                return .failure(ValueFailure(reason: .tooMuchText))
            }
            let offset = batch.arena.count
            if layout.write(time, in: zone, to: batch.arena, &run.writing) {
                run.isAmbiguous = time.isAmbiguous
                let tag = layout.isNumber ? SLUICE_NUMBER : SLUICE_TEXT
                let made = MadeValue(tag: tag, offset: offset, length: batch.arena.count - offset)
                if field.flags & UInt8(SLUICE_IN_ARENA) == 0 {
                    run.last = field
                    run.lastMade = made
                    run.lastWasAmbiguous = time.isAmbiguous
                }
                return .success(made)
            }
            fault = .outOfRange
        case .failure(let found): fault = found
        }
        switch policy {
        case .reject: return .failure(ValueFailure(reason: RejectReason(fault)))
        case .null: return .success(null)
        case .keep: return .success(nil)
        }
    }
}
