package import ControlPlane

/// Deliveries as tables and in full.
package enum DeliveryText {
    /// A table of deliveries.
    package static func list(_ deliveries: [DeliveryView], _ style: Style) -> String {
        var table = Table([
            .number("ID"), .text("TRIGGER"), .text("OBJECT", flexible: true), .text("STATE"),
            .number("TRIES"),
            .number("IN"), .number("OUT"), .number("DROPPED"), .number("REJECTED"), .text("UPDATED"),
            .text("REASON", flexible: true),
        ])
        for delivery in deliveries {
            let records = delivery.statistics?.records
            func count(_ value: UInt64?) -> Table.Cell { Table.Cell(value.map { Figures.count($0) } ?? "") }
            table.add([
                Table.Cell(String(delivery.id)), Table.Cell(delivery.trigger),
                Table.Cell("\(delivery.bucket):\(delivery.key)"),
                Table.Cell(
                    delivery.state,
                    hasRejectedMembers(delivery) ? .warning : Style.tone(ofState: delivery.state)
                ),
                Table.Cell(String(delivery.tries)),
                count(records?.in), count(records?.out), count(records?.dropped),
                Table.Cell(
                    records.map { Figures.count($0.rejected) } ?? "",
                    records?.rejected == 0 ? .plain : .warning
                ),
                Table.Cell(Figures.time(delivery.updated)), Table.Cell(reason(delivery), .faint),
            ])
        }
        return table.text(style)
    }

    /// A table of dead letters: what failed, and why.
    package static func dead(_ deliveries: [DeliveryView], _ style: Style) -> String {
        var table = Table([
            .number("ID"), .text("TRIGGER"), .text("OBJECT", flexible: true), .number("TRIES"), .text("DIED"),
            .text("CODE"), .text("REASON", flexible: true),
        ])
        for delivery in deliveries {
            table.add([
                Table.Cell(String(delivery.id)), Table.Cell(delivery.trigger),
                Table.Cell("\(delivery.bucket):\(delivery.key)"), Table.Cell(String(delivery.tries)),
                Table.Cell(Figures.time(delivery.updated)), Table.Cell(delivery.failure?.code ?? "", .bad),
                Table.Cell(delivery.failure?.message ?? delivery.reason ?? ""),
            ])
        }
        return table.text(style)
    }

    /// One delivery with all that happened to it.
    package static func show(_ history: HistoryView, _ style: Style) -> String {
        let delivery = history.delivery
        var lines: [(String, String)] = [
            ("object", "\(delivery.bucket):\(delivery.key)"), ("trigger", delivery.trigger),
            ("event", "\(delivery.eventType) at \(delivery.eventTime)"),
            ("version", "\(delivery.version) (\(Figures.bytes(delivery.sizeBytes)))"),
            ("class", delivery.lane == "main" ? delivery.class : "\(delivery.class), lane \(delivery.lane)"),
            ("attempts", "\(delivery.attempts), of which \(delivery.tries) failed and count as tries"),
            ("made", delivery.created), ("updated", delivery.updated),
        ]
        if let cause = delivery.cause {
            lines.append(("cause", "an output of delivery \(cause), hop \(delivery.hop)"))
        }
        if let due = delivery.notBefore { lines.append(("not before", due)) }
        if let reason = delivery.reason { lines.append(("reason", reason)) }
        if delivery.suspect {
            lines.append(("suspect", "runs alone in a child process; \(delivery.crashes) crashes so far"))
        }
        var text = style("Delivery \(delivery.id)", .strong) + "  "
        text += style(delivery.state, Style.tone(ofState: delivery.state)) + "\n"
        for (name, value) in lines { text += "  " + pad(name, 11) + Printable.escape(value) + "\n" }
        if let failure = delivery.failure { text += ErrorText.block(failure, style, indent: "  ") }
        if let statistics = delivery.statistics { text += statisticsLines(statistics) }
        if !history.attempts.isEmpty { text += "\n" + attempts(history.attempts).text(style) }
        if !history.outputs.isEmpty { text += "\n" + outputs(history.outputs).text(style) }
        return text
    }

    /// So many outputs are listed; --json has all.
    private static let listedOutputs = 50

    /// Outputs as a table; the first of many.
    package static func outputs(_ outputs: [OutputView]) -> Table {
        var table = Table([.text("OUTPUT", flexible: true), .number("BYTES"), .text("STATE")])
        for output in outputs.prefix(listedOutputs) {
            table.add([
                Table.Cell("\(output.bucket):\(output.key)"), Table.Cell(Figures.count(output.sizeBytes)),
                output.version == nil ? Table.Cell("committing", .warning) : Table.Cell("visible", .good),
            ])
        }
        if outputs.count > listedOutputs {
            let more = "and \(Figures.count(outputs.count - listedOutputs)) more; --json lists all"
            table.add([Table.Cell(more, .faint), Table.Cell(""), Table.Cell("")])
        }
        return table
    }

    /// What became of the members of an archive, in one line: `5 seen, 3 written, 1 rejected, 1 directory`.
    package static func members(_ members: MembersView) -> String {
        var parts = ["\(Figures.count(members.seen)) seen", "\(Figures.count(members.written)) written"]
        if members.rejected > 0 { parts.append("\(Figures.count(members.rejected)) rejected") }
        for (reason, count) in members.skipped.sorted(by: { $0.key < $1.key }) {
            parts.append("\(Figures.count(count)) skipped (\(reason))")
        }
        return parts.joined(separator: ", ")
    }

    /// The rejected members with their reasons, one line each, and how many are not named.
    package static func rejectedMembers(_ members: MembersView) -> [String] {
        var lines = members.rejectedMembers.map {
            "\(Printable.escape($0.name)): \(Printable.escape($0.reason)) [\($0.code)]"
        }
        let others = members.rejected - min(members.rejected, UInt64(lines.count))
        if others > 0 { lines.append("and \(Figures.count(others)) more; each has a line in the rejects") }
        return lines
    }

    private static func hasRejectedMembers(_ delivery: DeliveryView) -> Bool {
        delivery.state == "done" && (delivery.statistics?.members?.rejected ?? 0) > 0
    }

    /// Where the records went, in one line.
    package static func tally(_ tally: TallyView) -> String {
        var parts = ["\(Figures.count(tally.in)) in", "\(Figures.count(tally.out)) out"]
        let others = [
            (tally.created, "created"), (tally.dropped, "dropped"), (tally.rejected, "rejected"),
            (tally.deduplicated, "deduplicated"), (tally.aggregated, "aggregated"),
        ]
        for (count, word) in others where count > 0 { parts.append("\(Figures.count(count)) \(word)") }
        return parts.joined(separator: ", ")
    }

    private static func statisticsLines(_ statistics: StatisticsView) -> String {
        var text = ""
        if let records = statistics.records { text += "  " + pad("records", 11) + tally(records) + "\n" }
        if let members = statistics.members {
            text += "  " + pad("members", 11) + DeliveryText.members(members) + "\n"
            for line in rejectedMembers(members) { text += "  " + pad("rejected", 11) + line + "\n" }
        }
        if statistics.outputs > 1 {
            text += "  " + pad("outputs", 11) + Figures.count(statistics.outputs) + "\n"
        }
        text +=
            "  " + pad("bytes", 11)
            + "\(Figures.bytes(statistics.bytesIn)) in, \(Figures.bytes(statistics.bytesOut)) out, "
        text += "\(Figures.seconds(statistics.durationSeconds))\n"
        for note in statistics.notes { text += "  " + pad("note", 11) + Printable.escape(note) + "\n" }
        for warning in statistics.warnings {
            text += "  " + pad("warning", 11) + Printable.escape(warning) + "\n"
        }
        return text
    }

    private static func attempts(_ attempts: [AttemptView]) -> Table {
        var table = Table([
            .number("ATTEMPT"), .text("STARTED"), .text("ENDED"), .text("OUTCOME"),
            .text("WHY", flexible: true),
        ])
        for attempt in attempts {
            let why = attempt.failure.map { "\($0.code): \($0.message)" } ?? ""
            table.add([
                Table.Cell(String(attempt.token)), Table.Cell(Figures.time(attempt.started)),
                Table.Cell(attempt.ended.map(Figures.time) ?? "-"), Table.Cell(attempt.outcome ?? "running"),
                Table.Cell(why),
            ])
        }
        return table
    }

    private static func reason(_ delivery: DeliveryView) -> String {
        if let failure = delivery.failure, delivery.state != "done" {
            return "\(failure.code): \(failure.message)"
        }
        if hasRejectedMembers(delivery), let members = delivery.statistics?.members {
            return
                "with \(Figures.count(members.rejected)) rejected of \(Figures.count(members.seen)) members"
        }
        return delivery.reason ?? ""
    }

    private static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }
}
