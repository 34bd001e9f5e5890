package import ControlPlane

/// What `sluice status` shows.
package enum StatusText {
    /// The whole status.
    package static func text(_ status: StatusView, _ style: Style) -> String {
        var text = headline(status, style)
        for problem in status.problems { text += style("  ! \(Printable.escape(problem))", .warning) + "\n" }
        text += "\n" + triggers(status).text(style)
        if !status.buckets.isEmpty { text += "\n" + buckets(status).text(style) }
        if !status.notifications.isEmpty { text += "\n" + notifications(status).text(style) }
        return text
    }

    private static func headline(_ status: StatusView, _ style: Style) -> String {
        let tone: Style.Tone =
            switch status.health {
            case "ok": .good
            case "stopped": .faint
            case "degraded": .warning
            default: .bad
            }
        var text = style(status.health, tone)
        if let started = status.started {
            text += "  running since \(Figures.time(started)) UTC, "
            text += "\(status.activeAttempts) of \(status.workers) attempts in flight"
        } else {
            text += "  no service runs; this is what the ledger holds"
        }
        if let oldest = status.oldestReady { text += ", oldest waiting since \(Figures.time(oldest)) UTC" }
        return text + "\n"
    }

    private static func triggers(_ status: StatusView) -> Table {
        var table = Table([
            .text("TRIGGER"), .text("BUCKET"), .number("READY"), .number("RUNNING"), .number("DONE"),
            .number("DEAD"),
            .number("SKIPPED"), .number("OTHER"), .number("REJECTED"), .text("STATE", flexible: true),
        ])
        for trigger in status.triggers {
            var counts: [String: Int64] = [:]
            for counter in status.counters where counter.trigger == trigger.name {
                counts[counter.state, default: 0] += counter.count
            }
            func cell(_ states: String..., tone: Style.Tone = .plain) -> Table.Cell {
                let sum = states.reduce(0) { $0 + counts[$1, default: 0] }
                return Table.Cell(Figures.count(sum), sum == 0 ? .faint : tone)
            }
            let state: Table.Cell =
                if let reason = trigger.pausedReason {
                    Table.Cell("paused: \(reason)", .warning)
                } else if !trigger.configured {
                    Table.Cell("not in the configuration", .faint)
                } else {
                    Table.Cell(trigger.baselineComplete ? "active" : "first scan", .plain)
                }
            table.add([
                Table.Cell(trigger.name), Table.Cell(trigger.bucket), cell("ready"),
                cell("leased", "committing", tone: .warning),
                cell("done", tone: .good), cell("dead", tone: .bad), cell("skipped"),
                cell("superseded", "cancelled"), rejected(trigger), state,
            ])
        }
        return table
    }

    /// Records and members of this boot: `12`, or `12, 1 member`.
    private static func rejected(_ trigger: TriggerView) -> Table.Cell {
        guard let records = trigger.rejectedRecords, let members = trigger.rejectedMembers else {
            return Table.Cell("-", .faint)
        }
        let text = members == 0 ? "" : ", \(Figures.count(members)) member\(members == 1 ? "" : "s")"
        return Table.Cell(Figures.count(records) + text, records == 0 && members == 0 ? .faint : .warning)
    }

    private static func buckets(_ status: StatusView) -> Table {
        var table = Table([
            .text("BUCKET"), .text("WATCHING"), .number("OBJECTS"), .text("LAST SCAN"), .number("OVERFLOWS"),
            .text("NOT OBJECTS", flexible: true),
        ])
        for bucket in status.buckets {
            let ineligible = bucket.ineligible.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
            table.add([
                Table.Cell(bucket.name), Table.Cell(bucket.watching),
                Table.Cell(Figures.count(bucket.objectCount)),
                Table.Cell(bucket.lastScan.map(Figures.time) ?? "-"),
                Table.Cell(Figures.count(bucket.overflows)),
                Table.Cell(ineligible.joined(separator: ", "), .faint),
            ])
        }
        return table
    }

    /// What came since this boot began; without a bucket: what concerns none of ours.
    private static func notifications(_ status: StatusView) -> Table {
        var table = Table([
            .text("NOTIFIED"), .text("BY"), .number("RECEIVED"), .number("KNOWN"), .number("ASKED"),
            .number("OTHER KEY"), .number("IGNORED"), .number("FAILED"), .number("REFUSED"),
        ])
        for row in status.notifications {
            func cell(_ count: UInt64, _ tone: Style.Tone = .plain) -> Table.Cell {
                Table.Cell(Figures.count(count), count == 0 ? .faint : tone)
            }
            table.add([
                Table.Cell(row.bucket.isEmpty ? "-" : row.bucket), Table.Cell(row.source),
                cell(row.received), cell(row.known), cell(row.asked), cell(row.alternateKey, .warning),
                cell(row.ignored), cell(row.failed, .warning), cell(row.refused, .bad),
            ])
        }
        return table
    }
}
