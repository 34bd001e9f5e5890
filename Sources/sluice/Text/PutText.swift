package import ControlPlane

/// What became of an object that was put.
package struct PutView: Codable, Sendable, Hashable {
    /// Whether every delivery ended well; without --wait: whether the object is in its bucket.
    package let ok: Bool
    /// The object.
    package let object: ObjectView
    /// Its bucket.
    package let bucket: String
    /// Why no trigger took it, if none did.
    package let refusals: [VerdictView]
    /// Its deliveries and those that their outputs caused, in the order they were made.
    package let deliveries: [HistoryView]

    package init(
        ok: Bool,
        object: ObjectView,
        bucket: String,
        refusals: [VerdictView],
        deliveries: [HistoryView]
    ) {
        self.ok = ok
        self.object = object
        self.bucket = bucket
        self.refusals = refusals
        self.deliveries = deliveries
    }
}

/// How `sluice put` tells it.
package enum PutText {
    package static func text(_ view: PutView, _ style: Style) -> String {
        var text = style("put", .good) + "  \(Printable.escape("\(view.bucket):\(view.object.key)")), "
        text += "\(Figures.bytes(view.object.sizeBytes))\n"
        if !view.refusals.isEmpty {
            text +=
                style("No trigger takes it:", .warning) + "\n"
                + ExplanationText.verdicts(view.refusals, style)
        }
        for history in view.deliveries {
            let delivery = history.delivery
            text += style(delivery.state, Style.tone(ofState: delivery.state)) + "  "
            text +=
                Printable.escape("\(delivery.bucket):\(delivery.key)")
                + style("  \(delivery.trigger) #\(delivery.id)", .faint)
            if let statistics = delivery.statistics {
                if let records = statistics.records { text += "  \(DeliveryText.tally(records))" }
                text += "  \(Figures.seconds(statistics.durationSeconds))"
            }
            if let reason = delivery.reason { text += "  \(Printable.escape(reason))" }
            text += "\n"
            for output in history.outputs {
                text += "  → \(Printable.escape("\(output.bucket):\(output.key)"))  "
                text += "\(Figures.bytes(output.sizeBytes))\n"
            }
            if delivery.state != "done", let failure = delivery.failure {
                text += ErrorText.block(failure, style, indent: "  ")
            }
        }
        return text
    }
}
