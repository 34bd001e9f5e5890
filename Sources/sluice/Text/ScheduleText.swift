internal import ControlPlane

/// What `sluice schedules` shows.
enum ScheduleText {
    /// A table of schedules, and below it why some could make no job.
    static func list(_ schedules: [ScheduleView], _ style: Style) -> String {
        if schedules.isEmpty { return "No schedules.\n" }
        var table = Table([
            .text("SCHEDULE"), .text("CRON"), .text("ZONE"), .text("NEXT"), .text("LAST"), .number("JOB"),
            .text("STATE"), .number("WAITING"), .number("SKIPPED"), .number("MISSED"),
        ])
        for schedule in schedules {
            table.add([
                .init(schedule.name), .init(schedule.cron), .init(schedule.timezone),
                schedule.paused ? .init("paused", .warning) : .init(time(schedule.next)),
                .init(time(schedule.lastRun)), .init(schedule.lastJob.map { "\($0)" } ?? "-"),
                state(schedule), .init(Figures.count(schedule.waiting)),
                .init(Figures.count(schedule.skipped), schedule.skipped == 0 ? .faint : .warning),
                .init(Figures.count(schedule.missed), schedule.missed == 0 ? .faint : .warning),
            ])
        }
        var text = table.text(style)
        for schedule in schedules {
            guard let failure = schedule.failure else { continue }
            text += style("\(Printable.escape(schedule.name)) could make no job", .bad)
            text += ": \(Printable.escape(failure))\n"
        }
        return text
    }

    private static func time(_ text: String?) -> String { text.map { Figures.time($0) } ?? "-" }

    private static func state(_ schedule: ScheduleView) -> Table.Cell {
        guard let state = schedule.lastState else { return .init("-") }
        let failed = schedule.lastFailed ?? 0
        if failed > 0 { return .init("\(state), \(Figures.count(failed)) failed", .bad) }
        return .init(state, state == "complete" ? .good : state == "failed" ? .bad : .plain)
    }
}
