internal import ControlPlane
internal import EventProcessing

/// What `sluice job …` shows.
enum JobText {
    /// A table of jobs.
    static func list(_ jobs: [JobView], _ style: Style) -> String {
        var table = Table([
            .number("JOB"), .text("STATE"), .number("OBJECTS"), .number("LEFT"), .number("DONE"),
            .number("FAILED"), .number("SKIPPED"), .text("STARTED"), .text("WHAT", flexible: true),
        ])
        for job in jobs {
            table.add([
                .init("\(job.id)"), .init(job.state, tone(job)), .init(Figures.count(job.total)),
                .init(Figures.count(job.pending + job.open)), .init(Figures.count(job.succeeded)),
                .init(Figures.count(job.failed), job.failed == 0 ? .faint : .bad),
                .init(Figures.count(job.skipped)), .init(Figures.time(job.created)), .init(what(job)),
            ])
        }
        return table.text(style)
    }

    private static func tone(_ job: JobView) -> Style.Tone {
        switch job.state {
        case "complete": job.failed == 0 ? .good : .warning
        case "failed": .bad
        case "paused": .warning
        case "cancelled": .faint
        default: .plain
        }
    }

    private static func what(_ job: JobView) -> String {
        guard let specification = job.specification else { return "?" }
        var words = specification.triggers
        if let function = specification.function { words.append(function) }
        words += specification.conditions.map { "--\($0.rawValue)" }
        words += specification.prefixes + specification.globs
        if let output = specification.output { words.append("to \(output)") }
        if let reduce = specification.reduce { words.append("into \(reduce)") }
        if let origin = specification.origin { words.append("by \(origin)") }
        return words.joined(separator: " ")
    }

    /// One job with its failures by error.
    static func job(_ job: JobView, _ failures: [JobDoor.Failure], _ style: Style) -> String {
        let reason = job.reason.map { ": " + Printable.escape($0) } ?? ""
        var text = "job \(job.id)  \(style(job.state, tone(job)))\(reason)  \(Printable.escape(what(job)))\n"
        text += "  \(Figures.count(job.total)) objects, \(Figures.bytes(job.bytes)): "
        text += "\(Figures.count(job.succeeded)) succeeded, \(Figures.count(job.failed)) failed, "
        text += "\(Figures.count(job.skipped)) skipped, \(Figures.count(job.cancelled)) cancelled"
        let left = job.pending + job.open
        if left > 0 { text += ", \(Figures.count(left)) \(job.isFinished ? "never begun" : "left")" }
        text += "\n"
        if let reduce = job.specification?.reduce, job.state == "complete" {
            text += "  the result at \(Printable.escape(reduce)) covers \(Figures.count(job.succeeded)) of "
            text += "\(Figures.count(job.total)) objects\n"
        }
        for failure in failures {
            text += "  " + style("\(failure.count) × \(failure.code)", .bad)
            text += "  \(Printable.escape(failure.message))  (\(Printable.escape(failure.example)))\n"
        }
        return text
    }

    private static let mostLiveFailures = 5

    /// What is shown while a job works: its progress, and below it what fails, of its first failures.
    static func live(_ job: JobView, _ rate: Double?, _ failures: [JobDoor.Failure]) -> [LiveLines.Line] {
        let seen = failures.reduce(0) { $0 + $1.count }
        var lines = [LiveLines.Line(progress(job, rate))]
        lines += failures.prefix(mostLiveFailures).map { failure in
            let message = Printable.escape(failure.message)
            let example = Printable.escape(failure.example)
            return LiveLines.Line("  \(failure.count) × \(failure.code)  \(message)  (\(example))", .bad)
        }
        let more = failures.dropFirst(mostLiveFailures).reduce(0) { $0 + $1.count }
        if more > 0 { lines.append(LiveLines.Line("  \(Figures.count(more)) × other errors", .bad)) }
        // What is shown may be two seconds old; only what is never asked for is worth a word.
        if seen >= JobDoor.pageSize, seen < job.failed {
            let words = "of the first \(Figures.count(seen)) failures"
            lines.append(LiveLines.Line("  \(words)", .faint))
        }
        return lines
    }

    /// One line while a job works.
    static func progress(_ job: JobView, _ rate: Double?) -> String {
        if !job.isPrepared { return "job \(job.id) \(job.state)  \(Figures.count(job.total)) objects found" }
        let share = job.total == 0 ? 1 : Double(job.ended) / Double(job.total)
        let filled = Int(share * 30)
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 30 - filled)
        var line = "job \(job.id)  \(bar) \(Figures.fixed(share * 100, 0)) %"
        line += "  \(Figures.count(job.ended)) of \(Figures.count(job.total))"
        if job.failed > 0 { line += ", \(Figures.count(job.failed)) failed" }
        if let rate, rate > 0 {
            line += "  \(Figures.fixed(rate, 0))/s"
            line += "  \(Figures.seconds(Double(job.total - job.ended) / rate)) left"
        }
        return line
    }

    /// A plan.
    static func plan(_ plan: JobPlan, _ style: Style) -> String {
        var text = "\(style(Figures.count(plan.objects), .strong)) objects, \(Figures.bytes(plan.bytes))\n"
        for (reason, count) in plan.passed.sorted(by: { $0.key < $1.key }) {
            text += "  \(Figures.count(count)) passed over: \(reason)\n"
        }
        for (reason, count) in plan.skipped.sorted(by: { $0.key < $1.key }) {
            text += "  \(Figures.count(count)) skipped: \(reason)\n"
        }
        if let seconds = plan.expectedSeconds {
            text += "expected  \(Figures.seconds(seconds)), \(Figures.count(plan.requests)) requests, "
            text += "\(Figures.count(plan.billedUnits)) units of 100 ms, "
            text += "\(Figures.count(plan.expectedFailures)) failures\n"
            text +=
                "from      \(plan.sampled) objects (\(Figures.bytes(plan.sampledBytes))) that were tried\n"
        }
        for (format, count) in plan.formats.sorted(by: { $0.key < $1.key }) {
            text += "  \(count) × \(Printable.escape(format))\n"
        }
        for (code, count) in plan.failures.sorted(by: { $0.key < $1.key }) {
            text += "  " + style("\(count) × \(code)", .bad) + "\n"
        }
        for example in plan.examples { text += "such as   \(Printable.escape(example))\n" }
        if plan.objects == 0 { text += "Nothing would be processed.\n" }
        return text
    }
}
